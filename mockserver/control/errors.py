"""Errors of the control API: what is wrong with a request, in words that say what would be right."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.contract import Document, Violation, did_you_mean
from mockserver.contract.messages import choice
from mockserver.contract.violation import UNKNOWN

_SHAPES = frozenset({"additionalProperties", "anyOf", "propertyNames"})
"""Rules about an object as a whole: only the description of its schema says what they ask for."""
_COUNTS = frozenset({"minProperties", "maxProperties"})
_LIST = re.compile(r"\^\(([a-z-]+(?:\|[a-z-]+)*)\)\$")
"""A pattern that is a list of words, where something that is no text can stand, too."""


def problems(violations: Sequence[Violation], document: Document) -> list[str]:
    """Every violation in a sentence, those of unknown names first: they explain what is missing.

    An object with unknown names is reported once.
    """
    holders = {violation.path[:-1] for violation in violations if violation.rule == UNKNOWN}
    told = (
        _told(violation, document)
        for violation in sorted(violations, key=lambda violation: violation.rule != UNKNOWN)
        if violation.rule not in _SHAPES or violation.path not in holders
    )
    return list(dict.fromkeys(told))


def _told(violation: Violation, document: Document) -> str:
    rule, message = violation.rule, violation.message
    if rule in _SHAPES:
        return f"{violation.place} does not fit: {_nearest_description(violation.pointer, document)}"
    if rule in _COUNTS:
        return f"{message} ({_nearest_description(violation.pointer, document)})"
    schema = document.resolve(violation.pointer.rpartition("/")[0]) if rule in ("pattern", "const") else {}
    if rule == "pattern" and (words := _LIST.fullmatch(schema["pattern"])):
        return _of_words(violation, words[1].split("|"), schema)
    if rule == "enum":
        return message + did_you_mean(
            violation.value.strip('"'), [word for word in json.loads(violation.expected) if isinstance(word, str)]
        )
    if "example" in schema:
        message += f", such as {schema['example']}"
    return message + _remark(schema)


def _of_words(violation: Violation, words: Sequence[str], schema: Mapping[str, Any]) -> str:
    hint = did_you_mean(violation.value.strip('"'), words) or _remark(schema)
    return f"{violation.place} must be {choice(words)}, got {violation.value}{hint}"


def _remark(schema: Mapping[str, Any]) -> str:
    """The description, unless it is an example itself."""
    description = _one_line(schema.get("description", ""))
    return f" ({description})" if description and not description.startswith("Such as") else ""


def _nearest_description(pointer: str, document: Document) -> str:
    """The description nearest to a rule, from there outwards."""
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
    """The value with integers where its schema has integers and it has numbers such as 5.0."""
    return _whole(value, [schema])


def _whole(value: Any, schemas: Sequence[Schema]) -> Any:
    if not schemas:
        return value
    known = list(_alternatives(schemas))
    if isinstance(value, float):
        return int(value) if value.is_integer() and any(map(_is_integer, known)) else value
    if isinstance(value, dict):
        return {name: _whole(part, list(_fields(known, name))) for name, part in value.items()}
    if isinstance(value, list):
        items = [schema["items"] for schema in known if "items" in schema]
        return [_whole(part, items) for part in value]
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
    """Nothing has changed. The text says what is wrong and what would be right; `problems` are several, with places."""

    def __init__(self, status: int, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.problems = tuple(problems)
