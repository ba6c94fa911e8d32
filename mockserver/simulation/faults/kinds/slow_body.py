"""The kind `drip`: a body that is sent slowly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Effect, WireResponse
from mockserver.simulation.units import Found, duration, fraction, too_slow


@dataclass(frozen=True)
class SlowBody(Effect):
    """A body in pieces of `size` bytes, `every` milliseconds apart."""

    size: int
    every: Duration

    alters = False

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """Parse the size of a piece and the interval."""
        return cls(value["bytes"], duration(value["every"]))

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find an interval that is too long."""
        yield from fraction(value["bytes"], "bytes")
        yield from too_slow(value["every"], "every")

    def write(self, wire: WireResponse) -> WireResponse:
        """Send the body in pieces."""
        return wire.delivered(chunk=self.size, every=self.every)
