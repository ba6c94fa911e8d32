"""Money, in cents: what needs permission and what a limit covers, what an order may cost and what it did cost."""

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
"""What an operation may do."""
UNKNOWN = ""
"""What something does of which no contract says so: it may be anything."""

ORDER = "order"
"""The operation of the vocabulary that buys something new; the others that order are about an order that there is."""

_ABSURD = 10**12


class Allowance(NamedTuple):
    """What may be done with money: place orders, open payments. All orders together may cost `limit` cents."""

    orders: bool = False
    payments: bool = False
    limit: int | None = None

    def forbids(self, effect: str) -> bool:
        """Say whether what has this effect needs a permission that is missing."""
        orders, pays = effect not in (READS, CHANGES, PAYS), effect not in (READS, CHANGES, ORDERS)
        return (orders and not self.orders) or (pays and not self.payments)

    def covers(self, maximum: int | None, spent: int, held: int = 0) -> bool:
        """Say whether an order of this maximum price, if it has one, keeps to the limit.

        That is beside what was spent, and what orders under way hold back.
        """
        return self.limit is None or (maximum is not None and spent + held + maximum <= self.limit)


class Charge(NamedTuple):
    """A purchase that an answer confirms: the number of the order, and cents; None if it does not say how many."""

    order: str
    cents: int | None


def buys(operation: Operation, arguments: Arguments | None = None) -> bool:
    """Say whether a request buys something new; without arguments, or if they do not say, whether it may."""
    purpose = operation.purpose(arguments) if arguments else ""
    return purpose == ORDER if purpose else ORDER in operation.purposes


def may_buy(operation: Operation) -> bool:
    """Say whether an operation may buy something: it does, or it costs money and nothing says for what."""
    return buys(operation) or (operation.effect == ORDERS and not operation.purposes)


def may_cost(operation: Operation, arguments: Arguments) -> int | None:
    """Return what an order may cost at most, in cents; None if its request does not say so."""
    return _amount(operation.values(arguments, ORDER)[0].get("maximum"))


def charged(reading: AnswerFacts) -> Charge | None:
    """Return what the answer to an order says was bought; None if it says no such thing."""
    number = get(reading.facts, "order.id") if reading.granted else None
    return None if number is None else Charge(number, _amount(get(reading.facts, "order.price")))


def cost(charge: Charge | None, maximum: int | None) -> int:
    """Return what an order counts as that was not refused: its maximum price if no answer says what was charged."""
    return (maximum or 0) if charge is None or charge.cents is None else charge.cents


def refuses(operation: Operation, answer: Answer, reading: AnswerFacts) -> bool:
    """Say whether an answer says that nothing was bought. A server that breaks may have sold something before."""
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
    return cents if cents is not None and 0 <= cents < _ABSURD else None
