"""Values in scenarios: durations such as `8s` or `1h30m`, points in time (UTC), and checks of their bounds."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from mockserver.domain.clock import DAY, HOUR, MINUTE, SECOND, Duration, Instant

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_PART = re.compile(r"(\d+)(ms|[dhms])")


def duration(text: str) -> Duration:
    """Parse a duration that fits the schema's pattern; return milliseconds."""
    return sum(int(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))


_SPELLINGS = {
    "d": "d day days",
    "h": "h hr hrs hour hours",
    "m": "m min mins minute minutes",
    "s": "s sec secs second seconds",
    "ms": "ms msec msecs millisecond milliseconds",
}
_UNIT_OF = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_LOOSE = re.compile(r"(\d+)\s*(?:([a-z]+)\.?)?")


def likely_duration(value: object) -> str:
    """Return the duration that a value may mean, such as `5s` for `5 sec` or the number 5; empty if there is none."""
    text = str(value).strip().lower()
    parts = [(amount, _UNIT_OF.get(unit or "s")) for amount, unit in _LOOSE.findall(text)]
    rest = _LOOSE.sub("", text).strip(" ,")
    if isinstance(value, bool) or rest or not parts or not all(unit for _, unit in parts):
        return ""
    return "".join(f"{amount}{unit}" for amount, unit in parts)


def instant(text: str) -> Instant:
    """Parse a time in UTC; return milliseconds since the epoch. Raises ValueError for a date that does not exist."""
    moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND


Found = tuple[tuple[str | int, ...], str]
"""A problem: the path of the value within the checked one, and the message."""

LONGEST: Duration = 3650 * DAY
"""The longest duration in a scenario, so that every point in time is within the calendar."""

LONGEST_WAIT: Duration = 10 * MINUTE
"""The longest delay of a response, also for drawn delays."""


def fraction(value: object, *path: str | int) -> Iterator[Found]:
    """Find a float such as 5.0 or 1e3: JSON Schema accepts it as an integer, but amounts must be Python integers."""
    if isinstance(value, float):
        yield path, f"write {value:.0f}: a whole number has no decimal point or exponent here"


def too_long(text: str, *path: str | int) -> Iterator[Found]:
    """Find a duration that is longer than `LONGEST`."""
    if duration(text) > LONGEST:
        yield path, f"{text} is longer than {LONGEST // DAY}d"


def too_slow(text: str, *path: str | int) -> Iterator[Found]:
    """Find a delay that is longer than `LONGEST_WAIT`."""
    if duration(text) > LONGEST_WAIT:
        yield path, f"{text} is longer than {LONGEST_WAIT // MINUTE}m, the longest delay of a response"
