"""The kind `contentType`: a response with another content type."""

from dataclasses import dataclass

from mockserver.simulation.faults.effect import Effect, WireResponse


@dataclass(frozen=True)
class ContentType(Effect):
    """Another content type; the body stays the same."""

    name: str

    def write(self, wire: WireResponse) -> WireResponse:
        """Replace the header `content-type`."""
        return wire._replace(headers={**wire.headers, b"content-type": self.name.encode()})
