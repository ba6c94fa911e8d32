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


class Clock:
    """Virtual time, pulled by whoever asks.

    `pace` is the number of virtual milliseconds that pass in one of the wall's: 1 is real time, 60 a minute
    in a second, 0 a clock that only moves when told. `step` passes at every `tick`, which is once a request.
    `wall` answers milliseconds and may jump: what it loses is ignored.
    """

    def __init__(self, start: Instant, *, pace: int = 1, step: Duration = 0, wall: Callable[[], int]) -> None:
        if pace < 0 or step < 0:
            raise ValueError("a clock never runs back: pace and step are 0 or more")
        self.pace = pace
        self.step = step
        self._wall = wall
        self._now = start
        self._seen = wall()

    def now(self) -> Instant:
        """The present virtual time."""
        if self.pace:
            wall = self._wall()
            if wall > self._seen:
                self._now += (wall - self._seen) * self.pace
            self._seen = wall
        return self._now

    def tick(self) -> None:
        """Let the time of one request pass."""
        self._now += self.step

    def advance(self, duration: Duration) -> Instant:
        """Move forward by `duration` and answer the new time. Raises ValueError when it is negative."""
        if duration < 0:
            raise ValueError(f"a clock never runs back: cannot advance by {duration} ms")
        self._now = self.now() + duration
        return self._now
