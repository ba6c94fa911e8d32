"""The dialects that the mock speaks."""

from contracts.spec.readings import DEFAULTS, Choices
from mockserver.dialects import v2, v3
from mockserver.dialects.dialect import Dialect


def dialects(readings: Choices = DEFAULTS) -> tuple[Dialect, ...]:
    """All dialects, freshly built from their contract documents as these readings have them. Raises ReadingError."""
    return (v3.dialect(readings), v2.dialect(readings))
