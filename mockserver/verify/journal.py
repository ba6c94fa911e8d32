"""What a run spends, line by line on disk, so that nothing is forgotten whatever happens to the run."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.findings import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Record(NamedTuple):
    """One line of the journal: what happened to which order, by which operation, and cents.

    `event` is `began` (a run; `known` are the orders that there were before it), `asked` (an order is about to be
    made), `ordered`, `refused`, `refunded` or `kept`.
    """

    event: str
    operation: str = ""
    order: str = ""
    price: int = 0
    known: tuple[str, ...] = ()


class RunJournal:
    """The records of the runs against one target, in a file that is only ever appended to; without a path, nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.records: list[Record] = list(_read(path)) if path and path.exists() else []

    def write(self, record: Record) -> None:
        """Add a record; it is on the disk when this returns."""
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
        """The orders that this run made, and what became of them."""
        return tuple(_lines(self._latest))

    @property
    def open(self) -> tuple[Line, ...]:
        """The orders of any run that are neither refunded nor kept."""
        return tuple(line for line in _lines(self.records) if line.outcome == "open")

    @property
    def lost(self) -> bool:
        """Whether the latest run asked for an order whose answer never came."""
        events = [record.event for record in self._latest]
        return events.count("asked") > events.count("ordered") + events.count("refused")

    @property
    def known(self) -> frozenset[str]:
        """The orders that there were before the latest run."""
        return frozenset(order for record in self._latest for order in record.known)

    @property
    def _latest(self) -> list[Record]:
        """The records since the latest run began."""
        began = max((place for place, record in enumerate(self.records) if record.event == "began"), default=0)
        return self.records[began:]


def _lines(records: Iterable[Record]) -> Iterator[Line]:
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


def _read(path: Path) -> Iterator[Record]:
    """Read what is whole: a run that was killed may have left half a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            fields: dict[str, Any] = json.loads(line)
            yield Record(**{**fields, "known": tuple(fields.get("known", ()))})
        except (ValueError, TypeError):
            continue
