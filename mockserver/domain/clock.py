"""A world's own time: it can be stepped, paced or stopped, and never runs back."""

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
"""Where time ends: the beginning of the year 9999. A clock stands still there, so that every time can be written."""


class Clock:
    """Virtual time, pulled by whoever asks.

    `pace` is the number of virtual milliseconds that pass in one of the wall's: 1 is real time, 60 a minute
    in a second, 0 a clock that only moves when told. `step` passes at every `tick`, which is once a request.
    `wall` answers milliseconds and may jump: what it loses is ignored.
    """

    def __init__(self, start: Instant, *, pace: int = 1, step: Duration = 0, wall: Callable[[], int]) -> None:
        self._wall = wall
        self._now = min(start, LAST)
        self._seen = wall()
        self._set(pace, step)

    @property
    def pace(self) -> int:
        """How many virtual milliseconds pass in one of the wall's."""
        return self._pace

    @property
    def step(self) -> Duration:
        """What passes at every tick."""
        return self._step

    def run(self, *, pace: int | None = None, step: Duration | None = None) -> None:
        """Run from the present time on at another pace, or with another step; None leaves it as it is.

        Raises ValueError when one is negative.
        """
        self.now()
        self._set(self._pace if pace is None else pace, self._step if step is None else step)

    def now(self) -> Instant:
        """The present virtual time."""
        wall = self._wall()
        self._now = min(LAST, self._now + max(0, wall - self._seen) * self._pace)
        self._seen = wall
        return self._now

    def tick(self) -> None:
        """Let the time of one request pass."""
        self._now = min(LAST, self._now + self._step)

    def advance(self, duration: Duration) -> Instant:
        """Move forward by `duration` and answer the new time. Raises ValueError when it is negative."""
        if duration < 0:
            raise ValueError(f"a clock never runs back: cannot advance by {duration} ms")
        self._now = min(LAST, self.now() + duration)
        return self._now

    def _set(self, pace: int, step: Duration) -> None:
        if pace < 0 or step < 0:
            raise ValueError("a clock never runs back: pace and step are 0 or more")
        self._pace = pace
        self._step = step
