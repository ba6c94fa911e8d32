"""The deprecated V2 API. Nothing else imports this package but the list of dialects."""

from contracts.spec import load
from contracts.spec.readings import DEFAULTS, Choices
from mockserver.dialects.dialect import Dialect
from mockserver.dialects.manner import manner
from mockserver.dialects.v2.failures import STATUSES, failure_body
from mockserver.dialects.v2.handlers import in_words


def dialect(readings: Choices = DEFAULTS) -> Dialect:
    """V2 by its contract document, as these readings have it. Raises ReadingError."""
    statuses, words = manner(readings)
    return Dialect(load("v2", readings), in_words(words), {**STATUSES, **statuses}, failure_body)
