"""The deprecated V2 API. Nothing else imports this package but the list of dialects."""

from contracts.spec import load
from mockserver.dialects.dialect import Dialect
from mockserver.dialects.v2.failures import STATUSES, failure_body
from mockserver.dialects.v2.handlers import HANDLERS


def dialect() -> Dialect:
    """V2 by its contract document."""
    return Dialect(load("v2"), HANDLERS, STATUSES, failure_body)
