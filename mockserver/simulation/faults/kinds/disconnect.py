"""The kind `reset`: the connection breaks instead of an answer."""

from dataclasses import dataclass

from mockserver.simulation.faults.effect import Effect, Ending, FaultedAnswer, Moment, WireResponse


@dataclass(frozen=True)
class Disconnect(Effect):
    """No answer: the connection closes, or is reset."""

    reset: bool = True

    moments = (Moment.BEFORE, Moment.AFTER)

    def change(self, answer: FaultedAnswer) -> FaultedAnswer:
        """Lose the answer."""
        return answer._replace(reply=answer.reply._replace(status=0))

    def write(self, wire: WireResponse) -> WireResponse:
        """Break the connection."""
        return wire.delivered(ending=Ending.RESET if self.reset else Ending.CLOSED)
