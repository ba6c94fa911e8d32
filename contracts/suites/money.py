"""What an answer says of money, in cents, whichever generation gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import ABSENT
from contracts.spec.renaming import former

if TYPE_CHECKING:
    from contracts.spec import Operation
    from contracts.traffic import Exchange

IN_DOLLARS = frozenset({"v2"})
"""The documents that state prices in dollars."""


class Charge(NamedTuple):
    """A purchase that an answer confirms: the number of the order, and cents."""

    order: str
    price: int


def cents(document: str, amount: float) -> int:
    """Return a price of a document in cents."""
    return round(amount * 100) if document in IN_DOLLARS else int(amount)


def price(document: str, amount: int) -> str:
    """Write cents as a document takes them in a text."""
    return f"{amount // 100}.{amount % 100:02}" if document in IN_DOLLARS else str(amount)


def charge(operation: Operation, exchange: Exchange) -> Charge | None:
    """Return what an answer says was bought; None if it says no such thing."""
    answer: Any = exchange.answer.json if exchange.answer else ABSENT
    described = operation.answers.get(exchange.answer.status) if exchange.answer else None
    if described is not None and described.schema is not None:
        answer = former(described.schema, answer)
    for holder in (answer, answer.get("body") if isinstance(answer, dict) else None):
        if isinstance(holder, dict) and "orderId" in holder:
            amount = holder.get("purchasePrice", 0)
            known = isinstance(amount, int | float) and not isinstance(amount, bool)
            return Charge(str(holder["orderId"]), cents(document_of(operation), amount) if known else 0)
    return None


def document_of(operation: Operation) -> str:
    """Return the name of the document that has an operation."""
    return operation.name.partition(".")[0]
