"""What a contract states: the meaning and the form of every place of its requests, responses and refusals."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import vocabulary
from mockserver.contract.formats import FormatError, format_of
from mockserver.contract.vocabulary import OPERATION, Type, UnknownNameError
from tests.vendors.draft import DRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract import Contract, Document, Operation
    from tests.vendors.draft import Schema

OPEN = "?"
"""The meaning of a place that is there, of which nothing is claimed."""

_NAME = re.compile(r"\{([a-z_0-9.]+)\}")
_PROBES: Mapping[str, tuple[Any, ...]] = {
    "money": (5, 1623, 100_000),
    "ratio": (0.5, 0.92, 1.0),
    "time": (1_747_462_033_000,),
    "deadline": (1_747_462_033_000,),
    "boolean": (True, False),
    "integer": (7,),
    "digits": ("1234",),
    "decimal": ("1.50",),
    "text": ("Abc",),
}
_RULES = "rules"


class Key(NamedTuple):
    """A place: the document, the operation of the vocabulary (a reason after `!`), and the place in its messages."""

    document: str
    purpose: str
    place: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


class Statement(NamedTuple):
    """What stands at a place: its meaning in the names of the vocabulary, and how some values are written there."""

    meaning: str
    form: Mapping[Any, str]
    drawn: frozenset[int]


Statements = dict[Key, Statement]


def statements(contract: Contract) -> Statements:
    """All that a contract states."""
    found: Statements = {}
    for document in contract.documents.values():
        for operation in document.operations.values():
            for purpose in operation.purposes:
                found.update(_Reader(document, operation, purpose).all())
        found.update(_refusals(document))
    for name, value in contract.rules.items():
        found[Key("", _RULES, name)] = Statement(f"= {value}", {}, frozenset())
    return found


class _Reader:
    """Reads the statements of one operation for one of its purposes."""

    def __init__(self, document: Document, operation: Operation, purpose: str) -> None:
        self._document = document
        self._operation = operation
        self._purpose = vocabulary().purposes[purpose]
        self._own = operation._described
        self._drawn = frozenset(self._own.get(DRAWN, ()))

    def all(self) -> Statements:
        """All statements."""
        found: Statements = dict(self._requests())
        meaning = self._operation._meaning
        if meaning is not None:
            drawn = frozenset(self._own["responses"].get(str(meaning.status), {}).get(DRAWN, ()))
            found[self._key("status")] = Statement(f"= {meaning.status}", {}, drawn)
        if meaning is not None and meaning.schema is not None:
            names = vocabulary().names_of({self._purpose.name: self._purpose})
            found.update(self._walk(meaning.schema, names, {}, "body", frozenset()))
        return found

    def _key(self, place: str) -> Key:
        return Key(self._document.name, self._purpose.name, place)

    def _requests(self) -> Iterator[tuple[Key, Statement]]:
        operation = self._operation
        route = f"{operation.method} {re.sub('{[^}]*}', '{}', operation.path)}"
        yield self._key("route"), Statement(route, {}, self._drawn)
        segments = operation.path.split("/")
        for described in self._own.get("parameters", ()):
            name = described["name"]
            spot = f"path[{segments.index(f'{{{name}}}')}]" if described["in"] == "path" else f"query {name}"
            yield self._key(f"request {spot}"), self._argument({**described["schema"], **described})
        yield from self._fields(operation.body_schema or {}, "request body")

    def _fields(self, schema: Schema, place: str) -> Iterator[tuple[Key, Statement]]:
        for name, inner in schema.get("properties", {}).items():
            yield self._key(f"{place}.{name}"), self._argument(inner)
            yield from self._fields(inner, f"{place}.{name}")

    def _argument(self, schema: Schema) -> Statement:
        drawn = frozenset(schema.get(DRAWN, ()))
        if "x-credential" in schema:
            return Statement(f"credential {schema['x-credential']}", {}, drawn)
        named = schema.get("x-argument")
        if named is None:
            return Statement(OPEN, {}, drawn)
        argument = self._purpose.arguments.get(named)
        type_ = Type("text") if argument is None else argument.type
        operations = self._operation.purposes if named == OPERATION else ()
        return Statement(f"argument {named}", _form(type_, schema, tuple(operations)), drawn)

    def _walk(
        self, schema: Schema, names: Mapping[str, Type], aliases: Mapping[str, str], place: str, drawn: frozenset[int]
    ) -> Iterator[tuple[Key, Statement]]:
        drawn |= frozenset(schema.get(DRAWN, ()))
        when = schema.get("x-when", "")
        condition, _, variable = when.partition(" as ")
        if variable:
            names = {**names, variable: vocabulary().type_of(condition, names)[0]._replace(optional=False)}
            aliases = {**aliases, variable: _canonical(condition, aliases)}
        if "x-each" in schema:
            yield from self._each(schema, names, aliases, place, drawn)
            return
        yield self._key(place), Statement(_meaning(schema, aliases), self._written(schema, names), drawn)
        if "x-value" in schema or "const" in schema:
            return
        for branch in reversed((*schema.get("oneOf", ()), *schema.get("anyOf", ()))):  # the first one counts
            yield from self._walk(branch, names, aliases, place, drawn)
        for index, item in enumerate(schema.get("x-items", ())):
            yield from self._walk(item, names, aliases, f"{place}[{index}]", drawn)
        for name, inner in schema.get("properties", {}).items():
            yield from self._walk(inner, names, aliases, f"{place}.{name}", drawn)

    def _each(
        self, schema: Schema, names: Mapping[str, Type], aliases: Mapping[str, str], place: str, drawn: frozenset[int]
    ) -> Iterator[tuple[Key, Statement]]:
        source, _, variable = schema["x-each"].partition(" as ")
        type_, _ = vocabulary().type_of(source, names)
        variable = variable or source.rpartition(".")[2]
        whole = _canonical(source, aliases)
        inner_names = {**names, variable: Type(type_.name)}
        inner = {**aliases, variable: f"{whole}[]" if type_.many else whole}
        shape = f"by {_canonical(schema['x-key'], inner)}" if "x-key" in schema else schema.get("x-separator", "list")
        yield self._key(place), Statement(f"each {whole} {shape}", {}, drawn)
        item = schema["additionalProperties" if "x-key" in schema else "items"]
        yield from self._walk(item, inner_names, inner, f"{place}{'{}' if 'x-key' in schema else '[]'}", drawn)

    def _written(self, schema: Schema, names: Mapping[str, Type]) -> Mapping[Any, str]:
        value = schema.get("x-value", "{")
        if "{" in value:
            return {}
        try:
            type_, _ = vocabulary().type_of(value, names)
        except UnknownNameError:
            return {}
        return _form(type_, schema, tuple(self._operation.purposes) if value == OPERATION else ())


def _meaning(schema: Schema, aliases: Mapping[str, str]) -> str:
    if "const" in schema:
        return f"= {schema['const']!r}"
    if "x-value" in schema:
        value = schema["x-value"]
        return _canonical(value, aliases) if "{" not in value else _NAME.sub(lambda m: _braced(m[1], aliases), value)
    if "x-count" in schema:
        return f"count of {_canonical(schema['x-count'], aliases)}"
    return "object" if "properties" in schema and not schema.get("x-made-up") else OPEN


def _canonical(name: str, aliases: Mapping[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return f"{aliases.get(first, first)}{dot}{rest}"


def _braced(name: str, aliases: Mapping[str, str]) -> str:
    return f"{{{_canonical(name, aliases)}}}"


def _form(type_: Type, schema: Schema, operations: tuple[str, ...]) -> Mapping[Any, str]:
    try:
        write = format_of(type_, schema, vocabulary(), operations).write
    except FormatError:
        return {}
    probes = operations or vocabulary().words.get(type_.name) or _PROBES.get(type_.name, ())
    return {probe: repr(write(probe) if write else probe) for probe in probes}


def _refusals(document: Document) -> Statements:
    found: Statements = {}
    if document.failures is None:
        return found
    described = document.resolve("/x-failures/reasons")
    for reason, entry in document.failures.entries.items():
        own = frozenset(described[reason].get(DRAWN, ()))
        shape = frozenset((entry.schema or {}).get(DRAWN, ()))
        written = document.failures.write(reason)

        parts = {"status": written.status, "media": written.media}
        found |= {
            Key(document.name, f"!{reason}", place): Statement(f"= {value!r}", {}, own)
            for place, value in parts.items()
        }
        for steps, value in leaves(written.body):
            place = f"body{''.join(f'.{step}' for step in steps)}"
            meaning = OPEN if _is_made_up(entry.schema or {}, steps) and steps else f"= {value!r}"
            found[Key(document.name, f"!{reason}", place)] = Statement(meaning, {}, own | shape)
    return found


def _is_made_up(schema: Schema, steps: Steps) -> bool:
    """Whether a value of a refusal has no meaning: it is made up, or a part of what is."""
    for step in steps:
        if "x-made-up" in schema:
            return True
        schema = schema.get("properties", {}).get(step, {})
    return "x-made-up" in schema or not schema


Steps = tuple[str | int, ...]


def leaves(body: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """The values of a body that hold no others, each with its place."""
    items: Any = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    if not items or not body:
        yield steps, body
    for step, inner in items:
        yield from leaves(inner, (*steps, step))


def fits(place: str, steps: Sequence[str | int | None]) -> bool:
    """Whether a concrete place of a body, or a part of it, is at a place of statements."""
    pattern = steps_of(place)
    return len(steps) >= len(pattern) and all(
        wanted in (step, None) for wanted, step in zip(pattern, steps, strict=False)
    )


@cache
def steps_of(place: str) -> Sequence[str | int | None]:
    """The steps of a place below `body`; None for any item."""
    parts = re.findall(r"\.([^.\[{]+)|\[(\d+)\]|(\[\]|\{\})", place)
    return [None if anything else int(index) if index else name for name, index, anything in parts]
