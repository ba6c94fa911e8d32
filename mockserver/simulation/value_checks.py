"""What a schema cannot say of a single value: a number without a point, a time that is not too long."""

from collections.abc import Iterator

from mockserver.domain.clock import DAY, MINUTE, Duration
from mockserver.simulation.units import duration

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
