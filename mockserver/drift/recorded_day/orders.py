"""The orders of a recording: what became of each, and the rules of a scenario by which it happens again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.drift.recorded_day.sms_text import anonymous
from mockserver.traffic.calls import (
    COMPLETED,
    EXPIRED,
    REFUNDED,
    RUNNING,
    SHOWS,
    UNCERTAIN,
    WAITING,
    Outcome,
    is_silent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mockserver.contract.reader import Facts
    from mockserver.drift.recorded_day.day import Moment, Omissions, Pace
    from mockserver.traffic.calls import Call

Section = dict[str, Any]

_ALL_RUNNING = "inventory"
"""The operation that lists every running order."""


@dataclass
class Arrival:
    """An SMS that came after the tick `low` and not after the tick `high`. Its text is None if it was never shown."""

    low: int
    high: int
    text: str | None = None
    code: str | None = None


@dataclass
class OrderHistory:
    """What a recording tells about one order.

    `placed` is the call that placed it; None for an order from before the recording. `seen` is the last tick at which
    it was seen, `running` the last one at which it ran. `ended` is the tick by which its lifetime was over; None if
    that was not seen. `another` are the ticks of the requests for another SMS.
    """

    id: str
    account: str
    facts: Facts = field(default_factory=dict)
    first: Facts = field(default_factory=dict)
    placed: Moment | None = None
    seen: int = 0
    running: int = 0
    ended: int | None = None
    refunded: int | None = None
    another: list[int] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    silent: int = 0
    """The last tick at which no further SMS had come."""

    @property
    def price(self) -> int | None:
        """The price that was paid, in cents; None if it is unknown."""
        price: int | None = get(self.facts, "price")
        return price

    @property
    def opened(self) -> int:
        """The tick at which the order was placed; 0 for an order from before the recording."""
        return self.placed.tick if self.placed else 0

    def end(self, tick: int) -> None:
        """The order has ended by this tick."""
        if self.ended is None and self.refunded is None:
            self.ended = tick

    def show(self, tick: int, facts: Facts) -> None:
        """See the order in a response."""
        self.first = self.first or facts
        self.facts = {**self.facts, **{name: value for name, value in facts.items() if value is not None}}
        self.seen = tick
        state = get(facts, "state")
        if state in RUNNING:
            self.running = tick
        elif state == EXPIRED or (state == REFUNDED and self.refunded is None):
            self.end(tick)
        self._show_messages(tick, facts)
        if state == COMPLETED and not self._has_sms_now():
            self._receive(tick, {})
        if state == WAITING or is_silent(facts):
            self.silent = tick

    def ask_another(self, tick: int) -> None:
        """See a request for another SMS that was granted, so that one had come before."""
        if not self._has_sms_now():
            self._receive(tick, {})
        self.another.append(tick)
        self.running = tick

    def keep(self, tick: int) -> None:
        """See that the order cannot be refunded, because an SMS has come, unless its price has been paid back."""
        if self.placed and self.refunded is None and not self.arrivals and get(self.facts, "state") != REFUNDED:
            self._receive(tick, {})

    def _has_sms_now(self) -> bool:
        """Whether an SMS has come since the order, or since the last request for another one."""
        since = self.another[-1] if self.another else self.opened
        return any(arrival.high > since for arrival in self.arrivals) or (not self.placed and bool(self.arrivals))

    def _show_messages(self, tick: int, facts: Facts) -> None:
        messages = facts.get("messages")
        if isinstance(messages, list):
            for arrival, message in zip(self.arrivals, messages, strict=False):
                if arrival.text is None:
                    arrival.text, arrival.code = message.get("text"), message.get("code")
            for message in messages[len(self.arrivals) :]:
                self._receive(tick, message)
            self.silent = tick
        elif any((latest := facts.get("latest") or {}).values()):
            last = self.arrivals[-1] if self.arrivals else None
            if last is not None and last.text is None:
                last.text, last.code = latest.get("text"), latest.get("code")
            elif last is None or (last.text, last.code) != (latest.get("text"), latest.get("code")):
                self._receive(tick, latest)
            self.silent = tick

    def _receive(self, tick: int, message: Facts) -> None:
        """Note an SMS that has come by this tick, and before the end of the order."""
        high = tick if self.ended is None or self.ended <= self.silent else self.ended
        self.arrivals.append(Arrival(self.silent, high, message.get("text"), message.get("code")))


class Orders:
    """The orders of a recording by id, and the effects of the calls whose answers were lost."""

    def __init__(self, seen: Sequence[Moment], rules: Mapping[str, str]) -> None:
        self._are_kept = rules["expiry"] == "kept"
        self.by_id: dict[str, OrderHistory] = {}
        self._unanswered: list[Moment] = []
        self._lists: list[tuple[str, int, set[str]]] = []
        """The lists of running orders: their account, tick and ids."""
        self.effects: dict[int, bool] = {}
        """Whether an uncertain call took effect, by its tick, if that is known."""
        for moment in seen:
            self._see(moment)

    @property
    def placed(self) -> list[OrderHistory]:
        """The orders that were placed in the recording, in order."""
        found = [order for order in self.by_id.values() if order.placed]
        return sorted(found, key=lambda order: order.opened)

    @property
    def past(self) -> list[OrderHistory]:
        """The orders from before the recording."""
        return [order for order in self.by_id.values() if not order.placed]

    def _see(self, moment: Moment) -> None:
        call, tick = moment.call, moment.tick
        if call.outcome in UNCERTAIN:
            if call.purpose in ("order", "refund", "another"):
                self._unanswered.append(moment)
            return
        if call.outcome is not Outcome.GRANTED:
            self._see_refusal(call, tick)
            return
        if call.purpose == "order" or call.purpose in SHOWS:
            see = self._place if call.purpose == "order" else self._show
            for facts in call.orders:
                see(moment, facts)
            if call.purpose == _ALL_RUNNING and "orders" in call.facts:
                self._miss(call, tick)
        elif (known := self._of(call)) is not None:
            _change(known, call.purpose, tick)

    def _see_refusal(self, call: Call, tick: int) -> None:
        known = self._of(call)
        if known is not None and call.refusal == "SMS_NOT_RECEIVED":
            known.silent = max(known.silent, tick)
        elif known is not None and call.refusal == "ORDER_EXPIRED":
            known.end(tick)
        elif known is not None and call.refusal == "REFUND_NOT_ALLOWED" and self._are_kept:
            known.keep(tick)

    def _of(self, call: Call) -> OrderHistory | None:
        known = self.by_id.get(call.order)
        return known if known and known.account == call.account else None

    def _place(self, moment: Moment, facts: Facts) -> None:
        number = str(get(facts, "id") or "")
        order = OrderHistory(number or f"unknown {moment.tick}", moment.call.account, placed=moment)
        self.by_id[order.id] = order
        order.silent = order.running = moment.tick
        order.show(moment.tick, facts)

    def _show(self, moment: Moment, facts: Facts) -> None:
        number, account = str(get(facts, "id") or ""), moment.call.account
        if not number:
            return
        if number not in self.by_id:
            self.by_id[number] = OrderHistory(number, account, placed=self._lost_order(account, facts))
            self.by_id[number].silent = self.by_id[number].opened
            self._look_back(self.by_id[number], get(facts, "state"))
        order = self.by_id[number]
        self._settle_lost(order, facts)
        order.show(moment.tick, facts)

    def _lost_order(self, account: str, facts: Facts) -> Moment | None:
        """Return the call without an answer that may have placed an order, which is seen for the first time."""
        for moment in self._unanswered:
            country, service, _ = moment.call.offer
            named = {get(facts, "country.code"), get(facts, "country.name")}
            is_same = moment.call.account == account and country in named and service == get(facts, "service.code")
            if moment.call.purpose == "order" and is_same:
                self._unanswered.remove(moment)
                self.effects[moment.tick] = True
                return moment
        return None

    def _settle_lost(self, order: OrderHistory, facts: Facts) -> None:
        """Find out by the state of an order whether the lost calls about it took effect."""
        state = get(facts, "state")
        for moment in [each for each in self._unanswered if self._of(each.call) is order]:
            refunds = moment.call.purpose == "refund"
            effect = state == REFUNDED if refunds else state == WAITING and bool(order.arrivals)
            if state is None or (refunds and order.refunded):
                continue
            self._unanswered.remove(moment)
            self.effects[moment.tick] = effect
            if effect:
                _change(order, moment.call.purpose, moment.tick)

    def _look_back(self, order: OrderHistory, state: str | None) -> None:
        """End an order that was over before it was first seen, at the first list that lacks it."""
        if order.placed is not None and state == EXPIRED:
            missed = (
                tick for account, tick, listed in self._lists if account == order.account and order.id not in listed
            )
            order.ended = next((tick for tick in missed if tick > order.opened), None)

    def _miss(self, call: Call, tick: int) -> None:
        """See a list of all running orders: an order of the account that it lacks has ended."""
        listed = {str(get(facts, "id")) for facts in call.orders}
        self._lists.append((call.account, tick, listed))
        for order in self.by_id.values():
            if order.account == call.account and order.id not in listed:
                self._settle_lost(order, {"state": REFUNDED})
                order.end(tick)


def _change(order: OrderHistory, purpose: str, tick: int) -> None:
    """See a request about an order that was granted."""
    if purpose == "refund":
        order.refunded = order.silent = tick
    elif purpose == "another":
        order.ask_another(tick)


def sms_rules(order: OrderHistory, notes: Omissions, pace: Pace) -> list[Section]:
    """Return the SMS of an order's rule. Every period between requests for another SMS has the same."""
    starts = [order.opened, *order.another]
    own = [arrival for arrival in order.arrivals if len(starts) == 1 or arrival.high <= starts[1]]
    later = order.arrivals[len(own) :]
    waits = [_wait(position, own, later, starts) for position in range(len(own))]
    if not _matches(waits, order, starts):
        notes.add("SMS after a request for another one that came at other times than those before it")
    if len({_text(arrival) for arrival in later} - {_text(arrival) for arrival in own}) > 0:
        notes.add("the texts of SMS after a request for another one: they repeat those before it")
    return [
        {"after": pace.duration(wait, early=True), **_text_of(arrival)}
        for wait, arrival in zip(waits, own, strict=True)
    ]


def _wait(position: int, own: Sequence[Arrival], later: Sequence[Arrival], starts: Sequence[int]) -> int:
    """Return the ticks from the start of a period to its SMS at a position, by all periods if they agree."""
    latest = own[position].high - starts[0]
    least = own[position].low - starts[0]
    for start, end in zip(starts[1:], [*starts[2:], None], strict=False):
        period = [each for each in later if start < each.high and (end is None or each.high <= end)]
        if position < len(period):
            latest, least = min(latest, period[position].high - start), max(least, period[position].low - start)
    return latest if latest > max(least, 0) else own[position].high - starts[0]


def _matches(waits: Sequence[int], order: OrderHistory, starts: Sequence[int]) -> bool:
    """Whether SMS that come after so many ticks, in every period, are those that were seen."""
    last = order.seen if order.ended is None else min(order.seen, order.ended - 1)
    came = sorted(start + wait for start in starts for wait in waits)
    expected = order.arrivals
    if len(came) < len(expected) or (len(came) > len(expected) and came[len(expected)] <= last):
        return False
    return all(each.low < tick <= each.high for each, tick in zip(expected, came, strict=False))


def _text(arrival: Arrival) -> str:
    return "" if arrival.text is None else anonymous(arrival.text, arrival.code)


def _text_of(arrival: Arrival) -> Section:
    if arrival.text is None:
        return {}
    text = _text(arrival)
    return {"text": text, **({"code": "0" * len(arrival.code)} if arrival.code and "{code}" not in text else {})}


def order_rules(
    orders: Iterable[OrderHistory], notes: Omissions, pace: Pace, rules: Mapping[str, str]
) -> Iterator[Section]:
    """Yield the rule of each order that was placed, in order."""
    met: dict[tuple[str, ...], int] = {}
    for order in orders:
        assert order.placed is not None  # noqa: S101 - the caller passes placed orders
        country = get(order.facts, "country.code") or order.placed.call.offer[0]
        _, service, carrier = order.placed.call.offer
        key = (order.account, country, service, carrier)
        met[key] = met.get(key, 0) + 1
        when = dict(zip(("account", "country", "service", "carrier"), key, strict=True))
        identified: Section = {"when": when, "orderId": order.id}
        if not order.id.isdecimal():
            identified = {"when": {**when, "nth": met[key]}}
        rule = {**identified, **_lifetime(order, notes, pace, rules)}
        sms = sms_rules(order, notes, pace)
        yield {**rule, "sms": sms} if sms else rule


def _lifetime(order: OrderHistory, notes: Omissions, pace: Pace, rules: Mapping[str, str]) -> Section:
    if order.ended is None:
        return {}
    if order.another and rules["renewal"] != "anew":
        notes.add("the end of an order after a request for another SMS, which extends it")
        return {}
    end = pace.instant(order.running, order.ended) if order.another else None
    if end is not None:
        return {"expiresAt": end}
    since = order.another[-1] if order.another else order.opened
    return {"lifetime": pace.duration(max(1, order.ended - since))}
