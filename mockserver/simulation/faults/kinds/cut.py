"""The kind `cut`: the connection closes within the body."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.faults.effect import Effect, Ending, WireResponse
from mockserver.simulation.units import Found


@dataclass(frozen=True)
class Cut(Effect):
    """The connection closes after `at` bytes of the body, or after a share of them if `at` is a float below 1."""

    at: float

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find a share of 1 or more."""
        if isinstance(value, float) and value >= 1:
            yield (), "a share of the body must be below 1, and a number of bytes must have no decimal point"

    def kept(self, length: int) -> int:
        """Return how many bytes of a body of this length are sent; at least one is missing."""
        kept = int(self.at * length) if isinstance(self.at, float) else self.at
        return max(0, min(kept, length - 1))

    def write(self, wire: WireResponse) -> WireResponse:
        """Cut the body."""
        return wire.delivered(ending=Ending.CUT, kept=self.kept(len(wire.content)))
