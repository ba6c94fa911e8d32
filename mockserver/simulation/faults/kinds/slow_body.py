"""The kind `drip`: a body comes slowly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Effect, WireResponse
from mockserver.simulation.units import Found, duration, fraction, too_slow


@dataclass(frozen=True)
class SlowBody(Effect):
    """The body comes in pieces of so many bytes."""

    size: int
    every: Duration

    alters = False

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """The size of a piece, and the time between two."""
        return cls(value["bytes"], duration(value["every"]))

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find a time for which no client waits."""
        yield from fraction(value["bytes"], "bytes")
        yield from too_slow(value["every"], "every")

    def write(self, wire: WireResponse) -> WireResponse:
        """Send piece by piece."""
        return wire.delivered(chunk=self.size, every=self.every)
