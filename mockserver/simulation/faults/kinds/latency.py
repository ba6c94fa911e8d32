"""The kind `latency`: for a time nothing happens. It is fixed, or drawn call by call."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Effect, FaultedCall, Moment, WireResponse
from mockserver.simulation.units import LONGEST_WAIT, Found, duration, too_slow


class Latency(Effect):
    """An answer that is late."""

    moments = (Moment.BEFORE, Moment.AFTER)
    alters = False

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """A latency between bounds, or with a long tail."""
        if isinstance(value, str):
            return Uniform(duration(value), duration(value))
        if "uniform" in value:
            return Uniform(*map(duration, value["uniform"]))
        return Lognormal(duration(value["lognormal"]["median"]), value["lognormal"]["sigma"])

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find bounds that are out of order, and times for which no client waits."""
        match value:
            case {"uniform": [low, high]}:
                yield from too_slow(low, "uniform", 0)
                yield from too_slow(high, "uniform", 1)
                if duration(low) > duration(high):
                    yield ("uniform",), f"the least, {low}, is longer than the most, {high}"
            case {"lognormal": {"median": median}}:
                yield from too_slow(median, "lognormal", "median")
            case _:
                yield from too_slow(value)


@dataclass(frozen=True)
class Uniform(Latency):
    """A latency between two bounds, each as likely as the other; one bound twice is a fixed one."""

    low: Duration
    high: Duration

    def drawn(self, call: FaultedCall, /) -> "Delay":
        """A delay."""
        span = self.high - self.low + 1
        return Delay(self.low + call.chance.below(span, "latency", call.number, call.matched))


@dataclass(frozen=True)
class Lognormal(Latency):
    """A latency with a long tail: half of all are below the median, and `sigma` is how far they spread."""

    median: Duration
    sigma: float

    def drawn(self, call: FaultedCall, /) -> "Delay":
        """A delay, by the transform of Box and Muller."""
        labels = ("latency", call.number, call.matched)
        radius = math.sqrt(-2 * math.log(1 - call.chance.fraction("radius", *labels)))
        normal = radius * math.cos(2 * math.pi * call.chance.fraction("angle", *labels))
        exponent = min(self.sigma * normal, math.log(LONGEST_WAIT))
        return Delay(min(round(self.median * math.exp(exponent)), LONGEST_WAIT))


@dataclass(frozen=True)
class Delay(Latency):
    """Nothing happens for so long."""

    duration: Duration

    @property
    def wait(self) -> Duration:
        """The duration."""
        return self.duration

    def write(self, wire: WireResponse) -> WireResponse:
        """Hold the answer back."""
        return wire.delivered(delay=wire.delivery.delay + self.duration)
