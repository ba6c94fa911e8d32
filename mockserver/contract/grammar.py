"""The grammar of contract documents: a meta-schema, and what its errors mean to the author of a document."""

from __future__ import annotations

import re
from functools import cache, reduce
from itertools import accumulate
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs
import orjson

from mockserver.contract import pointer as pointers
from mockserver.contract.messages import brief, did_you_mean
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Node = dict[str, Any] | list[Any]
    Part = dict[str, Any] | bool
    Path = tuple[str | int, ...]

SCHEMA = directory("contracts") / "documents" / "schema.json"

_SURE = 0.8
"""How near a field beginning with `x-` must be to one that has a meaning so that it is taken for a slip."""

_TYPES: Mapping[str, str] = {
    "string": "text",
    "boolean": "true or false",
    "number": "a number",
    "array": "a list",
    "object": "a mapping",
}


class GrammarFlaw(NamedTuple):
    """What does not fit the grammar: a value, by the keys and indices that lead to it; with `lacks`, what it lacks."""

    path: Path
    message: str
    lacks: bool = False


class Shape(NamedTuple):
    """What an object or a list may hold: `fields` by their names, `others` by any name, `items` by their indices.

    `title` says what an object is. `section` is the section of components that a `$ref` in its place must name, if
    there may be one. With `extensible`, names that begin with `x-` are of no concern.
    """

    title: str
    section: str
    fields: Mapping[str, Part]
    others: Part
    items: Part
    extensible: bool

    def children(self, node: Node) -> list[tuple[Any, Part]]:
        """Return the keys or indices of the objects and lists in one, each with the part of the grammar for it."""
        entries: Iterable[tuple[Any, Any]] = enumerate(node) if isinstance(node, list) else node.items()
        return [(key, self._inner(key)) for key, value in entries if type(value) in (dict, list)]

    def _inner(self, key: str | int) -> Part:
        if isinstance(key, int):
            return self.items
        return self.fields.get(key) or (self.extensible and key.startswith("x-")) or self.others

    def slips(self, node: Node) -> Iterator[tuple[str, str]]:
        """Find fields beginning with `x-` that are nearly one with a meaning, and yield `, did you mean X?` of each."""
        for name in node.keys() - self.fields.keys() if self.title and isinstance(node, dict) else ():
            if name.startswith("x-"):
                known = (field for field in self.fields if field.startswith("x-"))
                if meant := did_you_mean(name, known, _SURE):
                    yield name, meant

    def ignored(self, node: Node) -> list[str]:
        """Return the names beginning with `x-` that stand among those of paths, statuses or media types."""
        return [name for name in node if name.startswith("x-")] if self.extensible and isinstance(node, dict) else []


class Grammar:
    """The meta-schema of contract documents."""

    def __init__(self) -> None:
        self.schema: dict[str, Any] = orjson.loads(SCHEMA.read_bytes())
        self._validator = jsonschema_rs.Draft202012Validator(
            self.schema, validate_formats=True, formats={"regex": _is_pattern}, keywords={"whole": _Whole}
        )
        components = self.schema["$defs"]["components"]["properties"]
        self._sections = {entry["additionalProperties"]["$ref"]: section for section, entry in components.items()}
        self._shapes: dict[int, Shape] = {}

    def flaws(self, data: Any) -> Iterator[GrammarFlaw]:
        """Find everything in the data of a document that does not fit."""
        for error in self._validator.iter_errors(data):
            for path, value in _meant(error, data):
                yield from self._explain(error, path, value)

    def shape(self, part: Part) -> Shape:
        """Return what a value may hold by a part of the meta-schema."""
        found = self._shapes.get(id(part))
        if found is None:
            found = self._shapes[id(part)] = self._shape([*self._involved(part)])
        return found

    def _shape(self, parts: list[dict[str, Any]]) -> Shape:
        fields = {name: field for part in parts for name, field in part.get("properties", {}).items()}
        sections = [self._sections[part["$ref"]] for part in parts if part.get("$ref") in self._sections]
        title = _title(parts)
        return Shape(
            title=title,
            section=sections[0] if "$ref" in fields else "",
            fields=fields,
            others=next((part["additionalProperties"] for part in parts if "additionalProperties" in part), True),
            items=next((part["items"] for part in parts if "items" in part), True),
            extensible=not title and any("patternProperties" in part for part in parts),
        )

    def _involved(self, part: Any) -> Iterator[dict[str, Any]]:
        """Yield a part of the meta-schema, and those that say more of the same value."""
        if isinstance(part, dict):
            yield part
            if "$ref" in part:
                yield from self._involved(reduce(getitem, pointers.split(part["$ref"][1:]), self.schema))
            yield from self._involved(part.get("else"))

    def _explain(self, error: jsonschema_rs.ValidationError, path: Path, value: Any) -> Iterator[GrammarFlaw]:
        kind = error.kind
        whole: Any = self.schema
        parts = [*accumulate(error.schema_path[:-1], getitem, initial=whole)]
        part = parts[-1]
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
            yield GrammarFlaw(path, f"{_title(parts)} needs the field {kind.property}", lacks=True)
        elif isinstance(kind, jsonschema_rs.ValidationErrorKind.UnevaluatedProperties):
            for name in kind.unexpected:
                hint = did_you_mean(name, part["properties"])
                yield GrammarFlaw((*path, name), f"{name} is not supported in {part['title']}{hint}")
        elif isinstance(kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
            name = str(kind.error.instance)
            yield GrammarFlaw((*path, name), f"{name} is not {part['description']}")
        else:
            subject = part.get("title") or _name(path)
            yield GrammarFlaw(path, f"{subject} must be {_expected(part)}, not {brief(value)}{_hint(error)}")


@cache
def grammar() -> Grammar:
    """Return the grammar of contract documents."""
    return Grammar()


class _Whole:
    """The keyword `whole` of the meta-schema: a number is written without a fraction, as 2, not as 2.0."""

    def __init__(self, schema: dict[str, Any], value: Any, path: list[str | int]) -> None:
        """Take the schema that has the keyword, its value and its place."""

    def validate(self, instance: object) -> None:
        """Raise ValueError for 2.0, which is an integer to JSON Schema."""
        if type(instance) is float:
            raise ValueError(instance)


@cache
def _is_pattern(text: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except ValueError:
        return False
    return True


def _meant(error: jsonschema_rs.ValidationError, data: Any) -> list[tuple[Path, Any]]:
    """Return the paths that an error can mean, and the values there: in its own, a key such as 007 is the number 7."""
    ways: list[tuple[Path, Any]] = [((), data)]
    for token in error.instance_path:
        ways = [((*path, key), node[key]) for path, node in ways for key in _keys(node, token)]
    return ways


def _keys(node: Any, token: str | int) -> list[Any]:
    if isinstance(node, dict) and isinstance(token, int):
        return [key for key in node if re.fullmatch(rf"\+?0*{token}", key)]
    return [token]


def _title(parts: list[Any]) -> str:
    """Return the title of the last of these parts that has one; a field can be named so, too."""
    titles = (part["title"] for part in reversed(parts) if isinstance(part, dict) and "title" in part)
    return next((title for title in titles if isinstance(title, str)), "")


def _name(path: Path) -> str:
    return f"each of {path[-2]}" if isinstance(path[-1], int) else path[-1]


def _expected(part: Mapping[str, Any]) -> str:
    """Return what a part of the meta-schema asks of a value, in words that follow `must be`."""
    if "description" in part:
        return str(part["description"])
    return f"one of {', '.join(part['enum'])}" if "enum" in part else _TYPES[part["type"]]


def _hint(error: jsonschema_rs.ValidationError) -> str:
    """Return which of the words is meant where only some can be."""
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
        return did_you_mean(error.instance, map(str, kind.options))
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        return next(filter(None, (_hint(inner) for branch in kind.context for inner in branch)), "")
    return ""
