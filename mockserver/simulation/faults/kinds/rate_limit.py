"""The kind `rateLimit`: a key that calls too often is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Effect, FaultedCall, Moment
from mockserver.simulation.faults.kinds.status import ErrorAnswer
from mockserver.simulation.units import Found, duration, fraction, too_long


@dataclass(frozen=True)
class RateLimit(Effect):
    """At most so many calls of a key in each window of virtual time; the others are refused."""

    limit: int
    window: Duration

    moments = (Moment.BEFORE, Moment.AFTER)

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """A limit and its window."""
        return cls(value["limit"], duration(value["window"]))

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find a window that does not last, or lasts too long."""
        yield from fraction(value["limit"], "limit")
        yield from too_long(value["window"], "window")
        if duration(value["window"]) == 0:
            yield ("window",), "a window must last"

    def drawn(self, call: FaultedCall, /) -> ErrorAnswer | None:
        """The refusal of a call above the limit: come back when the window is over."""
        window = call.elapsed // self.window
        last, calls = call.windows.get((call.number, call.key), (window, 0))
        calls = calls + 1 if last == window else 1
        call.windows[call.number, call.key] = window, calls
        if calls <= self.limit:
            return None
        seconds = -(-(self.window - call.elapsed % self.window) // 1000)
        return ErrorAnswer(429, headers=(("retry-after", str(seconds)),))
