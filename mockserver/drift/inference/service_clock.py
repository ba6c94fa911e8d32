"""The clock of the service, which need not be that of the recorder: its bounds, from the times of orders."""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from statistics import multimode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.drift.inference.knowledge import Entity, Knowledge


class ServiceClock:
    """The time of the service, by the times at which it says that orders were placed.

    An order of which only the end is known was placed one lifetime before; that is the usual one of the other orders.
    If an order id is issued again, the service may have been reset, and its clock with it. Times that contradict each
    other show nothing.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        placed: dict[int, int] = {}
        ends: dict[int, int] = {}
        lifetimes: list[int] = []
        again: set[int] = set()
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
                lifetimes.append(end - ordered)
        usual = multimode(lifetimes)
        if len(usual) == 1:
            placed |= {at: end - usual[0] for at, end in ends.items()}
        self._at = sorted(placed)
        self._shown = [placed[at] for at in self._at]
        self._resets = sorted(again)

    def bounds(self, at: int) -> tuple[float, float]:
        """Return the earliest and the latest time of the service at a time of the recorder, in milliseconds."""
        where = bisect_right(self._at, at)
        is_before = where > 0 and not self._is_reset(self._at[where - 1], at)
        is_after = where < len(self._at) and not self._is_reset(at, self._at[where])
        earliest = self._shown[where - 1] if is_before else -inf
        latest = self._shown[where] if is_after else inf
        return (earliest, latest) if earliest <= latest else (-inf, inf)

    def _is_reset(self, since: int, until: int) -> bool:
        """Return whether the service may have been reset after a time, up to another one."""
        return bisect_right(self._resets, since) < bisect_right(self._resets, until)

    def has_ended(self, order: Entity, at: int) -> bool | None:
        """Return whether the time of an order is over; None if that is unknown."""
        ends = self._knowledge.last(order, "expires_at", at)
        if ends is None:
            return None
        earliest, latest = self.bounds(at)
        return True if ends[1] <= earliest else False if latest < ends[1] else None
