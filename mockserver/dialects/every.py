"""The dialects that the mock speaks."""

from mockserver.dialects import v2, v3
from mockserver.dialects.dialect import Dialect


def dialects() -> tuple[Dialect, ...]:
    """All dialects, freshly built from their contract documents."""
    return (v3.dialect(), v2.dialect())
