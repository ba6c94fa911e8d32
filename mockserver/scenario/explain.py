"""What the errors of the schema mean to the author of a scenario. No message shows a value: it may be an API key."""

from collections.abc import Iterator
from functools import reduce
from typing import Any, NamedTuple

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from mockserver.contract import did_you_mean
from mockserver.contract.keyword_messages import phrase
from mockserver.contract.messages import choice
from mockserver.contract.pointer import join, step
from mockserver.data import directory

_VARIABLE = "#/$defs/variable"
_OR_VARIABLE = "|[$][{]"
"""How a pattern lets variables through."""


class Flaw(NamedTuple):
    """What is wrong at a pointer, in the value or, with `key`, in the key in front of it."""

    pointer: str
    message: str
    key: bool = False


class Schema:
    """The schema of scenarios."""

    def __init__(self) -> None:
        self._schema = orjson.loads((directory("scenarios") / "schema.json").read_bytes())
        self._validator = Draft202012Validator(self._schema)

    def flaws(self, data: Any) -> Iterator[Flaw]:
        """Everything in a scenario that does not fit."""
        for error in self._validator.iter_errors(data):
            yield from _explain(error, self._part(error))

    def _part(self, error: ValidationError) -> Any:
        """The part of the schema that does not fit; a value that a variable may stand for is described by itself."""
        part: Any = reduce(step, error.schema_path[:-1], self._schema)
        if part is not self._schema["$defs"]["variable"]:
            return part
        return _within(self._schema, self._schema, list(error.instance_path))


def _within(schema: Any, part: Any, path: list[str | int]) -> Any:
    """The part of the schema for the value at a path."""
    while part.get("$ref", _VARIABLE) != _VARIABLE:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    if not path:
        return part
    key, *rest = path
    inner = part["items"] if isinstance(key, int) else part["properties"].get(key, part.get("additionalProperties"))
    return _within(schema, inner, rest)


def _explain(error: ValidationError, part: Any) -> Iterator[Flaw]:
    pointer, kind = join(*error.instance_path), error.kind
    if isinstance(kind, ValidationErrorKind.AdditionalProperties):
        for name in kind.unexpected:
            hint = did_you_mean(name, part["properties"])
            yield Flaw(join(*error.instance_path, name), f"unknown field{hint}", key=True)
    elif isinstance(kind, ValidationErrorKind.Required):
        yield Flaw(pointer, f"the field {kind.property} is missing")
    elif isinstance(kind, ValidationErrorKind.PropertyNames):
        yield Flaw(pointer, "the name of a variable has letters, digits, _ and -, and begins with no digit")
    elif isinstance(kind, ValidationErrorKind.FalseSchema):
        yield Flaw(pointer, "does not go with the other fields here", key=True)
    elif isinstance(kind, ValidationErrorKind.Not):
        yield Flaw(pointer, f"give {choice(part['not']['required'])}, not both")
    else:
        described = f" ({part['description']})" if "description" in part else ""
        yield Flaw(pointer, _demand(kind, part) or f"must {phrase(kind.name, kind.value)}{described}")


def _demand(kind: Any, part: Any) -> str:
    """What would be right where alternatives are, of fields or of a value and a variable."""
    described = f" ({part['description']})" if "description" in part else ""
    alternatives = part.get("oneOf") or part.get("anyOf") or []
    fields = [name for alternative in alternatives for name in alternative.get("required", ())]
    if kind.name in ("oneOf", "anyOf") and fields:
        return f"give {choice(fields)}{', and only one of them' if kind.name == 'oneOf' else ', or both'}"
    if kind.name == "anyOf":
        return f"must {phrase('enum', alternatives[0]['enum'])}{described}"
    if part.get("$ref") == _VARIABLE and kind.name in ("type", "pattern"):
        types = [name for name in part["type"] if name != "string"]
        return f"must {phrase('type', types)}{described}"
    if kind.name == "pattern":
        return f"must {phrase('pattern', kind.value.removesuffix(_OR_VARIABLE))}{described}"
    return ""
