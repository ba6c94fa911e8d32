"""Real time, independent of libraries that freeze or move Python's clocks in tests, such as freezegun and time-machine.

The wall clock is read once, at import. The elapsed time comes from a clock that neither library replaces, that never
jumps, and that continues while the machine sleeps.
"""

import time
from collections.abc import Callable
from functools import partial

from mockserver.domain.clock import Instant

_elapsed: Callable[[], int] = (
    partial(time.clock_gettime_ns, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    if hasattr(time, "clock_gettime_ns")
    else partial(time.monotonic_ns)  # Windows, where it continues in sleep; freezegun does not replace it in a partial
)
_ORIGIN = time.time_ns() - _elapsed()


def seconds() -> float:
    """Return seconds since an arbitrary time before the start of the program."""
    return _elapsed() / 1e9


def nanoseconds() -> int:
    """Return nanoseconds since the epoch."""
    return _ORIGIN + _elapsed()


def wall() -> Instant:
    """Return milliseconds since the epoch."""
    return nanoseconds() // 1_000_000
