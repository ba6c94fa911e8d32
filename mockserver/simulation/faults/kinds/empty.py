"""The kind `empty`: a response without a body, or no response at all."""

from typing import Any

from mockserver.simulation.faults.effect import Effect, FaultedAnswer, Moment, WireResponse
from mockserver.simulation.faults.kinds.disconnect import Disconnect


class Empty(Effect):
    """A response without a body."""

    moments = (Moment.AFTER, Moment.BEFORE)

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """Parse the kind of emptiness: `response` is a connection that closes without a response."""
        return Disconnect(reset=False) if value == "response" else cls()

    def change(self, answer: FaultedAnswer) -> FaultedAnswer:
        """Remove the body."""
        return answer._replace(reply=answer.reply._replace(body=None))

    def write(self, wire: WireResponse) -> WireResponse:
        """Write no body."""
        return wire._replace(content=b"")
