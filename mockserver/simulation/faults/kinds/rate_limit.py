"""The kind `rateLimit`: calls of an API key above a limit are refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Effect, FaultedCall, Moment
from mockserver.simulation.faults.kinds.status import ErrorAnswer
from mockserver.simulation.units import Found, duration, fraction, too_long


@dataclass(frozen=True)
class RateLimit(Effect):
    """A limit of calls per API key in each window of virtual time (milliseconds); further calls are refused."""

    limit: int
    window: Duration

    moments = (Moment.BEFORE, Moment.AFTER)

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """Parse a limit and its window."""
        return cls(value["limit"], duration(value["window"]))

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find a window of length 0, or one that is too long."""
        yield from fraction(value["limit"], "limit")
        yield from too_long(value["window"], "window")
        if duration(value["window"]) == 0:
            yield ("window",), "a window must be longer than 0s"

    def drawn(self, call: FaultedCall, /) -> ErrorAnswer | None:
        """Count a call, and refuse it above the limit with status 429 and the seconds until the next window."""
        window = call.elapsed // self.window
        last, calls = call.windows.get((call.number, call.key), (window, 0))
        calls = calls + 1 if last == window else 1
        call.windows[call.number, call.key] = window, calls
        if calls <= self.limit:
            return None
        seconds = -(-(self.window - call.elapsed % self.window) // 1000)
        return ErrorAnswer(429, headers=(("retry-after", str(seconds)),))
