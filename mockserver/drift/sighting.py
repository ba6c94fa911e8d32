"""The provenance of facts that traffic showed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mockserver.contract import Confidence

PROVENANCE = "x-provenance"


def provenance(source: str, last: int, count: int) -> dict[str, Any]:
    """Return the provenance of a fact that traffic showed: its source, the date of the last time, and the count."""
    return {"level": str(Confidence.OBSERVED), "source": source, "date": date(last), "count": count}


def date(milliseconds: int) -> str:
    """Return a time as a date."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
