"""The judgement of a client by the evidence of its world."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mockserver import judge
from mockserver.contract import contract
from mockserver.contract.overlays import effective
from mockserver.findings import Line, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mockserver.contract import Document, Overlays
    from mockserver.judge import Judgement, Limits
    from mockserver.testing.records import LedgerEntry, Order
    from mockserver.traffic import Exchange


class WorldEvidence(NamedTuple):
    """The evidence that a client is judged by.

    `clock` is the mode of the clock: real, scaled, manual or step. `readings` and `overlays` determine the contract.
    `before` has the IDs of the orders in the initial state of the world.
    """

    exchanges: Sequence[Exchange]
    clock: str
    readings: Mapping[str, object]
    overlays: Overlays
    ledger: Sequence[LedgerEntry]
    orders: Sequence[Order]
    before: frozenset[str]

    @property
    def is_paced(self) -> bool:
        """Whether pauses are measurable: the clock runs, or a manual clock was advanced between requests."""
        if self.clock == "manual":
            return len({at for each in self.exchanges if (at := each.notes.get("at"))}) > 1
        return self.clock != "step"

    def judge(self, limits: Limits | None = None, *, paced: bool | None = None, ended: bool = False) -> Judgement:
        """Judge the client. Raises LocatedError for an invalid overlay."""
        readings = effective(self.readings, self.overlays)
        judgement = judge.judge(
            self.exchanges,
            documents(tuple(sorted(readings.items())), tuple(self.overlays)),
            limits=limits,
            ended=ended,
            paced=self.is_paced if paced is None else paced,
            readings=readings,
            overlays=self.overlays,
        )
        return judgement._replace(statement=self._statement(judgement.statement))

    def _statement(self, seen: Statement) -> Statement:
        """Return the statement of the ledger. Traffic does not show an order whose response was lost."""
        spent: defaultdict[str, int] = defaultdict(int)
        refunded: defaultdict[str, int] = defaultdict(int)
        for entry in self.ledger:
            if entry.kind in ("charge", "refund") and entry.reference not in self.before:
                (spent if entry.kind == "charge" else refunded)[entry.reference] += abs(entry.cents)
        operations = {line.order: line.operation for line in seen.lines}
        orders = {order.id: order for order in self.orders}
        lines = (
            Line(number, operations.get(number, ""), price, back, _outcome(orders.get(number), back))
            for number, price in spent.items()
            for back in (refunded[number],)
        )
        return Statement(tuple(lines))


@cache
def documents(readings: tuple[tuple[str, object], ...], overlays: tuple[Path, ...] = ()) -> Mapping[str, Document]:
    """Return the contract documents for readings and overlays, the newest first. Raises LocatedError."""
    return contract(dict(readings), overlays).documents


def _outcome(order: Order | None, refunded: int) -> str:
    if refunded:
        return "refunded"
    if order is not None and order.sms:
        return "kept"
    return "expired" if order is not None and order.state == "expired" else "open"
