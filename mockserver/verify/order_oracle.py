"""The oracle of orders: the expected result of a purchase, and the rules for the next response about an order.

Times are in milliseconds since the epoch, prices in cents. A fact that no response has stated is unknown, and breaks no
rule.
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
"""The states that an order may have next without a request that changes it."""

KEPT = ("id", "service", "country", "carrier", "phone", "ordered_at")
"""The facts of an order that never change."""


class ExpectedOrder(NamedTuple):
    """The expected state of an order: `facts` by the names of the vocabulary, and its history.

    `heard` is the number of messages when another SMS was last requested. A `renewed` order was granted another SMS. An
    `inherited` order is older than the session.
    """

    facts: Facts
    heard: int = 0
    renewed: bool = False
    inherited: bool = False

    @property
    def number(self) -> str:
        """The order id."""
        return str(self.facts["id"])

    @property
    def state(self) -> str:
        """The state; empty if unknown."""
        return str(self.facts.get("state", ""))

    @property
    def price(self) -> int | None:
        """The price that was charged, in cents; None if unknown."""
        return self.facts.get("price")

    @property
    def ordered(self) -> int | None:
        """When the order was placed; None if unknown."""
        return self.facts.get("ordered_at")

    @property
    def expires(self) -> int | None:
        """When the order expires; None if unknown."""
        return self.facts.get("expires_at")

    @property
    def messages(self) -> list[Facts] | None:
        """All SMS, the oldest first; None if unknown."""
        return self.facts.get("messages")

    @property
    def received(self) -> int | None:
        """The minimum number of SMS received; None if unknown."""
        if self.messages is not None:
            return len(self.messages)
        if has_sms(self.facts):
            return 1
        return 0 if self.facts.get("latest", {}) is None else None

    @property
    def running(self) -> bool:
        """Whether the order is running: waiting or completed, but neither expired nor refunded."""
        return self.state in RUNNING

    def get(self, path: str) -> Any:
        """Return a fact by its dotted name; None if unknown."""
        return get(self.facts, path)

    def states(self, *paths: str) -> bool:
        """Return whether all these facts are known."""
        return all(self.get(path) is not None for path in paths)

    def having(self, **facts: Any) -> ExpectedOrder:
        """Return the order with other facts. None removes a fact."""
        kept = {name: value for name, value in self.facts.items() if name not in facts}
        return self._replace(facts=kept | {name: value for name, value in facts.items() if value is not None})


class OrderBreach(NamedTuple):
    """A rule that an order breaks, with the expected and the actual value."""

    rule: str
    expected: object
    got: object


def follow(before: ExpectedOrder, shown: Facts) -> ExpectedOrder:
    """Return an order with the facts shown now and the history that is already known."""
    return before._replace(facts={"id": before.number, **shown})


def learn(before: ExpectedOrder, shown: ExpectedOrder) -> ExpectedOrder:
    """Return an order with the facts shown now and the earlier facts that still hold.

    An earlier state holds only if it is final. Earlier messages do not hold if the order has ended since.
    """
    outdated = set() if before.state == REFUNDED else {"state"}
    if before.running and not shown.running:
        outdated |= {"messages", "latest"}
    known = {name: value for name, value in before.facts.items() if name not in outdated}
    return shown._replace(facts={**known, **shown.facts})


def is_repaid(order: ExpectedOrder, terms: ServiceTerms) -> bool:
    """Return whether an expired order was repaid automatically without becoming refunded."""
    return terms.repaid and order.state == EXPIRED and not order.received


def rule_against_refund(order: ExpectedOrder, terms: ServiceTerms, now: tuple[int, int] | None) -> str:
    """Return the rule that forbids a refund; empty if there is none, or if it is unknown."""
    if order.state == REFUNDED or is_repaid(order, terms):
        return "refund-once"
    if order.received:
        return "refund-not-after-sms"
    is_late = now and order.ordered is not None and now[0] > order.ordered + terms.refund_window
    return "refund-not-after-window" if is_late else ""


def is_refund_due(order: ExpectedOrder) -> bool:
    """Return whether enough facts are known to expect that a refund is granted."""
    return order.received is not None and order.ordered is not None


def breaches(order: ExpectedOrder, terms: ServiceTerms, now: tuple[int, int] | None) -> Iterator[OrderBreach]:
    """Yield the rules that a single view of an order breaks; `now` is an interval that contains the server's time."""
    yield from _message_breaches(order, order.messages or [])
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
    """Yield the rules that two consecutive views of an unchanged order break.

    With `lapses`, an order that ends without an SMS is refunded automatically.
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
        count = len(before.messages)
        if not alike(before.messages, shown.messages[:count]):
            yield OrderBreach("messages-stay", before.messages, shown.messages)
        if before.state and not before.running and len(shown.messages) > count:
            yield OrderBreach("no-sms-after-end", count, len(shown.messages))


def _message_breaches(order: ExpectedOrder, messages: list[Facts]) -> Iterator[OrderBreach]:
    """Yield the rules about messages that an order breaks."""
    if order.messages is not None:
        yield from _state_breaches(order, len(messages) - order.heard)
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


def _state_breaches(order: ExpectedOrder, new: int) -> Iterator[OrderBreach]:
    """Yield the rule that the state breaks; `new` is the number of messages since another SMS was requested."""
    if order.state == COMPLETED and new < 1:
        yield OrderBreach("status-shows-messages", WAITING, COMPLETED)
    if order.state == WAITING and new > 0:
        yield OrderBreach("status-shows-messages", COMPLETED, WAITING)


PRICE_CHANGED = "PRICE_CHANGED"
SOLD_OUT = "NO_NUMBERS"
TOO_POOR = "INSUFFICIENT_BALANCE"
ANY = "any"


class Situation(NamedTuple):
    """The state of the service before an order.

    `asked` is the requested offer, `anyone` is the offer of any carrier, and `account` the account of the customer.
    `genuine` states whether m and n are those of the current price; None if unknown.
    """

    asked: Facts
    anyone: Facts
    account: Facts
    genuine: bool | None


class ExpectedPurchase(NamedTuple):
    """The expected result of an order: a refusal for one of several reasons, or a grant at a price in cents.

    `refusals` maps each reason to the rule that a grant would break. `doubts` are further possible reasons, because the
    service does not state enough facts. `substitute` states whether another carrier must serve. None means unknown.
    """

    refusals: Mapping[str, str]
    price: int | None = None
    substitute: bool | None = False
    genuine: bool | None = None
    doubts: frozenset[str] = frozenset()


def expected_purchase(order_arguments: OrderArguments, situation: Situation, terms: ServiceTerms) -> ExpectedPurchase:
    """Return the expected result of an order."""
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


def violated_rule(expected: ExpectedPurchase, refusal: str) -> str:
    """Return the rule that an unfounded refusal breaks."""
    if expected.substitute and refusal == SOLD_OUT:
        return "failover-on"
    if expected.genuine and refusal == PRICE_CHANGED:
        return "quote-holds"
    return RULE_OF_REFUSAL.get(refusal, "order-granted")


RULE_OF_REFUSAL: Mapping[str, str] = {SOLD_OUT: "stock-is-sold", PRICE_CHANGED: "maximum-lets-through"}
"""The rule that an unfounded refusal breaks, by its reason."""


def own_price(price: int | None, account: Facts, terms: ServiceTerms) -> int | None:
    """Return the price for an account in cents, with its discount, halves rounded up; None if unknown."""
    share = 1.0 if terms.shown else factor(account)
    return None if price is None or share is None else (price * round(10_000 * share) + 5_000) // 10_000


def factor(account: Facts) -> float | None:
    """Return the fraction of a price that an account pays, by its tier or the equal row of the tier table.

    Return None if unknown.
    """
    tier: Facts = account.get("tier") or {}
    row: Facts = next((row for row in account.get("tiers") or () if tier.keys() & row.keys() and alike(row, tier)), {})
    whole: dict[str, Any] = {**row, **tier}
    if "factor" in whole:
        return float(whole["factor"])
    return 1 - whole["discount"] if "discount" in whole else None


def tier(account: Facts) -> Facts | None:
    """Return the row of the tier table that the charges of an account have reached; None if unknown."""
    charges, rows = account.get("charges"), account.get("tiers") or ()
    reached = [row for row in rows if charges is not None and "threshold" in row and row["threshold"] <= charges]
    return max(reached, key=lambda row: float(row["threshold"]), default=None)
