"""An answer as faults change it: first as data, then as bytes and the way these are put on the wire."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from mockserver.contract import FailureBody
from mockserver.domain.clock import Duration
from mockserver.simulation.journal import Header


class Answer(NamedTuple):
    """An answer as data. A lost one has the status 0.

    `failure` writes a status and a text as the failure body of the document.
    """

    reply: FailureBody
    headers: tuple[Header, ...]
    failure: Callable[[int, str], FailureBody]

    @property
    def is_lost(self) -> bool:
        """Whether the answer never arrives, so that nothing can change it any more."""
        return self.reply.status == 0

    def with_body(self, body: object) -> "Answer | None":
        """The answer with another body; None if it is the one that it has."""
        return None if body is self.reply.body else self._replace(reply=self.reply._replace(body=body))


class Ending(Enum):
    """How an answer ends."""

    WHOLE = "all of it is sent"
    CUT = "the connection closes within the body"
    CLOSED = "the connection closes without an answer"
    RESET = "the connection is reset without an answer"


class Delivery(NamedTuple):
    """How an answer is put on the wire that does not come at once, in one piece and whole.

    It begins after `delay` milliseconds, and comes in chunks of so many bytes, `every` milliseconds apart. When it is
    cut, `kept` bytes of its body are sent.
    """

    delay: Duration = 0
    chunk: int | None = None
    every: Duration = 0
    ending: Ending = Ending.WHOLE
    kept: int = 0


class Wire(NamedTuple):
    """An answer as bytes, and how they are put on the wire; header names are lower case."""

    headers: dict[bytes, bytes]
    content: bytes
    delivery: Delivery = Delivery()

    def delivered(self, **how: object) -> "Wire":
        """The same bytes, put on the wire otherwise."""
        return self._replace(delivery=self.delivery._replace(**how))  # type: ignore[arg-type]
