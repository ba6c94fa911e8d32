"""The kind `omit`: a response without a field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.faults.effect import Effect, FaultedAnswer
from mockserver.simulation.faults.fields import change, steps, unknown_field
from mockserver.simulation.units import Found


@dataclass(frozen=True)
class Omit(Effect):
    """A missing field, in every object that the path leads to."""

    path: str

    @classmethod
    def check(cls, value: Any, operations: Sequence[str], /) -> Iterator[Found]:
        """Find a field that no response has."""
        yield from unknown_field(value, operations)

    def change(self, answer: FaultedAnswer) -> FaultedAnswer | None:
        """Remove the field."""
        *path, name = steps(self.path)

        def drop(holder: object) -> object:
            if not isinstance(holder, dict) or name not in holder:
                return holder
            return {key: value for key, value in holder.items() if key != name}

        return answer.with_body(change(answer.reply.body, path, drop))
