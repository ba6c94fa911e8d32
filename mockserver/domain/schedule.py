"""What will happen in a world, and when. Data only: what a due event does is told in `settlement`."""

from collections.abc import Iterator
from heapq import heappop, heappush
from operator import itemgetter
from typing import NamedTuple

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import Instant
from mockserver.domain.payment import Status


class SmsDue(NamedTuple):
    """An SMS reaches an order's number."""

    order: str
    text: str
    code: str | None


class OrderEnds(NamedTuple):
    """An order's lifetime is over, unless it was renewed since."""

    order: str


class PaymentSettles(NamedTuple):
    """A payment gets its status, unless it has come to an end already."""

    payment: str
    status: Status


class PriceChanges(NamedTuple):
    """Offers get a new list price, in cents."""

    stock_keys: tuple[StockKey, ...]
    price: int


class StockChanges(NamedTuple):
    """So many numbers are shared out over carriers."""

    stock_keys: tuple[StockKey, ...]
    stock: int


class NumbersReturn(NamedTuple):
    """So many numbers come back, unless the stock has been filled since."""

    stock_key: StockKey
    stock: int


ScheduledEvent = SmsDue | OrderEnds | PaymentSettles | PriceChanges | StockChanges | NumbersReturn


class Agenda:
    """Happenings by due time; those due at the same time happen in the order in which they were planned."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, ScheduledEvent]] = []
        self._planned = 0

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, due: Instant, scheduled: ScheduledEvent) -> None:
        """Put a happening on the agenda."""
        heappush(self._heap, (due, self._planned, scheduled))
        self._planned += 1

    def due(self, now: Instant) -> Iterator[tuple[Instant, ScheduledEvent]]:
        """Take off what is due, each with its own time, in order; also what gets planned meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            due, _, scheduled = heappop(self._heap)
            yield due, scheduled

    def planned(self) -> list[tuple[Instant, ScheduledEvent]]:
        """Everything that is to come, in its order."""
        return [(due, scheduled) for due, _, scheduled in sorted(self._heap, key=itemgetter(0, 1))]
