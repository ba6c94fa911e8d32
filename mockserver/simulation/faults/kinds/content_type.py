"""The kind `contentType`: an answer says that it is of another type."""

from dataclasses import dataclass
from typing import Any

from mockserver.simulation.faults.answer import Wire
from mockserver.simulation.faults.effect import Effect


@dataclass(frozen=True)
class ContentType(Effect):
    """Another content type."""

    name: str

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """The name of the type."""
        return cls(value)

    def write(self, wire: Wire) -> Wire:
        """Say so in the header."""
        return wire._replace(headers={**wire.headers, b"content-type": self.name.encode()})
