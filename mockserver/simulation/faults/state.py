"""The faults of a world and their counts, which decide the faults that apply to a call. `kinds` has their effects.

Every fault has its own counts and its own draws, so faults are independent of each other.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.domain.clock import Duration, Instant
from mockserver.simulation.chance import Chance
from mockserver.simulation.faults.condition import NOTHING, Condition, Subject
from mockserver.simulation.faults.effect import Effect, FaultedCall, Moment


class Fault(NamedTuple):
    """A fault has one effect and a condition for when it applies; `source` is the fault as in a scenario."""

    name: str
    when: Condition
    moment: Moment
    effect: Effect
    source: Mapping[str, Any] = MappingProxyType({})


class AppliedFault(NamedTuple):
    """The effect of a fault on one call."""

    fault: str
    moment: Moment
    effect: Effect

    @property
    def alters(self) -> bool:
        """Whether the effect changes the response, instead of only delaying it."""
        return self.effect.alters


class Faults:
    """The faults of a world by number, and their counts. `start` is the start of the world.

    A number is never reused, because the draws of a fault depend on it.
    """

    def __init__(self, faults: Sequence[Fault], seed: int, start: Instant) -> None:
        self._faults: dict[int, Fault] = dict(enumerate(faults))
        self.next = len(self._faults)
        """The number of the next fault."""
        self._chance = Chance(seed)
        self._are_about = any(fault.when.is_about for fault in faults)
        self.start = start
        self.matched: Counter[int] = Counter()
        """The number of calls that each fault has matched."""
        self.acted: Counter[int] = Counter()
        """The number of calls that each fault has applied to."""
        self.windows: dict[tuple[int, str], tuple[int, int]] = {}
        """The number of the last window and the calls in it, by the number of a rate limit and API key."""
        self._eligible: dict[tuple[str, str], tuple[tuple[int, ...], float]] = {}
        """The matching faults by operation and account, and the elapsed time until which they match."""

    def __len__(self) -> int:
        return len(self._faults)

    def items(self) -> Iterator[tuple[int, Fault]]:
        """Yield all faults with their numbers, in the order in which they apply."""
        return iter(self._faults.items())

    def add(self, fault: Fault) -> int:
        """Add a fault after the others, and return its number."""
        number = self.next
        self.put(number, fault)
        return number

    def put(self, number: int, fault: Fault, matched: int = 0, acted: int = 0) -> None:
        """Add a fault after the others, with this number and these counts."""
        self._faults[number] = fault
        self._are_about = self._are_about or fault.when.is_about
        self.matched[number], self.acted[number] = matched, acted
        self.next = max(self.next, number + 1)
        self._eligible.clear()

    def remove(self, number: int) -> None:
        """Remove a fault. Raises KeyError."""
        del self._faults[number]
        self._eligible.clear()

    def copy(self, keys: Mapping[str, str]) -> "Faults":
        """Copy the faults with their counts; `keys` maps the API keys of their windows to new ones."""
        copy = Faults((), self._chance.seed, self.start)
        copy._faults, copy.next = dict(self._faults), self.next
        copy._are_about = self._are_about
        copy.matched, copy.acted = self.matched.copy(), self.acted.copy()
        copy.windows = {(index, keys.get(key, key)): window for (index, key), window in self.windows.items()}
        return copy

    @property
    def are_about(self) -> bool:
        """Whether a fault depends on what a call is about."""
        return self._are_about

    def decide(
        self, operation: str, account: str, key: str, now: Instant, subject: Subject = NOTHING
    ) -> tuple[AppliedFault, ...]:
        """Count a call about a subject, and return the faults that apply to it, in order."""
        elapsed = now - self.start
        eligible, until = self._eligible.get((operation, account), ((), 0))
        if elapsed >= until:
            eligible, until = self._eligible[operation, account] = self._choose(operation, account, elapsed)
        return (
            tuple([act for index in eligible if (act := self._act(index, key, elapsed, subject))]) if eligible else ()
        )

    def _choose(self, operation: str, account: str, elapsed: Duration) -> tuple[tuple[int, ...], float]:
        """Return the faults that match at this time, and the time at which that may change."""
        concerned = [index for index, fault in self._faults.items() if fault.when.concerns(operation, account)]
        spans = [(self._faults[index].when.start, self._faults[index].when.end) for index in concerned]
        changes = (time for span in spans for time in span if time is not None and time > elapsed)
        current = (
            index
            for index, (start, end) in zip(concerned, spans, strict=True)
            if start <= elapsed and (end is None or elapsed < end)
        )
        return tuple(current), min(changes, default=math.inf)

    def _act(self, index: int, key: str, elapsed: Duration, subject: Subject) -> AppliedFault | None:
        name, when, moment, effect, _ = self._faults[index]
        if when.is_about and not when.fits(subject):
            return None
        self.matched[index] = matched = self.matched[index] + 1
        if (
            matched < when.first
            or (when.last is not None and matched > when.last)
            or (when.every is not None and matched % when.every)
            or (when.probability is not None and self._chance.fraction("fault", index, matched) >= when.probability)
        ):
            return None
        drawn = effect.drawn(FaultedCall(index, matched, key, elapsed, self._chance, self.windows))
        if drawn is None or (when.times is not None and self.acted[index] >= when.times):
            return None
        self.acted[index] += 1
        return AppliedFault(name, moment, drawn)
