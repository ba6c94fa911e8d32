"""The kind `malformed`: a body that is not valid JSON."""

from mockserver.simulation.faults.effect import Effect, WireResponse


class Malformed(Effect):
    """A body of the right length that is not valid JSON."""

    def write(self, wire: WireResponse) -> WireResponse:
        """Replace the last byte of the body by a comma, which is never valid JSON."""
        return wire._replace(content=wire.content[:-1] + b"," if wire.content else wire.content)
