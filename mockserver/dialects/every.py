"""The dialects that the mock speaks."""

from contracts.spec import Overlays
from contracts.spec.choices import DEFAULTS, Choices
from mockserver.dialects import v2, v3
from mockserver.dialects.dialect import Dialect


def dialects(readings: Choices = DEFAULTS, overlays: Overlays = ()) -> tuple[Dialect, ...]:
    """All dialects, freshly built from their contract documents as these readings and overlays have them.

    Raises LocatedError.
    """
    return (v3.dialect(readings, overlays), v2.dialect(readings, overlays))
