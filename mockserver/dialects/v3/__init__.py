"""The V3 API."""

from contracts.spec import load
from mockserver.dialects.dialect import Dialect
from mockserver.dialects.v3.failures import STATUSES, failure_body
from mockserver.dialects.v3.handlers import HANDLERS


def dialect() -> Dialect:
    """V3 by its contract document."""
    return Dialect(load("v3"), HANDLERS, STATUSES, failure_body)
