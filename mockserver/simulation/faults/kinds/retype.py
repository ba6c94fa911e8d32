"""The kind `retype`: the value of a field has another JSON type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.simulation.faults.effect import Effect, FaultedAnswer
from mockserver.simulation.faults.fields import change, steps, unknown_field
from mockserver.simulation.units import Found

_LONGEST_NUMBER = 15


@dataclass(frozen=True)
class Retype(Effect):
    """A conversion of the values at a path to a JSON type; values of that type stay."""

    path: str
    type: str

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """Parse the path of the field and the type."""
        return cls(value["field"], value["as"] or "null")

    @classmethod
    def check(cls, value: Any, operations: Sequence[str], /) -> Iterator[Found]:
        """Find a field that no response has."""
        yield from unknown_field(value["field"], operations, "field")

    def change(self, answer: FaultedAnswer) -> FaultedAnswer | None:
        """Convert the values."""
        return answer.with_body(change(answer.reply.body, steps(self.path), _CONVERSIONS[self.type]))


def _string(value: object) -> object:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER
    return int(str(value)) if is_number else 0


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {"value": value}


def _array(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _boolean(value: object) -> object:
    return value if isinstance(value, bool) else bool(value)


_CONVERSIONS: Mapping[str, Callable[[Any], object]] = {
    "string": _string,
    "number": _number,
    "null": lambda _: None,
    "object": _object,
    "array": _array,
    "boolean": _boolean,
}
