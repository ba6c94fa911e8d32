"""The interface of a kind of fault, and the response that it changes.

Times are milliseconds of the wall clock: a client waits for real, whatever the world's clock shows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, ClassVar, NamedTuple

from mockserver.contract import FailureBody
from mockserver.domain.clock import Duration
from mockserver.simulation.chance import Chance
from mockserver.simulation.journal import Header
from mockserver.simulation.units import Found


class FaultedAnswer(NamedTuple):
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

    def with_body(self, body: object) -> "FaultedAnswer | None":
        """The answer with another body; None if it is the one that it has."""
        return None if body is self.reply.body else self._replace(reply=self.reply._replace(body=body))


class Ending(Enum):
    """How an answer ends."""

    WHOLE = "all of it is sent"
    CUT = "the connection closes within the body"
    CLOSED = "the connection closes without an answer"
    RESET = "the connection is reset without an answer"


class ResponseDelivery(NamedTuple):
    """How an answer is put on the wire that does not come at once, in one piece and whole.

    It begins after `delay` milliseconds, and comes in chunks of so many bytes, `every` milliseconds apart. When it is
    cut, `kept` bytes of its body are sent.
    """

    delay: Duration = 0
    chunk: int | None = None
    every: Duration = 0
    ending: Ending = Ending.WHOLE
    kept: int = 0


class WireResponse(NamedTuple):
    """An answer as bytes, and how they are put on the wire; header names are lower case."""

    headers: dict[bytes, bytes]
    content: bytes
    delivery: ResponseDelivery = ResponseDelivery()

    def delivered(self, **how: object) -> "WireResponse":
        """The same bytes, put on the wire otherwise."""
        return self._replace(delivery=self.delivery._replace(**how))  # type: ignore[arg-type]


class Moment(StrEnum):
    """When a fault acts: before the service has done anything, or when it is done."""

    BEFORE = "before"
    AFTER = "after"


class FaultedCall(NamedTuple):
    """A call that a fault may act on, by an API key, at so long after the start of the world in virtual time.

    `number` is the fault's, and `matched` says how many calls it has matched; a draw of chance is labelled by both.
    `windows` is what faults keep of a key between calls: the number of a window of time, and the calls in it.
    """

    number: int
    matched: int
    key: str
    elapsed: Duration
    chance: Chance
    windows: dict[tuple[int, str], tuple[int, int]]


@dataclass(frozen=True)
class Effect:
    """A kind of fault. By itself it does nothing: a kind overrides what makes it one.

    `moments` are those at which the kind may act, the usual one first; every kind may act after. `alters` says whether
    the answer becomes another one than the service meant to give, and does not only take time.
    """

    moments: ClassVar[tuple[Moment, ...]] = (Moment.AFTER,)
    alters: ClassVar[bool] = True

    @classmethod
    def parse(cls, value: Any, /) -> "Effect":
        """The effect of a value without misfits; by default the value is the only field, and `true` stands for none."""
        return cls() if value is True else cls(value)  # type: ignore[call-arg]

    @classmethod
    def check(cls, _value: Any, _operations: Sequence[str], /) -> Iterator[Found]:
        """Everything in a value, valid by its schema, that makes no sense; operations are given as globs."""
        return iter(())

    @property
    def wait(self) -> Duration:
        """For how long nothing happens when the effect comes before the handler."""
        return 0

    def drawn(self, _: FaultedCall, /) -> "Effect | None":
        """What happens to one call; None if nothing does."""
        return self

    def change(self, answer: FaultedAnswer) -> FaultedAnswer | None:
        """Change an answer as data; None says that the effect finds nothing to change."""
        return answer

    def write(self, wire: WireResponse) -> WireResponse:
        """Change an answer as bytes."""
        return wire
