"""What a kind of fault is: how a scenario writes it, what makes no sense of that, and what it does to a call.

Times are milliseconds of the wall clock: a client waits for real, whatever the world's clock shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from mockserver.domain.clock import Duration
from mockserver.simulation.chance import Chance
from mockserver.simulation.faults.answer import Answer, Wire
from mockserver.simulation.value_checks import Found


class Moment(StrEnum):
    """When a fault acts: before the service has done anything, or when it is done."""

    BEFORE = "before"
    AFTER = "after"


class Call(NamedTuple):
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

    def drawn(self, _: Call, /) -> "Effect | None":
        """What happens to one call; None if nothing does."""
        return self

    def change(self, answer: Answer) -> Answer | None:
        """Change an answer as data; None says that the effect finds nothing to change."""
        return answer

    def write(self, wire: Wire) -> Wire:
        """Change an answer as bytes."""
        return wire
