"""The grammar of contract documents: a meta-schema, and its errors as messages for the author of a document."""

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

_MISSPELLING_SIMILARITY = 0.8
"""The similarity, from 0 to 1, at which an unknown `x-` field counts as a misspelling of a known one."""

_TYPES: Mapping[str, str] = {
    "string": "text",
    "boolean": "true or false",
    "number": "a number",
    "array": "a list",
    "object": "a mapping",
}


class GrammarFlaw(NamedTuple):
    """A violation of the grammar: the path to the value as keys and indices; `lacks` if the value lacks a field."""

    path: Path
    message: str
    lacks: bool = False


class Shape(NamedTuple):
    """The allowed contents of an object or a list: named `fields`, `others` with any name, and the `items` of a list.

    `title` names the kind of object. `section` is the section of components for a `$ref` in its place, or empty if a
    `$ref` is not allowed. If `extensible`, names that begin with `x-` are ignored.
    """

    title: str
    section: str
    fields: Mapping[str, Part]
    others: Part
    items: Part
    extensible: bool

    def children(self, node: Node) -> list[tuple[Any, Part]]:
        """Return the keys or indices of the objects and lists in a node, each with its part of the meta-schema."""
        entries: Iterable[tuple[Any, Any]] = enumerate(node) if isinstance(node, list) else node.items()
        return [(key, self._inner(key)) for key, value in entries if type(value) in (dict, list)]

    def _inner(self, key: str | int) -> Part:
        if isinstance(key, int):
            return self.items
        return self.fields.get(key) or (self.extensible and key.startswith("x-")) or self.others

    def slips(self, node: Node) -> Iterator[tuple[str, str]]:
        """Find `x-` fields that are similar to a known one. Yields each with the hint `, did you mean X?`."""
        for name in node.keys() - self.fields.keys() if self.title and isinstance(node, dict) else ():
            if name.startswith("x-"):
                known = (field for field in self.fields if field.startswith("x-"))
                if hint := did_you_mean(name, known, _MISSPELLING_SIMILARITY):
                    yield name, hint

    def ignored(self, node: Node) -> list[str]:
        """Return the names beginning with `x-` among the paths, statuses or media types of a node."""
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
        """Find all violations of the grammar in the data of a document."""
        for error in self._validator.iter_errors(data):
            for path, value in _instances(error, data):
                yield from self._explain(error, path, value)

    def shape(self, part: Part) -> Shape:
        """Return the shape of a value by its part of the meta-schema."""
        found = self._shapes.get(id(part))
        if found is None:
            found = self._shapes[id(part)] = self._shape([*self._applicable(part)])
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

    def _applicable(self, part: Any) -> Iterator[dict[str, Any]]:
        """Yield a part of the meta-schema, and the other parts that apply to the same value."""
        if isinstance(part, dict):
            yield part
            if "$ref" in part:
                yield from self._applicable(reduce(getitem, pointers.split(part["$ref"][1:]), self.schema))
            yield from self._applicable(part.get("else"))

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
    """The keyword `whole` of the meta-schema: a number must be written without a fraction, as 2, not as 2.0."""

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


def _instances(error: jsonschema_rs.ValidationError, data: Any) -> list[tuple[Path, Any]]:
    """Return the possible paths of an error, and their values: in its own path, a key such as 007 is the number 7."""
    instances: list[tuple[Path, Any]] = [((), data)]
    for token in error.instance_path:
        instances = [((*path, key), node[key]) for path, node in instances for key in _keys(node, token)]
    return instances


def _keys(node: Any, token: str | int) -> list[Any]:
    if isinstance(node, dict) and isinstance(token, int):
        return [key for key in node if re.fullmatch(rf"\+?0*{token}", key)]
    return [token]


def _title(parts: list[Any]) -> str:
    """Return the title of the last part that has one. A field may be named `title` too, so only texts count."""
    titles = (part["title"] for part in reversed(parts) if isinstance(part, dict) and "title" in part)
    return next((title for title in titles if isinstance(title, str)), "")


def _name(path: Path) -> str:
    return f"each of {path[-2]}" if isinstance(path[-1], int) else path[-1]


def _expected(part: Mapping[str, Any]) -> str:
    """Return the requirement of a part of the meta-schema, as words that follow `must be`."""
    if "description" in part:
        return str(part["description"])
    return f"one of {', '.join(part['enum'])}" if "enum" in part else _TYPES[part["type"]]


def _hint(error: jsonschema_rs.ValidationError) -> str:
    """Return a suggestion for a value that must be one of several words."""
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
        return did_you_mean(error.instance, map(str, kind.options))
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        return next(filter(None, (_hint(inner) for branch in kind.context for inner in branch)), "")
    return ""
