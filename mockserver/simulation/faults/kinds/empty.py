"""The kind `empty`: an answer lacks its body, or there is none at all."""

from typing import Any

from mockserver.simulation.faults.effect import Effect, FaultedAnswer, Moment, WireResponse
from mockserver.simulation.faults.kinds.disconnect import Disconnect


class Empty(Effect):
    """An answer without a body."""

    moments = (Moment.AFTER, Moment.BEFORE)

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """An answer without a body, or a connection that closes without an answer."""
        return Disconnect(reset=False) if value == "response" else cls()

    def change(self, answer: FaultedAnswer) -> FaultedAnswer:
        """Leave the body out."""
        return answer._replace(reply=answer.reply._replace(body=None))

    def write(self, wire: WireResponse) -> WireResponse:
        """Write no body."""
        return wire._replace(content=b"")
