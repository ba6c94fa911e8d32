"""The history of a client, account by account, with its orders as the client saw them; and a breach found in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract.reader import get
from mockserver.traffic import calls
from mockserver.traffic.calls import SHOWS, UNCERTAIN, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract import Place
    from mockserver.contract.reader import Facts
    from mockserver.findings import Severity
    from mockserver.traffic.calls import Call


_SKEW = 60_000
"""So many milliseconds may the clocks of the recorder and of the service be apart."""


@dataclass
class ObservedOrder:
    """An order as its client saw it.

    `placed` is the call that made it, None if it was there before. `price` is in cents; `expires` in milliseconds
    since the epoch, None if it is not known. `heard` is the first answer that showed an SMS, `returned` the first one
    that said that it is refunded. `tried` are the calls that asked for the refund. `carrier` is the one that serves,
    empty if that was not seen. `states` are those that were seen, in their order. `renewals` is how often another SMS
    was granted.
    """

    id: str
    placed: Call | None = None
    price: int = 0
    expires: int | None = None
    heard: Call | None = None
    returned: Call | None = None
    tried: list[Call] = field(default_factory=list)
    carrier: str = ""
    states: list[str] = field(default_factory=list)
    renewals: int = 0

    def seen(self, state: str) -> None:
        """Note a state that was seen."""
        if self.states[-1:] != [state]:
            self.states.append(state)


class History:
    """The calls of one account in their order, and the orders that they tell of.

    `lost` are the orders that may have been placed, though no answer said so and nothing later showed them.
    """

    def __init__(self, calls: Iterable[Call]) -> None:
        self.calls = tuple(calls)
        self.orders: dict[str, ObservedOrder] = {}
        self.lost: list[Call] = []
        for call in self.calls:
            self._see(call)

    @property
    def last(self) -> int:
        """When the last call began, in milliseconds since the epoch."""
        return self.calls[-1].at if self.calls else 0

    def _see(self, call: Call) -> None:
        if call.purpose == "order" and call.outcome in UNCERTAIN:
            self.lost.append(call)
        if call.purpose == "refund":
            self._order(call.order).tried.append(call)
        if call.outcome is not Outcome.GRANTED:
            return
        if call.purpose == "order":
            for shown in call.orders:
                self._place(call, shown)
        elif call.purpose in SHOWS:
            for shown in call.orders:
                self._show(call, shown)
        elif call.purpose == "refund":
            order = self._order(call.order)
            order.returned = order.returned or call
            order.seen(calls.REFUNDED)
        elif call.purpose == "another":
            order = self._order(call.order)
            order.renewals += 1
            order.seen(calls.WAITING)

    def _place(self, call: Call, shown: Facts) -> None:
        order = self._order(shown["id"])
        order.placed = call
        order.price = shown.get("price", 0)
        order.expires = shown.get("expires_at")
        order.seen(calls.WAITING)

    def _show(self, call: Call, shown: Facts) -> None:
        known = shown["id"] in self.orders
        order = self._order(shown["id"])
        if not known:
            order.price = shown.get("price", 0)
            order.placed = self._adopted(shown)
        order.expires = shown.get("expires_at", order.expires)
        order.carrier = shown.get("carrier", order.carrier)
        state = shown.get("state")
        if state is not None:
            order.seen(state)
        if calls.has_sms(shown) or state == calls.COMPLETED:
            order.heard = order.heard or call
        if state == calls.REFUNDED:
            order.returned = order.returned or call

    def _adopted(self, shown: Facts) -> Call | None:
        """Return the order without an answer that an unknown one comes from, if there is one."""
        ordered, service = shown.get("ordered_at"), (get(shown, "service.code"), get(shown, "service.name"))
        for call in self.lost:
            late = ordered is None or ordered >= call.at - _SKEW
            if late and call.service in service:
                self.lost.remove(call)
                return call
        return None

    def _order(self, number: str) -> ObservedOrder:
        return self.orders.setdefault(number, ObservedOrder(number))


def histories(calls: Iterable[Call]) -> tuple[History, ...]:
    """Sort calls by their accounts. A call that names none is left out."""
    sorted_calls: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.account:
            sorted_calls[call.account].append(call)
    return tuple(map(History, sorted_calls.values()))


class Limits(NamedTuple):
    """The shortest pauses that a good client makes, in seconds.

    - `poll`: between two looks at an order that is still waiting (assumed: nothing is documented)
    - `backoff`: before a call that has failed is made again, and after 429 without Retry-After (assumed)
    - `stock`: before the same order again after NO_NUMBERS (documented: 20 to 30 seconds)
    """

    poll: float = 1.0
    backoff: float = 1.0
    stock: float = 20.0


TOLERANCE = 0.95
"""A pause may be so much shorter: the clocks of two machines never agree."""


def too_short(milliseconds: float, seconds: float) -> bool:
    """Whether a pause is shorter than so many seconds."""
    return milliseconds < seconds * 1000 * TOLERANCE


class Breach(NamedTuple):
    """A rule that was broken once, and by which calls.

    `operation` is such as `v3.orderNumber`. `check` tells breaches of one rule apart that are not the same mistake.
    `level` is that of the rule unless it says otherwise. `pointer`, `place` and `provenance` are those of the line of
    the contract that was broken, if it is one.
    """

    operation: str
    message: str
    calls: tuple[Call, ...]
    check: str = ""
    expected: str = ""
    got: str = ""
    level: Severity | None = None
    pointer: str = ""
    place: Place | None = None
    provenance: str = ""


Rule = Callable[[History, Limits], Iterator[Breach]]
"""Looks for breaches in the history of an account."""


def seconds(milliseconds: float) -> str:
    """Write a pause: `0.2 s`."""
    return f"{milliseconds / 1000:.3g} s"
