"""Real time. Nothing that a test does to Python's clocks changes it: freezegun and time-machine freeze and move them.

The wall clock is read once, at import. The time that has passed since comes from a clock that neither library replaces,
that never jumps, and that goes on while the machine sleeps.
"""

import time
from collections.abc import Callable
from functools import partial

from mockserver.domain.clock import Instant

_elapsed: Callable[[], int] = (
    partial(time.clock_gettime_ns, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    if hasattr(time, "clock_gettime_ns")
    else partial(time.monotonic_ns)  # Windows, where it goes on in sleep; freezegun does not look into a partial
)
_ORIGIN = time.time_ns() - _elapsed()


def seconds() -> float:
    """Return seconds since some time before the program began."""
    return _elapsed() / 1e9


def nanoseconds() -> int:
    """Return nanoseconds since the epoch."""
    return _ORIGIN + _elapsed()


def wall() -> Instant:
    """Return milliseconds since the epoch."""
    return nanoseconds() // 1_000_000
