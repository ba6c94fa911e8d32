"""What a client's orders cost, as far as its traffic tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.findings import Line, Statement
from mockserver.traffic import order_states

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mockserver.judge.history import History, ObservedOrder


def statement(histories: Iterable[History], rules: Mapping[str, str]) -> Statement:
    """Return what the orders of these accounts cost by the rules that hold, and what came back.

    An order whose answer was lost, and that nothing showed later, has no price: its outcome is `unknown`.
    """
    return Statement(tuple(line for history in histories for line in _lines(history, rules)))


def _lines(history: History, rules: Mapping[str, str]) -> Iterator[Line]:
    for order in history.orders.values():
        if order.placed is not None:
            outcome = _outcome(order)
            price = order.price * (1 + order.renewals if rules["another_sms"] == "charged" else 1)
            comes_back = outcome == "refunded" or (outcome == "expired" and rules["expiry"] == "repaid")
            yield Line(order.id, order.placed.name, price, price if comes_back else 0, outcome)
    for call in history.lost:
        yield Line("?", call.name, 0, 0, "unknown")


def _outcome(order: ObservedOrder) -> str:
    if order.returned:
        return "refunded"
    if order.heard:
        return "kept"
    return "expired" if order.states[-1:] == [order_states.EXPIRED] else "open"
