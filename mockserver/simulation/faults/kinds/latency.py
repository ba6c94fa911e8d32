"""The kind `latency`: a delay, fixed or drawn for every call."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Effect, FaultedCall, Moment, WireResponse
from mockserver.simulation.units import LONGEST_WAIT, Found, duration, too_slow


class Latency(Effect):
    """A delayed response."""

    moments = (Moment.BEFORE, Moment.AFTER)
    alters = False

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """Parse a fixed, a uniform or a lognormal latency."""
        if isinstance(value, str):
            return Uniform(duration(value), duration(value))
        if "uniform" in value:
            return Uniform(*map(duration, value["uniform"]))
        return Lognormal(duration(value["lognormal"]["median"]), value["lognormal"]["sigma"])

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find bounds in the wrong order, and durations that are too long."""
        match value:
            case {"uniform": [low, high]}:
                yield from too_slow(low, "uniform", 0)
                yield from too_slow(high, "uniform", 1)
                if duration(low) > duration(high):
                    yield ("uniform",), f"the lower bound {low} is longer than the upper bound {high}"
            case {"lognormal": {"median": median}}:
                yield from too_slow(median, "lognormal", "median")
            case _:
                yield from too_slow(value)


@dataclass(frozen=True)
class Uniform(Latency):
    """A uniformly distributed latency between two bounds, inclusive; equal bounds are a fixed latency."""

    low: Duration
    high: Duration

    def drawn(self, call: FaultedCall, /) -> "Delay":
        """Draw a delay."""
        span = self.high - self.low + 1
        return Delay(self.low + call.chance.below(span, "latency", call.number, call.matched))


@dataclass(frozen=True)
class Lognormal(Latency):
    """A lognormally distributed latency with a median and a `sigma`, at most `LONGEST_WAIT`."""

    median: Duration
    sigma: float

    def drawn(self, call: FaultedCall, /) -> "Delay":
        """Draw a delay by the Box-Muller transform."""
        labels = ("latency", call.number, call.matched)
        radius = math.sqrt(-2 * math.log(1 - call.chance.fraction("radius", *labels)))
        normal = radius * math.cos(2 * math.pi * call.chance.fraction("angle", *labels))
        exponent = min(self.sigma * normal, math.log(LONGEST_WAIT))
        return Delay(min(round(self.median * math.exp(exponent)), LONGEST_WAIT))


@dataclass(frozen=True)
class Delay(Latency):
    """A delay in milliseconds."""

    duration: Duration

    @property
    def wait(self) -> Duration:
        """The duration."""
        return self.duration

    def write(self, wire: WireResponse) -> WireResponse:
        """Delay the response."""
        return wire.delivered(delay=wire.delivery.delay + self.duration)
