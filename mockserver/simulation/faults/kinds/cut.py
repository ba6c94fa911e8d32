"""The kind `cut`: the connection closes within the body."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.faults.effect import Effect, Ending, WireResponse
from mockserver.simulation.units import Found


@dataclass(frozen=True)
class Cut(Effect):
    """The connection closes after so many bytes of the body, or after a share of them when it is a float below 1."""

    at: float

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find a share of more than there is."""
        if isinstance(value, float) and value >= 1:
            yield (), "a share is below 1, and a number of bytes has no point"

    def kept(self, length: int) -> int:
        """How many bytes of a body of this length are sent; at least one is missing."""
        kept = int(self.at * length) if isinstance(self.at, float) else self.at
        return max(0, min(kept, length - 1))

    def write(self, wire: WireResponse) -> WireResponse:
        """Send the beginning only."""
        return wire.delivered(ending=Ending.CUT, kept=self.kept(len(wire.content)))
