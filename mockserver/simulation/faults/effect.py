"""The interface of a kind of fault, and the responses that it changes.

Times are milliseconds of the wall clock, independent of the virtual clock of the world.
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
    """A response as data. A lost response has the status 0.

    `failure` writes a status and a text as a failure response of the document.
    """

    reply: FailureBody
    headers: tuple[Header, ...]
    failure: Callable[[int, str], FailureBody]

    @property
    def is_lost(self) -> bool:
        """Whether the response never arrives, so that further faults cannot change it."""
        return self.reply.status == 0

    def with_body(self, body: object) -> "FaultedAnswer | None":
        """Return the response with another body, or None if the body is the same object."""
        return None if body is self.reply.body else self._replace(reply=self.reply._replace(body=body))


class Ending(Enum):
    """How a response ends."""

    WHOLE = "the whole response is sent"
    CUT = "the connection closes within the body"
    CLOSED = "the connection closes without a response"
    RESET = "the connection is reset without a response"


class ResponseDelivery(NamedTuple):
    """How a response is sent if not at once, in one piece and whole.

    It starts after `delay` milliseconds. The body is sent in pieces of `chunk` bytes, `every` milliseconds apart. Of a
    cut response, `kept` bytes of the body are sent.
    """

    delay: Duration = 0
    chunk: int | None = None
    every: Duration = 0
    ending: Ending = Ending.WHOLE
    kept: int = 0


class WireResponse(NamedTuple):
    """A response as bytes, with its delivery; header names are lower case."""

    headers: dict[bytes, bytes]
    content: bytes
    delivery: ResponseDelivery = ResponseDelivery()

    def delivered(self, **how: object) -> "WireResponse":
        """Return the same bytes with a changed delivery."""
        return self._replace(delivery=self.delivery._replace(**how))  # type: ignore[arg-type]


class Moment(StrEnum):
    """When a fault applies: before the service handles the request, or after."""

    BEFORE = "before"
    AFTER = "after"


class FaultedCall(NamedTuple):
    """A call that a fault may apply to, `elapsed` milliseconds of virtual time after the start of the world.

    `number` is the number of the fault, and `matched` counts the calls that it has matched; both label its draws.
    `key` is the API key. `windows` has the number of the last window and the calls in it, by fault number and key.
    """

    number: int
    matched: int
    key: str
    elapsed: Duration
    chance: Chance
    windows: dict[tuple[int, str], tuple[int, int]]


@dataclass(frozen=True)
class Effect:
    """The base class of the kinds of faults; it does nothing, and each kind overrides what it changes.

    `moments` are the moments at which the kind can apply, the default first; every kind can apply after the handler.
    `alters` says whether the kind changes the response, instead of only delaying it.
    """

    moments: ClassVar[tuple[Moment, ...]] = (Moment.AFTER,)
    alters: ClassVar[bool] = True

    @classmethod
    def parse(cls, value: Any, /) -> "Effect":
        """Parse a checked value; by default it is the only field of the kind, and `true` means no fields."""
        return cls() if value is True else cls(value)  # type: ignore[call-arg]

    @classmethod
    def check(cls, _value: Any, _operations: Sequence[str], /) -> Iterator[Found]:
        """Yield the problems of a value that fits the schema; the operations are globs."""
        return iter(())

    @property
    def wait(self) -> Duration:
        """The delay in milliseconds if the effect applies before the handler."""
        return 0

    def drawn(self, _: FaultedCall, /) -> "Effect | None":
        """Return the effect on one call, or None if there is none."""
        return self

    def change(self, answer: FaultedAnswer) -> FaultedAnswer | None:
        """Change a response as data; None means that there is nothing to change."""
        return answer

    def write(self, wire: WireResponse) -> WireResponse:
        """Change a response as bytes."""
        return wire
