"""Counting how often something was seen, since when and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import ABSENT
from mockserver.drift.schema_inference import Shape

if TYPE_CHECKING:
    from mockserver.traffic import Exchange


class Occurrences:
    """How often something was seen, when (in milliseconds since the epoch), what it looked like, and the first time."""

    def __init__(self, **fields: Any) -> None:
        """Begin at zero; `fields` describe what is counted."""
        self.fields = fields
        self.times = 0
        self.first = self.last = 0
        self.shape = Shape()
        self.example: Exchange | None = None

    def add(self, exchange: Exchange, value: Any = ABSENT) -> None:
        """Count an exchange, and learn from the value that it showed."""
        self.times += 1
        self.first = min(self.first or exchange.started, exchange.started)
        self.last = max(self.last, exchange.started)
        self.example = self.example or exchange
        if value is not ABSENT:
            self.shape.add(value)
