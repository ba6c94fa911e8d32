"""How a scenario writes time: durations as `8s`, `20m`, `1h30m`, points in time as `2025-05-17 06:07:13` (UTC)."""

import re
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
