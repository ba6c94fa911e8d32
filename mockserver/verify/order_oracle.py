"""The oracle of orders: what must come of a purchase, and what must hold of the next response about an order.

Times are milliseconds since the epoch, prices are cents. What no answer has stated is not known, and breaks nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.reader import get
from mockserver.traffic.calls import COMPLETED, EXPIRED, REFUNDED, RUNNING, WAITING, has_sms
from mockserver.verify.assertions import alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.contract.reader import Facts
    from mockserver.verify.customer import OrderArguments
    from mockserver.verify.rules import ServiceTerms


SECOND = 1000

BY_ITSELF: Mapping[str, frozenset[str]] = {
    WAITING: frozenset({WAITING, COMPLETED, EXPIRED}),
    COMPLETED: frozenset({COMPLETED, EXPIRED}),
    REFUNDED: frozenset({REFUNDED}),
    EXPIRED: frozenset({EXPIRED}),
}
"""In which state an order can be found that nobody has touched since it was in another."""

KEPT = ("id", "service", "country", "carrier", "phone", "ordered_at")
"""What of an order never changes."""


class ExpectedOrder(NamedTuple):
    """What is known of an order: `facts` by the names of the vocabulary, and what is remembered.

    `heard` is how many messages there were when another SMS was last asked for. An `inherited` order was there before.
    """

    facts: Facts
    heard: int = 0
    renewed: bool = False
    inherited: bool = False

    @property
    def number(self) -> str:
        """Its number."""
        return str(self.facts["id"])

    @property
    def state(self) -> str:
        """Where it stands; empty if that is not known."""
        return str(self.facts.get("state", ""))

    @property
    def price(self) -> int | None:
        """What was paid for it."""
        return self.facts.get("price")

    @property
    def ordered(self) -> int | None:
        """When it was placed."""
        return self.facts.get("ordered_at")

    @property
    def expires(self) -> int | None:
        """When its time is over."""
        return self.facts.get("expires_at")

    @property
    def messages(self) -> list[Facts] | None:
        """Every SMS, the oldest first."""
        return self.facts.get("messages")

    @property
    def received(self) -> int | None:
        """How many SMS it has received at least."""
        if self.messages is not None:
            return len(self.messages)
        if has_sms(self.facts):
            return 1
        return 0 if self.facts.get("latest", {}) is None else None

    @property
    def running(self) -> bool:
        """Whether the number is still the customer's."""
        return self.state in RUNNING

    def get(self, path: str) -> Any:
        """Return a fact by its dotted name; None if it is not known."""
        return get(self.facts, path)

    def states(self, *paths: str) -> bool:
        """Say whether all these facts are known."""
        return all(self.get(path) is not None for path in paths)

    def having(self, **facts: Any) -> ExpectedOrder:
        """Return the order with other facts; None for one that is not known any more."""
        kept = {name: value for name, value in self.facts.items() if name not in facts}
        return self._replace(facts=kept | {name: value for name, value in facts.items() if value is not None})


class OrderBreach(NamedTuple):
    """A rule that an order breaks; what was expected, and what is there."""

    rule: str
    expected: object
    got: object


def follow(before: ExpectedOrder, shown: Facts) -> ExpectedOrder:
    """Return an order as it is shown now, with what is remembered of it."""
    return before._replace(facts={"id": before.number, **shown})


def learn(before: ExpectedOrder, shown: ExpectedOrder) -> ExpectedOrder:
    """Return all that is known of an order once it was shown.

    What is not shown now may have changed: its state unless that was the last, its messages until it ended.
    """
    outdated = set() if before.state == REFUNDED else {"state"}
    if before.running and not shown.running:
        outdated |= {"messages", "latest"}
    known = {name: value for name, value in before.facts.items() if name not in outdated}
    return shown._replace(facts={**known, **shown.facts})


def is_repaid(order: ExpectedOrder, terms: ServiceTerms) -> bool:
    """Say whether the money of an order has returned by itself, though the order has not."""
    return terms.repaid and order.state == EXPIRED and not order.received


def rule_against_refund(order: ExpectedOrder, terms: ServiceTerms, now: tuple[int, int] | None) -> str:
    """Return the rule by which an order cannot be returned; empty if it can, or if that is not known."""
    if order.state == REFUNDED or is_repaid(order, terms):
        return "refund-once"
    if order.received:
        return "refund-not-after-sms"
    is_late = now and order.ordered is not None and now[0] > order.ordered + terms.refund_window
    return "refund-not-after-window" if is_late else ""


def is_refund_due(order: ExpectedOrder) -> bool:
    """Say whether enough is known of an order to tell that it must be taken back."""
    return order.received is not None and order.ordered is not None


def breaches(order: ExpectedOrder, terms: ServiceTerms, now: tuple[int, int] | None) -> Iterator[OrderBreach]:
    """Find the rules that an order breaks by itself; `now` is a span in which the server's present time lies."""
    yield from _in_messages(order, order.messages or [])
    ordered, expires = order.ordered, order.expires
    if expires is None:
        return
    if ordered is not None and not (order.renewed or order.inherited):
        lived = expires - ordered
        if abs(lived - terms.lifetime) >= SECOND:
            yield OrderBreach("lifetime", f"{terms.lifetime / SECOND:g} seconds", f"{lived / SECOND:g} seconds")
    if now and order.running and now[0] > expires:
        yield OrderBreach("expires-on-time", EXPIRED, order.state)
    if now and order.state == EXPIRED and now[1] < expires:
        yield OrderBreach("expires-on-time", "running", order.state)


def changes(before: ExpectedOrder, shown: ExpectedOrder, *, lapses: bool) -> Iterator[OrderBreach]:
    """Find the rules that an order breaks that nobody has touched since it was shown before.

    With `lapses`, one that ends without an SMS is refunded by itself.
    """
    if before.state and shown.state:
        allowed = BY_ITSELF[before.state] | ({REFUNDED} if lapses and not shown.received else set())
        if shown.state not in allowed:
            yield OrderBreach("status-follows", " or ".join(sorted(allowed)), f"{before.state}, then {shown.state}")
    for rule, names in (("order-keeps-facts", KEPT), ("price-stays", ("price",)), ("times-stay", ("expires_at",))):
        known, stated = ({name: each.facts[name] for name in names if name in each.facts} for each in (before, shown))
        if not alike(known, stated):
            yield OrderBreach(rule, known, stated)
    if before.messages is not None and shown.messages is not None:
        there = len(before.messages)
        if not alike(before.messages, shown.messages[:there]):
            yield OrderBreach("messages-stay", before.messages, shown.messages)
        if before.state and not before.running and len(shown.messages) > there:
            yield OrderBreach("no-sms-after-end", there, len(shown.messages))


def _in_messages(order: ExpectedOrder, messages: list[Facts]) -> Iterator[OrderBreach]:
    """Find what contradicts the messages of an order."""
    if order.messages is not None:
        yield from _in_state(order, len(messages) - order.heard)
    if order.messages is not None and "latest" in order.facts:
        last = messages[-1] if messages else {"text": None, "code": None}
        shown = order.facts["latest"] or {"text": None, "code": None}
        if not alike(last, shown):
            yield OrderBreach("latest-shown", last, shown)
    for message in messages:
        code, text, at = (message.get(name) for name in ("code", "text", "received_at"))
        if code and text is not None and code not in text:
            yield OrderBreach("code-in-text", f"a part of {text}", code)
        if at is not None and not _within(at, order.ordered, order.expires):
            yield OrderBreach("no-sms-after-end", f"between {order.ordered} and {order.expires}", at)


def _within(at: int, begins: int | None, ends: int | None) -> bool:
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _in_state(order: ExpectedOrder, heard: int) -> Iterator[OrderBreach]:
    if order.state == COMPLETED and heard < 1:
        yield OrderBreach("status-shows-messages", WAITING, COMPLETED)
    if order.state == WAITING and heard > 0:
        yield OrderBreach("status-shows-messages", COMPLETED, WAITING)


PRICE_CHANGED = "PRICE_CHANGED"
SOLD_OUT = "NO_NUMBERS"
TOO_POOR = "INSUFFICIENT_BALANCE"
ANY = "any"


class Situation(NamedTuple):
    """What the service says before an order: the offer that is asked for, the one of any carrier, the account.

    `genuine` says whether m and n are those of the present price: None if that cannot be known.
    """

    asked: Facts
    anyone: Facts
    account: Facts
    genuine: bool | None


class ExpectedPurchase(NamedTuple):
    """What must come of an order: one of the refusals that have a ground, or the price in cents.

    `refusals` lead to the rules that a grant would break; `doubts` are those that may come, too, since the service does
    not say enough. `substitute` says whether another carrier must serve. What is not known is None.
    """

    refusals: Mapping[str, str]
    price: int | None = None
    substitute: bool | None = False
    genuine: bool | None = None
    doubts: frozenset[str] = frozenset()


def expected_purchase(order_arguments: OrderArguments, situation: Situation, terms: ServiceTerms) -> ExpectedPurchase:
    """Return what must come of an order."""
    asked, account = situation.asked, situation.account
    substitute = None if "stock" not in asked else not asked["stock"]
    offer = situation.anyone if substitute else asked
    left, balance = offer.get("stock"), account.get("balance")
    certain = substitute is not None or order_arguments.carrier == ANY
    price = own_price(offer.get("price"), account, terms) if certain else None
    refusals: dict[str, str] = {}
    doubts = {SOLD_OUT} if left is None else set()
    if situation.genuine is False:
        refusals[PRICE_CHANGED] = "quote-binds"
    if left == 0:
        refusals[SOLD_OUT] = "sold-out-refused"
    elif substitute and order_arguments.carrier != ANY and not order_arguments.failover:
        refusals[SOLD_OUT] = "failover-off"
    elif price is None:
        doubts |= {SOLD_OUT if substitute else terms.above, TOO_POOR}
    elif price > order_arguments.maximum:
        refusals[SOLD_OUT if substitute else terms.above] = "maximum-holds"
    elif balance is None:
        doubts.add(TOO_POOR)
    elif price > balance:
        refusals[TOO_POOR] = "no-credit"
    return ExpectedPurchase(refusals, price, substitute, situation.genuine, frozenset(doubts))


def blamed(must: ExpectedPurchase, refusal: str) -> str:
    """Return the rule that a refusal breaks which has no ground."""
    if must.substitute and refusal == SOLD_OUT:
        return "failover-on"
    if must.genuine and refusal == PRICE_CHANGED:
        return "quote-holds"
    return BLAMED.get(refusal, "order-granted")


BLAMED: Mapping[str, str] = {SOLD_OUT: "stock-is-sold", PRICE_CHANGED: "maximum-lets-through"}


def own_price(price: int | None, account: Facts, terms: ServiceTerms) -> int | None:
    """Return what a list price is for an account, in cents, halves rounded up; None if that cannot be known."""
    share = 1.0 if terms.shown else factor(account)
    return None if price is None or share is None else (price * round(10_000 * share) + 5_000) // 10_000


def factor(account: Facts) -> float | None:
    """Return what an account pays of a price, by its discount or the row of the table that is alike."""
    tier: Facts = account.get("tier") or {}
    row: Facts = next((row for row in account.get("tiers") or () if tier.keys() & row.keys() and alike(row, tier)), {})
    whole: dict[str, Any] = {**row, **tier}
    if "factor" in whole:
        return float(whole["factor"])
    return 1 - whole["discount"] if "discount" in whole else None


def tier(account: Facts) -> Facts | None:
    """Return the row of the discount table that the charges of an account reach; None if that cannot be known."""
    charges, rows = account.get("charges"), account.get("tiers") or ()
    reached = [row for row in rows if charges is not None and "threshold" in row and row["threshold"] <= charges]
    return max(reached, key=lambda row: float(row["threshold"]), default=None)
