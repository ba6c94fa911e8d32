"""The clock of the service, which need not be that of the recorder: its bounds, from the times of orders."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.drift.inference.knowledge import Entity, Knowledge


class ServiceClock:
    """The time of the service, by the times at which it says that orders were placed.

    An order of which only the end is known was placed one lifetime before; that is known from the other orders. If an
    order id is issued again, the service may have been reset, and its clock with it.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        placed: dict[int, int] = {}
        ends: dict[int, int] = {}
        lifetimes: Counter[int] = Counter()
        again = set()
        seen = set()
        for whose, at in sorted(knowledge.issues("order"), key=lambda each: each[1]):
            again |= {at} if whose in seen else set()
            seen.add(whose)
            ordered, end = (knowledge.first(whose, name, at) for name in ("ordered_at", "expires_at"))
            if ordered is not None:
                placed[at] = ordered
            elif end is not None:
                ends[at] = end
            if ordered is not None and end is not None:
                lifetimes[end - ordered] += 1
        for lifetime, _ in lifetimes.most_common(1):
            placed |= {at: end - lifetime for at, end in ends.items()}
        self._at = sorted(placed)
        self._shown = [placed[at] for at in self._at]
        self._resets = [at in again for at in self._at]

    def bounds(self, at: int) -> tuple[float, float]:
        """Return the earliest and the latest time of the service at a time of the recorder, in milliseconds."""
        where = bisect_right(self._at, at)
        earliest = self._shown[where - 1] if where else -inf
        is_known = where < len(self._at) and not self._resets[where]
        return earliest, self._shown[where] if is_known else inf

    def has_ended(self, order: Entity, at: int) -> bool | None:
        """Return whether the time of an order is over; None if that is unknown."""
        ends = self._knowledge.last(order, "expires_at", at)
        if ends is None:
            return None
        earliest, latest = self.bounds(at)
        return True if ends[1] <= earliest else False if latest < ends[1] else None
