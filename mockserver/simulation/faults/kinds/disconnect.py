"""The kind `reset`: the connection breaks instead of a response."""

from dataclasses import dataclass

from mockserver.simulation.faults.effect import Effect, Ending, FaultedAnswer, Moment, WireResponse


@dataclass(frozen=True)
class Disconnect(Effect):
    """A lost response: the connection is reset, or closes."""

    reset: bool = True

    moments = (Moment.BEFORE, Moment.AFTER)

    def change(self, answer: FaultedAnswer) -> FaultedAnswer:
        """Lose the response."""
        return answer._replace(reply=answer.reply._replace(status=0))

    def write(self, wire: WireResponse) -> WireResponse:
        """Break the connection."""
        return wire.delivered(ending=Ending.RESET if self.reset else Ending.CLOSED)
