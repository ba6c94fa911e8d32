"""What an answer says of money, in cents, whichever generation gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import ABSENT
from contracts.traffic.money import cents

if TYPE_CHECKING:
    from contracts.spec import Operation
    from contracts.traffic import Exchange


class Charge(NamedTuple):
    """A purchase that an answer confirms: the number of the order, and cents."""

    order: str
    price: int


def charge(operation: Operation, exchange: Exchange) -> Charge | None:
    """Return what an answer says was bought; None if it says no such thing."""
    answer: Any = exchange.answer.json if exchange.answer else ABSENT
    if exchange.answer:
        answer = operation.former_answer(exchange.answer.status, answer)
    for holder in (answer, answer.get("body") if isinstance(answer, dict) else None):
        if isinstance(holder, dict) and "orderId" in holder:
            amount = holder.get("purchasePrice", 0)
            return Charge(str(holder["orderId"]), cents(document_of(operation), amount) or 0)
    return None


def document_of(operation: Operation) -> str:
    """Return the name of the document that has an operation."""
    return operation.name.partition(".")[0]
