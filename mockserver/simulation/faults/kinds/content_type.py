"""The kind `contentType`: an answer says that it is of another type."""

from dataclasses import dataclass

from mockserver.simulation.faults.effect import Effect, WireResponse


@dataclass(frozen=True)
class ContentType(Effect):
    """Another content type."""

    name: str

    def write(self, wire: WireResponse) -> WireResponse:
        """Say so in the header."""
        return wire._replace(headers={**wire.headers, b"content-type": self.name.encode()})
