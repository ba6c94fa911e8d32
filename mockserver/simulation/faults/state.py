"""The faults of a world: which of them act on a call. What they do is in `kinds`.

Every fault keeps its own counts and draws its own chance, so none disturbs another.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.domain.clock import Duration, Instant
from mockserver.simulation.chance import Chance
from mockserver.simulation.faults.condition import Condition
from mockserver.simulation.faults.effect import Effect, FaultedCall, Moment


class Fault(NamedTuple):
    """What goes wrong, when, and under which name it is reported; `source` is how a scenario says so."""

    name: str
    when: Condition
    moment: Moment
    effect: Effect
    source: Mapping[str, Any] = MappingProxyType({})


class AppliedFault(NamedTuple):
    """What a fault does to one call."""

    fault: str
    moment: Moment
    effect: Effect

    @property
    def alters(self) -> bool:
        """Whether the answer becomes another one than the service meant to give."""
        return self.effect.alters


class Faults:
    """The faults of a world by number, and what they have counted. `start` is the world's, from which time counts.

    A number is never used twice: what a fault draws depends on it.
    """

    def __init__(self, faults: Sequence[Fault], seed: int, start: Instant) -> None:
        self._faults: dict[int, Fault] = dict(enumerate(faults))
        self.next = len(self._faults)
        """The number that the next fault gets."""
        self._chance = Chance(seed)
        self.start = start
        self.matched: Counter[int] = Counter()
        """How many calls each fault has matched."""
        self.acted: Counter[int] = Counter()
        """How often each fault has acted."""
        self.windows: dict[tuple[int, str], tuple[int, int]] = {}
        """Of a fault that counts by windows of time, and a key: the number of the last window, and the calls in it."""
        self._eligible: dict[tuple[str, str], tuple[tuple[int, ...], float]] = {}
        """Of an operation and an account: the faults that its calls match, until so long after the start."""

    def __len__(self) -> int:
        return len(self._faults)

    def items(self) -> Iterator[tuple[int, Fault]]:
        """All faults with their numbers, in the order in which they act."""
        return iter(self._faults.items())

    def add(self, fault: Fault) -> int:
        """Let one more act, after the others; answer its number."""
        number = self.next
        self.put(number, fault)
        return number

    def put(self, number: int, fault: Fault, matched: int = 0, acted: int = 0) -> None:
        """Let a fault act under this number, after the others, having counted so much already."""
        self._faults[number] = fault
        self.matched[number], self.acted[number] = matched, acted
        self.next = max(self.next, number + 1)
        self._eligible.clear()

    def remove(self, number: int) -> None:
        """Let a fault act no more. Raises KeyError."""
        del self._faults[number]
        self._eligible.clear()

    def copy(self, keys: Mapping[str, str]) -> "Faults":
        """The same faults, having counted the same; calls by API keys count for those that take their place."""
        copy = Faults((), self._chance.seed, self.start)
        copy._faults, copy.next = dict(self._faults), self.next
        copy.matched, copy.acted = self.matched.copy(), self.acted.copy()
        copy.windows = {(index, keys.get(key, key)): window for (index, key), window in self.windows.items()}
        return copy

    def decide(self, operation: str, account: str, key: str, now: Instant) -> tuple[AppliedFault, ...]:
        """Count a call, and answer what happens to it, in the order of the faults."""
        elapsed = now - self.start
        eligible, until = self._eligible.get((operation, account), ((), 0))
        if elapsed >= until:
            eligible, until = self._eligible[operation, account] = self._choose(operation, account, elapsed)
        return tuple([act for index in eligible if (act := self._act(index, key, elapsed))]) if eligible else ()

    def _choose(self, operation: str, account: str, elapsed: Duration) -> tuple[tuple[int, ...], float]:
        """The faults that a call matches at this time, and when that may change."""
        concerned = [index for index, fault in self._faults.items() if fault.when.concerns(operation, account)]
        spans = [(self._faults[index].when.start, self._faults[index].when.end) for index in concerned]
        changes = (time for span in spans for time in span if time is not None and time > elapsed)
        current = (
            index
            for index, (start, end) in zip(concerned, spans, strict=True)
            if start <= elapsed and (end is None or elapsed < end)
        )
        return tuple(current), min(changes, default=math.inf)

    def _act(self, index: int, key: str, elapsed: Duration) -> AppliedFault | None:
        name, when, moment, effect, _ = self._faults[index]
        self.matched[index] = matched = self.matched[index] + 1
        if (
            (when.nth is not None and matched != when.nth)
            or (when.every is not None and matched % when.every)
            or (when.probability is not None and self._chance.fraction("fault", index, matched) >= when.probability)
        ):
            return None
        drawn = effect.drawn(FaultedCall(index, matched, key, elapsed, self._chance, self.windows))
        if drawn is None or (when.times is not None and self.acted[index] >= when.times):
            return None
        self.acted[index] += 1
        return AppliedFault(name, moment, drawn)
