"""Spending, in cents: permissions and the spending limit, the maximum cost of an order, and its actual charge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import ABSENT, vocabulary
from mockserver.contract.reader import get
from mockserver.traffic.exchange import header

if TYPE_CHECKING:
    from mockserver.contract import Arguments, Operation
    from mockserver.contract.operation import AnswerFacts
    from mockserver.traffic.exchange import Answer

READS, CHANGES, ORDERS, PAYS = "reads", "changes", "orders", "pays"
"""The effects of operations."""
UNKNOWN = ""
"""The effect of an operation that is not in the contract: it may be any effect."""

ORDER = "order"
"""The vocabulary operation that places a new order. The other operations with the effect `orders` need an order."""

_IMPLAUSIBLE = 10**12


class Allowance(NamedTuple):
    """The permissions to place orders and to open payments, and the spending limit of all orders, in cents."""

    orders: bool = False
    payments: bool = False
    limit: int | None = None

    def forbids(self, effect: str) -> bool:
        """Return whether an operation with this effect needs a missing permission."""
        orders, pays = effect not in (READS, CHANGES, PAYS), effect not in (READS, CHANGES, ORDERS)
        return (orders and not self.orders) or (pays and not self.payments)

    def covers(self, maximum: int | None, spent: int, held: int = 0) -> bool:
        """Return whether the limit covers an order with this maximum price; a limit covers no order without a maximum.

        `spent` is the amount already spent, `held` the amount reserved for orders in progress, both in cents.
        """
        return self.limit is None or (maximum is not None and spent + held + maximum <= self.limit)


class Charge(NamedTuple):
    """A confirmed purchase: the order id, and the charge in cents, None if the response does not contain it."""

    order: str
    cents: int | None


def buys(operation: Operation, arguments: Arguments | None = None) -> bool:
    """Return whether a request places a new order; whether it may place one, if the arguments do not say."""
    purpose = operation.purpose(arguments) if arguments else ""
    return purpose == ORDER if purpose else ORDER in operation.purposes


def may_buy(operation: Operation) -> bool:
    """Return whether an operation may buy something: it places orders, or spends money for an unknown purpose."""
    return buys(operation) or (operation.effect == ORDERS and not operation.purposes)


def may_cost(operation: Operation, arguments: Arguments) -> int | None:
    """Return the maximum cost of an order in cents; None if its request has no maximum price."""
    return _amount(operation.values(arguments, ORDER)[0].get("maximum"))


def charged(reading: AnswerFacts) -> Charge | None:
    """Return the purchase that the response to an order confirms; None if it confirms none."""
    number = get(reading.facts, "order.id") if reading.granted else None
    return None if number is None else Charge(number, _amount(get(reading.facts, "order.price")))


def cost(charge: Charge | None, maximum: int | None) -> int:
    """Return the cost of an order that was not refused, in cents: its charge, or its maximum price if it is unknown."""
    return (maximum or 0) if charge is None or charge.cents is None else charge.cents


def refuses(operation: Operation, answer: Answer, reading: AnswerFacts) -> bool:
    """Return whether a response confirms that nothing was bought. A failing server may have sold something before."""
    refused, failures = reading.refused, operation.document.failures
    if refused is None or failures is None:
        return False
    status, body = answer.status, answer.json
    if 300 <= status < 500:
        return True
    reason = vocabulary().reasons.get(refused.reason) if body is not ABSENT else None
    if status >= 500:
        return reason is not None and reason.when == "refusal"
    other = status != operation.status and status in failures.known
    media = header(answer.headers, "content-type") or ""
    return other or reason is not None or not operation.document.check_failure(status, body, media)


def _amount(cents: int | None) -> int | None:
    return cents if cents is not None and 0 <= cents < _IMPLAUSIBLE else None
