"""Nothing is spent by accident: what may be asked of a server that is somebody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.findings import Statement
from contracts.spec import ABSENT
from contracts.suites import money
from contracts.suites.journal import Journal, Record
from contracts.traffic.money import cents, dollars

if TYPE_CHECKING:
    from contracts.spec import Operation
    from contracts.traffic import Exchange, Request

READS = "reads"
ORDERS = "orders"
PAYS = "pays"


class DeniedError(Exception):
    """A request was not sent, since it must not be. Its text says why."""


class Guard:
    """Says which requests may be sent, and counts from the answers what they cost.

    On a server that is not foreign everything may. On a foreign one only what the contract document marks as reading,
    until orders are allowed: then orders and changes too, as long as all charges together stay within `limit` cents,
    whether they are refunded or not. Payments never.
    """

    def __init__(
        self, *, foreign: bool = False, allow_orders: bool = False, limit: int = 0, journal: Journal | None = None
    ) -> None:
        self.foreign = foreign
        self.allow_orders = allow_orders
        self.limit = limit
        self.journal = journal or Journal(None)
        self.stopped = ""

    @property
    def statement(self) -> Statement | None:
        """What was spent; None where nothing could be."""
        if not (self.foreign and self.allow_orders):
            return None
        return Statement(self.journal.lines, self.limit, self.stopped)

    def ask(self, operation: Operation | None, request: Request) -> None:
        """Let a request through. Raises DeniedError."""
        if not self.foreign:
            return
        effect = operation.effect if operation else ""
        name = operation.name if operation else f"{request.method} {request.path}"
        if effect == READS:
            return
        if effect in (PAYS, ""):
            kind = "payments are never made" if effect == PAYS else "it is not marked safe"
            raise DeniedError(f"{name} is not asked of a foreign server: {kind}")
        if not self.allow_orders:
            raise DeniedError(f"{name} is not asked of a foreign server without --allow-orders")
        if effect == ORDERS and operation is not None and _maximum(operation, request) is not None:
            self._ask_for_money(operation, request)

    def note(self, operation: Operation | None, exchange: Exchange) -> None:
        """Count what an exchange cost."""
        if not self.foreign or operation is None or operation.effect != ORDERS:
            return
        charge = money.charge(operation, exchange)
        if charge:
            self.journal.write(Record("ordered", operation.name, charge.order, charge.price))
        elif exchange.answer is not None and _maximum(operation, exchange.request) is not None:
            self.journal.write(Record("refused", operation.name))
        if self._spent > self.limit:
            self._stop(f"{dollars(self._spent)} were charged, more than the limit of {dollars(self.limit)} dollars")

    def refunded(self, order: str, price: int) -> None:
        """Note that an order was refunded."""
        self.journal.write(Record("refunded", order=order, price=price))

    def kept(self, order: str) -> None:
        """Note that an order cannot be refunded, since an SMS has arrived."""
        self.journal.write(Record("kept", order=order))

    @property
    def _spent(self) -> int:
        return sum(line.price for line in self.journal.lines)

    def _ask_for_money(self, operation: Operation, request: Request) -> None:
        maximum = _maximum(operation, request)
        if self.stopped:
            raise DeniedError(f"{operation.name} is not asked any more: {self.stopped}")
        if maximum is None or maximum < 0:
            raise DeniedError(f"{operation.name} is not asked of a foreign server without a maximumPrice")
        if self._spent + maximum > self.limit:
            self._stop(f"the limit of {dollars(self.limit)} dollars is reached, {dollars(self._spent)} were charged")
            raise DeniedError(f"{operation.name} is not asked any more: {self.stopped}")
        self.journal.write(Record("asked", operation.name))

    def _stop(self, reason: str) -> None:
        self.stopped = self.stopped or reason


def _maximum(operation: Operation, request: Request) -> int | None:
    """Return the maximum price of an order, in cents; -1 if it cannot be read, None if the operation takes none."""
    fields = operation.body_schema.get("properties", {}) if operation.body_schema else {}
    if "maximumPrice" not in fields:
        return None
    body: Any = request.json if request.body else ABSENT
    given = cents(money.document_of(operation), body.get("maximumPrice") if isinstance(body, dict) else None)
    return -1 if given is None else given
