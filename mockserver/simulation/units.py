"""Values in scenarios: durations such as `8s` or `1h30m`, points in time (UTC), and the bounds of both."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from mockserver.domain.clock import DAY, HOUR, MINUTE, SECOND, Duration, Instant

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_PART = re.compile(r"(\d+)(ms|[dhms])")


def duration(text: str) -> Duration:
    """Milliseconds of a duration that fits the schema's pattern."""
    return sum(int(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))


def instant(text: str) -> Instant:
    """Milliseconds since the epoch of a point in time in UTC. Raises ValueError for a date that does not exist."""
    moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND


Found = tuple[tuple[str | int, ...], str]
"""The path of a value within another, and what is wrong with it."""

LONGEST: Duration = 3650 * DAY
"""The longest time that a scenario may ask for, so that no point in time ever lies beyond the calendar."""

LONGEST_WAIT: Duration = 10 * MINUTE
"""No answer is held back for longer, whatever is drawn."""


def fraction(value: object, *path: str | int) -> Iterator[Found]:
    """Find a number such as 5.0 and 1e3: an integer to a schema, but a float to us, and money is never a float."""
    if isinstance(value, float):
        yield path, f"write {value:.0f}, a whole number has no point and no exponent here"


def too_long(text: str, *path: str | int) -> Iterator[Found]:
    """Find a duration beyond the longest one of a scenario."""
    if duration(text) > LONGEST:
        yield path, f"{text} is longer than {LONGEST // DAY}d"


def too_slow(text: str, *path: str | int) -> Iterator[Found]:
    """Find a duration for which no client waits."""
    if duration(text) > LONGEST_WAIT:
        yield path, f"{text} is longer than {LONGEST_WAIT // MINUTE}m, and a client waits for real"
