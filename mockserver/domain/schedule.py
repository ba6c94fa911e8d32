"""The scheduled events of a world. `settlement` applies the due ones."""

from collections.abc import Iterator
from heapq import heappop, heappush
from operator import itemgetter
from typing import NamedTuple

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import Instant
from mockserver.domain.payment import Status


class SmsDue(NamedTuple):
    """An SMS arrives at the number of an order."""

    order: str
    text: str
    code: str | None


class OrderEnds(NamedTuple):
    """The lifetime of an order ends, unless the order was renewed."""

    order: str


class PaymentSettles(NamedTuple):
    """A payment gets its final status, unless it is no longer open."""

    payment: str
    status: Status


class PriceChanges(NamedTuple):
    """Stock keys get a new list price, in cents."""

    stock_keys: tuple[StockKey, ...]
    price: int


class StockChanges(NamedTuple):
    """A new stock is distributed over carriers."""

    stock_keys: tuple[StockKey, ...]
    stock: int


class NumbersReturn(NamedTuple):
    """An empty stock is refilled, unless it has been refilled before."""

    stock_key: StockKey
    stock: int


ScheduledEvent = SmsDue | OrderEnds | PaymentSettles | PriceChanges | StockChanges | NumbersReturn


class Agenda:
    """The scheduled events by due time; events with the same due time keep the order in which they were planned."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, ScheduledEvent]] = []
        self._planned = 0

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, due: Instant, scheduled: ScheduledEvent) -> None:
        """Add an event."""
        heappush(self._heap, (due, self._planned, scheduled))
        self._planned += 1

    def due(self, now: Instant) -> Iterator[tuple[Instant, ScheduledEvent]]:
        """Remove and yield the due events with their due times, in order, including those planned meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            due, _, scheduled = heappop(self._heap)
            yield due, scheduled

    def planned(self) -> list[tuple[Instant, ScheduledEvent]]:
        """Return all events with their due times, in order."""
        return [(due, scheduled) for due, _, scheduled in sorted(self._heap, key=itemgetter(0, 1))]
