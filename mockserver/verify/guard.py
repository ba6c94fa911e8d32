"""Nothing is spent by accident: what may be asked of a server that is somebody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract.formats import dollars_text
from mockserver.findings import Statement
from mockserver.traffic.spending import CHANGES, ORDERS, PAYS, READS, UNKNOWN, Allowance, buys, charged, cost, may_cost
from mockserver.verify.assertions import read
from mockserver.verify.journal import Record, RunJournal

if TYPE_CHECKING:
    from mockserver.contract import Arguments, Operation
    from mockserver.traffic import Exchange, Request

__all__ = ["READS", "DeniedError", "Guard"]

_REASONS = {
    ORDERS: " without --allow-orders",
    PAYS: ": payments are never made",
    UNKNOWN: ": it is not marked safe",
}
"""Why what has an effect is not asked of a foreign server."""


class DeniedError(Exception):
    """A request was not sent, since it must not be. Its text says why."""


class Guard:
    """Says which requests may be sent, and counts from the answers what they cost.

    On a server that is not foreign everything may. On a foreign one only what the contract document marks as reading,
    until orders are allowed: then orders and changes too, as long as all charges together stay within `limit` cents,
    whether they are refunded or not. Payments never.
    """

    def __init__(
        self, *, foreign: bool = False, allow_orders: bool = False, limit: int = 0, journal: RunJournal | None = None
    ) -> None:
        self.foreign = foreign
        self.limit = limit
        self._allowance = Allowance(orders=allow_orders, limit=limit)
        self.journal = journal or RunJournal(None)
        self.stopped = ""

    @property
    def allow_orders(self) -> bool:
        """Whether orders are allowed."""
        return self._allowance.orders

    @property
    def statement(self) -> Statement | None:
        """What was spent; None where nothing could be."""
        if not (self.foreign and self.allow_orders):
            return None
        return Statement(self.journal.lines, self.limit, self.stopped)

    def ask(self, operation: Operation | None, request: Request, arguments: Arguments | None = None) -> None:
        """Let a request through; `arguments` are what it says, if it is of an operation. Raises DeniedError."""
        if not self.foreign:
            return
        effect = operation.effect if operation else UNKNOWN
        needed = ORDERS if effect == CHANGES else effect
        if self._allowance.forbids(needed):
            name = operation.name if operation else f"{request.method} {request.path}"
            raise DeniedError(f"{name} is not asked of a foreign server{_REASONS[needed]}")
        if effect == READS:
            return
        if operation is not None and buys(operation, arguments):
            self._ask_for_money(operation, arguments)

    def note(self, operation: Operation | None, exchange: Exchange, arguments: Arguments | None = None) -> None:
        """Count what an exchange cost."""
        if not self.foreign or operation is None or arguments is None or not buys(operation, arguments):
            return
        charge = charged(read(operation, exchange.answer)) if exchange.answer else None
        if charge:
            price = cost(charge, may_cost(operation, arguments))
            self.journal.write(Record("ordered", operation.name, charge.order, price))
        elif exchange.answer is not None:
            self.journal.write(Record("refused", operation.name))
        if not self._allowance.covers(0, self._spent):
            spent, limit = dollars_text(self._spent), dollars_text(self.limit)
            self._stop(f"{spent} were charged, more than the limit of {limit} dollars")

    def refunded(self, order: str, price: int) -> None:
        """Note that an order was refunded."""
        self.journal.write(Record("refunded", order=order, price=price))

    def kept(self, order: str) -> None:
        """Note that an order cannot be refunded, since an SMS has arrived."""
        self.journal.write(Record("kept", order=order))

    @property
    def _spent(self) -> int:
        return sum(line.price for line in self.journal.lines)

    def _ask_for_money(self, operation: Operation, arguments: Arguments | None) -> None:
        if self.stopped:
            raise DeniedError(f"{operation.name} is not asked any more: {self.stopped}")
        maximum = may_cost(operation, arguments) if arguments else None
        if maximum is None:
            raise DeniedError(f"{operation.name} is not asked of a foreign server without a maximum price")
        if not self._allowance.covers(maximum, self._spent):
            spent, limit = dollars_text(self._spent), dollars_text(self.limit)
            self._stop(f"the limit of {limit} dollars is reached, {spent} were charged")
            raise DeniedError(f"{operation.name} is not asked any more: {self.stopped}")
        self.journal.write(Record("asked", operation.name))

    def _stop(self, reason: str) -> None:
        self.stopped = self.stopped or reason
