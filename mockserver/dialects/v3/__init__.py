"""The V3 API."""

from contracts.spec import Overlays, load
from contracts.spec.choices import DEFAULTS, Choices
from contracts.spec.corrections import effective
from mockserver.dialects.dialect import Dialect
from mockserver.dialects.manner import manner
from mockserver.dialects.v3.failures import STATUSES, failure_body
from mockserver.dialects.v3.handlers import in_words


def dialect(readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Dialect:
    """V3 by its contract document, as these readings and overlays have it. Raises LocatedError."""
    statuses, words = manner(effective(readings, overlays))
    document, handlers = load("v3", readings, overlays), in_words(words)
    if overlays:
        from mockserver.dialects import corrected

        handlers = corrected.handlers(document, handlers)
    return Dialect(document, handlers, {**STATUSES, **statuses}, failure_body)
