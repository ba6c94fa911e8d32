"""The virtual clock of a world: it can be stepped, scaled or stopped, and never runs backwards."""

from collections.abc import Callable

Instant = int
"""A point in time: milliseconds since the Unix epoch, UTC."""

Duration = int
"""A length of time in milliseconds."""

SECOND: Duration = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


LAST: Instant = 253_370_764_800_000
"""The beginning of the year 9999, where every clock stops so that every time can be formatted."""


class Clock:
    """A virtual clock, computed on demand from the wall clock.

    `pace` is the number of virtual milliseconds per millisecond of the wall clock: 1 is real time, 60 is a minute per
    second, 0 is a clock that only moves when it is advanced. Every `tick`, one per request, adds `step` milliseconds.
    `wall` returns milliseconds and may jump; backward jumps are ignored.
    """

    def __init__(self, start: Instant, *, pace: int = 1, step: Duration = 0, wall: Callable[[], int]) -> None:
        self._wall = wall
        self._now = min(start, LAST)
        self._seen = wall()
        self._set(pace, step)

    @property
    def pace(self) -> int:
        """The virtual milliseconds per millisecond of the wall clock."""
        return self._pace

    @property
    def step(self) -> Duration:
        """The virtual milliseconds that every tick adds."""
        return self._step

    def run(self, *, pace: int | None = None, step: Duration | None = None) -> None:
        """Change the pace or the step from the current time on; None changes nothing.

        Raises ValueError if one is negative.
        """
        self.now()
        self._set(self._pace if pace is None else pace, self._step if step is None else step)

    def now(self) -> Instant:
        """Return the current virtual time."""
        wall = self._wall()
        self._now = min(LAST, self._now + max(0, wall - self._seen) * self._pace)
        self._seen = wall
        return self._now

    def tick(self) -> None:
        """Advance the clock by the step of one request."""
        self._now = min(LAST, self._now + self._step)

    def advance(self, duration: Duration) -> Instant:
        """Advance the clock by `duration` and return the new time. Raises ValueError if it is negative."""
        if duration < 0:
            raise ValueError(f"a clock never runs backwards: cannot advance by {duration} ms")
        self._now = min(LAST, self.now() + duration)
        return self._now

    def _set(self, pace: int, step: Duration) -> None:
        if pace < 0 or step < 0:
            raise ValueError("a clock never runs backwards: pace and step must be 0 or more")
        self._pace = pace
        self._step = step
