"""The kind `omit`: an answer lacks a field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.faults.effect import Effect, FaultedAnswer
from mockserver.simulation.faults.fields import change, steps, unknown_field
from mockserver.simulation.units import Found


@dataclass(frozen=True)
class Omit(Effect):
    """A field is missing, wherever the path leads."""

    path: str

    @classmethod
    def check(cls, value: Any, operations: Sequence[str], /) -> Iterator[Found]:
        """Find a field that no answer has."""
        yield from unknown_field(value, operations)

    def change(self, answer: FaultedAnswer) -> FaultedAnswer | None:
        """Leave the field out."""
        *way, name = steps(self.path)

        def drop(holder: object) -> object:
            if not isinstance(holder, dict) or name not in holder:
                return holder
            return {key: value for key, value in holder.items() if key != name}

        return answer.with_body(change(answer.reply.body, way, drop))
