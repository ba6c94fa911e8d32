"""The guard against accidental spending, and the journal of orders and costs on disk."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.formats import dollars_text
from mockserver.findings import Line, Statement
from mockserver.traffic.exchange import facts_of
from mockserver.traffic.spending import CHANGES, ORDERS, PAYS, READS, UNKNOWN, Allowance, buys, charged, cost, may_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mockserver.contract import Arguments, Operation
    from mockserver.traffic import Exchange, Request


class SpendingRecord(NamedTuple):
    """One line of the journal: an event, with the operation, the order id and the price in cents.

    `event` is `began` (a run starts, and `known` holds the existing orders), `asked` (an order is about to be
    requested), `ordered`, `refused`, `refunded` or `kept`.
    """

    event: str
    operation: str = ""
    order: str = ""
    price: int = 0
    known: tuple[str, ...] = ()


class RunJournal:
    """The records of all runs against one target, in an append-only file; without a path, in memory only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.records: list[SpendingRecord] = list(_read(path)) if path and path.exists() else []

    def write(self, record: SpendingRecord) -> None:
        """Append a record, and flush it to disk before returning."""
        self.records.append(record)
        if self._path is None:
            return
        line = {name: value for name, value in record._asdict().items() if value}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    @property
    def lines(self) -> tuple[Line, ...]:
        """The orders that this run placed, and their outcomes."""
        return tuple(_lines(self._latest))

    @property
    def open(self) -> tuple[Line, ...]:
        """The orders of any run that are neither refunded nor kept."""
        return tuple(line for line in _lines(self.records) if line.outcome == "open")

    @property
    def lost(self) -> bool:
        """Whether the latest run requested an order and received no response."""
        events = [record.event for record in self._latest]
        return events.count("asked") > events.count("ordered") + events.count("refused")

    @property
    def known(self) -> frozenset[str]:
        """The ids of the orders that existed before the latest run."""
        return frozenset(order for record in self._latest for order in record.known)

    @property
    def _latest(self) -> list[SpendingRecord]:
        """The records since the start of the latest run."""
        began = max((index for index, record in enumerate(self.records) if record.event == "began"), default=0)
        return self.records[began:]


def _lines(records: Iterable[SpendingRecord]) -> Iterator[Line]:
    lines: dict[str, Line] = {}
    for record in records:
        if record.event == "ordered" and record.order not in lines:
            lines[record.order] = Line(record.order, record.operation, record.price)
        elif record.event == "ordered":
            lines[record.order] = lines[record.order]._replace(price=lines[record.order].price + record.price)
        elif record.event == "refunded" and record.order in lines:
            lines[record.order] = lines[record.order]._replace(refunded=record.price, outcome="refunded")
        elif record.event == "kept" and record.order in lines:
            lines[record.order] = lines[record.order]._replace(outcome="kept")
    yield from lines.values()


def _read(path: Path) -> Iterator[SpendingRecord]:
    """Yield the records of a file. Invalid lines are skipped: a run that was killed may leave an incomplete line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            fields: dict[str, Any] = json.loads(line)
            yield SpendingRecord(**{**fields, "known": tuple(fields.get("known", ()))})
        except (ValueError, TypeError):
            continue


__all__ = ["READS", "DeniedError", "Guard"]

_REASONS = {
    ORDERS: " without --allow-orders",
    PAYS: ": payments are never made",
    UNKNOWN: ": it is not marked as safe",
}
"""Why a request with this effect is not sent to a remote server, as the end of a sentence."""


class DeniedError(Exception):
    """The guard denied a request. The message states the reason."""


class Guard:
    """The guard that allows or denies requests, and counts their costs from the responses.

    A server that is not remote may receive any request. A remote server may receive requests that the contract
    document marks as `reads`. If orders are allowed, it may also receive orders and changes, as long as the sum of all
    charges stays within `limit` cents. Refunds do not raise the limit. Payments are never allowed.
    """

    def __init__(
        self, *, remote: bool = False, allow_orders: bool = False, limit: int = 0, journal: RunJournal | None = None
    ) -> None:
        self.remote = remote
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
        """The statement of orders and costs; None if orders are not possible."""
        if not (self.remote and self.allow_orders):
            return None
        return Statement(self.journal.lines, self.limit, self.stopped)

    def ask(self, operation: Operation | None, request: Request, arguments: Arguments | None = None) -> None:
        """Allow a request; `arguments` are those of its operation. Raises DeniedError."""
        if not self.remote:
            return
        effect = operation.effect if operation else UNKNOWN
        needed = ORDERS if effect == CHANGES else effect
        if self._allowance.forbids(needed):
            name = operation.name if operation else f"{request.method} {request.path}"
            raise DeniedError(f"{name} is not sent to a remote server{_REASONS[needed]}")
        if effect == READS:
            return
        if operation is not None and buys(operation, arguments):
            self._check_limit(operation, arguments)

    def note(self, operation: Operation | None, exchange: Exchange, arguments: Arguments | None = None) -> None:
        """Count the cost of an exchange."""
        if not self.remote or operation is None or arguments is None or not buys(operation, arguments):
            return
        charge = charged(facts_of(operation, exchange.answer)) if exchange.answer else None
        if charge:
            price = cost(charge, may_cost(operation, arguments))
            self.journal.write(SpendingRecord("ordered", operation.name, charge.order, price))
        elif exchange.answer is not None:
            self.journal.write(SpendingRecord("refused", operation.name))
        if not self._allowance.covers(0, self._spent):
            spent, limit = dollars_text(self._spent), dollars_text(self.limit)
            self._stop(f"{spent} dollars were charged, more than the limit of {limit} dollars")

    def refunded(self, order: str, price: int) -> None:
        """Record that an order was refunded; `price` is in cents."""
        self.journal.write(SpendingRecord("refunded", order=order, price=price))

    def kept(self, order: str) -> None:
        """Record that an order cannot be refunded, because its SMS has arrived."""
        self.journal.write(SpendingRecord("kept", order=order))

    @property
    def _spent(self) -> int:
        return sum(line.price for line in self.journal.lines)

    def _check_limit(self, operation: Operation, arguments: Arguments | None) -> None:
        if self.stopped:
            raise DeniedError(f"{operation.name} is no longer sent: {self.stopped}")
        maximum = may_cost(operation, arguments) if arguments else None
        if maximum is None:
            raise DeniedError(f"{operation.name} is not sent to a remote server without a maximum price")
        if not self._allowance.covers(maximum, self._spent):
            spent, limit = dollars_text(self._spent), dollars_text(self.limit)
            self._stop(f"the limit of {limit} dollars is reached, {spent} dollars were charged")
            raise DeniedError(f"{operation.name} is no longer sent: {self.stopped}")
        self.journal.write(SpendingRecord("asked", operation.name))

    def _stop(self, reason: str) -> None:
        self.stopped = self.stopped or reason
