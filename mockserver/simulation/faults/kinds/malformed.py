"""The kind `malformed`: a body does not parse."""

from mockserver.simulation.faults.effect import Effect, WireResponse


class Malformed(Effect):
    """A body of the right length that is no JSON."""

    def write(self, wire: WireResponse) -> WireResponse:
        """End the body with a comma, as no JSON does."""
        return wire._replace(content=wire.content[:-1] + b"," if wire.content else wire.content)
