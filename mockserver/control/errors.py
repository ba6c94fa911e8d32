"""Errors of the control API: messages for invalid requests, the coercion of whole numbers, and ControlError."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.contract import Document, Violation, did_you_mean
from mockserver.contract.messages import choice
from mockserver.contract.violation import UNKNOWN
from mockserver.simulation.units import likely_duration

_SHAPES = frozenset({"additionalProperties", "anyOf", "propertyNames"})
"""Keywords about an object as a whole; only the description of its schema explains them."""
_COUNTS = frozenset({"minProperties", "maxProperties"})
_LIST = re.compile(r"\^\(([a-z-]+(?:\|[a-z-]+)*)\)\$")
"""A pattern that lists words: an enum for strings, in a schema that allows other types as well."""
_SUCH_AS = "Such as "
"""How the description of a schema begins that consists of examples."""


def problems(violations: Sequence[Violation], document: Document) -> list[str]:
    """Return a message for every violation, unknown names first because they explain missing ones.

    An object with unknown names is reported once.
    """
    holders = {violation.path[:-1] for violation in violations if violation.rule == UNKNOWN}
    messages = (
        _message(violation, document)
        for violation in sorted(violations, key=lambda violation: violation.rule != UNKNOWN)
        if violation.rule not in _SHAPES or violation.path not in holders
    )
    return list(dict.fromkeys(messages))


def _message(violation: Violation, document: Document) -> str:
    rule, message = violation.rule, violation.message
    if rule == UNKNOWN:
        return message.replace("known to the contract", "known to the control API")
    if rule in _SHAPES:
        return f"{violation.place} does not fit: {_nearest_description(violation.pointer, document)}"
    if rule in _COUNTS:
        return f"{message} ({_nearest_description(violation.pointer, document)})"
    schema = document.resolve(violation.pointer.rpartition("/")[0]) if rule in ("pattern", "const") else {}
    if rule == "pattern" and (words := _LIST.fullmatch(schema["pattern"])):
        return _choice_message(violation, words[1].split("|"), schema)
    description = _one_line(schema.get("description", ""))
    if rule == "pattern" and description.startswith(_SUCH_AS):
        examples = description.removeprefix(_SUCH_AS).removesuffix(".")
        likely = likely_duration(violation.value.strip('"'))
        hint = f", did you mean {likely}?" if likely else ""
        return f"{violation.place} must be a value such as {examples}, got {violation.value}{hint}"
    if rule == "enum":
        return message + did_you_mean(
            violation.value.strip('"'), [word for word in json.loads(violation.expected) if isinstance(word, str)]
        )
    if "example" in schema:
        message += f"; an example is {schema['example']}"
    return message + _remark(schema)


def _choice_message(violation: Violation, words: Sequence[str], schema: Mapping[str, Any]) -> str:
    hint = did_you_mean(violation.value.strip('"'), words) or _remark(schema)
    return f"{violation.place} must be {choice(words)}, got {violation.value}{hint}"


def _remark(schema: Mapping[str, Any]) -> str:
    description = _one_line(schema.get("description", ""))
    return f" ({description})" if description else ""


def _nearest_description(pointer: str, document: Document) -> str:
    """Return the description of the innermost schema around a keyword that has one."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        part = document.resolve(pointer)
        if isinstance(part, dict) and isinstance(part.get("description"), str):
            return _one_line(part["description"])
    return "see the document"


def _one_line(text: str) -> str:
    return " ".join(text.split())


Schema = Mapping[str, Any]


def with_integers(value: Any, schema: Schema) -> Any:
    """Return the value with numbers such as 5.0 converted to integers where its schema allows integers."""
    return _coerce(value, [schema])


def _coerce(value: Any, schemas: Sequence[Schema]) -> Any:
    if not schemas:
        return value
    known = list(_alternatives(schemas))
    if isinstance(value, float):
        return int(value) if value.is_integer() and any(map(_is_integer, known)) else value
    if isinstance(value, dict):
        return {name: _coerce(part, list(_fields(known, name))) for name, part in value.items()}
    if isinstance(value, list):
        items = [schema["items"] for schema in known if "items" in schema]
        return [_coerce(part, items) for part in value]
    return value


def _alternatives(schemas: Sequence[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        yield schema
        yield from _alternatives(schema.get("anyOf", ()))


def _fields(schemas: Sequence[Schema], name: str) -> Iterator[Schema]:
    for schema in schemas:
        found = schema.get("properties", {}).get(name, schema.get("additionalProperties", False))
        if found is not False:
            yield found


def _is_integer(schema: Schema) -> bool:
    named = schema.get("type", ())
    return "integer" in ((named,) if isinstance(named, str) else named)


class ControlError(Exception):
    """A refused request, which has changed nothing.

    The text says what is wrong and what would be right. `problems` lists several problems, each with its place.
    """

    def __init__(self, status: int, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.problems = tuple(problems)
