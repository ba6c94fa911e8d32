"""What a client's orders cost, as far as its traffic tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.findings import Line, Statement
from contracts.traffic import orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.clients.history import History, Order


def statement(histories: Iterable[History]) -> Statement:
    """Return what the orders of these accounts cost, and what came back.

    An order whose answer was lost, and that nothing showed later, has no price: its outcome is `unknown`. What another
    SMS may cost is in no answer, and is not counted.
    """
    return Statement(tuple(line for history in histories for line in _lines(history)))


def _lines(history: History) -> Iterator[Line]:
    for order in history.orders.values():
        if order.placed is not None:
            refunded = order.price if order.returned else 0
            yield Line(order.id, order.placed.name, order.price, refunded, _outcome(order))
    for call in history.lost:
        yield Line("?", call.name, 0, 0, "unknown")


def _outcome(order: Order) -> str:
    if order.returned:
        return "refunded"
    if order.heard:
        return "kept"
    return "expired" if order.states[-1:] == [orders.EXPIRED] else "open"
