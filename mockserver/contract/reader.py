"""Reading response bodies by a plan: the facts in a body, by the names of the vocabulary.

Reading is tolerant: it returns the facts that can be read, and lists the parts that cannot.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.parts import types
from mockserver.contract.value_template import taken_apart
from mockserver.contract.violation import dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import Choice, Count, Each, Items, Leaf, Node, Object, Path, Text, When

Facts = dict[str, Any]
"""Values by the names of the vocabulary. Records are mappings: `{"order": {"id": "1", "country": {"code": "12"}}}`."""

Steps = tuple[str | int, ...]


class Unread(NamedTuple):
    """A part of a body that cannot be read: its path, and a message."""

    path: Steps
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.path)} {self.message}"


class _Reader:
    """Reads one body, and collects the parts that cannot be read."""

    def __init__(self) -> None:
        self.unread: list[Unread] = []

    def read(self, node: Node, value: Any, facts: Facts, path: Steps) -> None:
        """Read a part of the body. Constants and generated values contain no facts."""
        reader = _READERS.get(type(node).__name__)
        if reader is not None:
            reader(self, node, value, facts, path)

    def _object(self, node: Object, value: Any, facts: Facts, path: Steps) -> None:
        if self._is(dict, value, path):
            for name, field in node.fields.items():
                if name in value and (reader := _READERS.get(type(field).__name__)) is not None:
                    reader(self, field, value[name], facts, (*path, name))

    def _items(self, node: Items, value: Any, facts: Facts, path: Steps) -> None:
        if self._is(list, value, path):
            for index, (item, inner) in enumerate(zip(node.items, value, strict=False)):
                self.read(item, inner, facts, (*path, index))

    def _when(self, node: When, value: Any, facts: Facts, path: Steps) -> None:
        if value is None:
            return
        if node.variable:
            inner = {**facts, node.variable: {}}
            self.read(node.node, value, inner, path)
            found = inner.pop(node.variable)
            facts.update(inner)
            _set(facts, node.path.parts, found)
        else:
            _set_default(facts, node.path, value=True)
            self.read(node.node, value, facts, path)

    def _count(self, _: Count, value: Any, __: Facts, path: Steps) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            self.unread.append(Unread(path, "should be a number"))

    def _choice(self, node: Choice, value: Any, facts: Facts, path: Steps) -> None:
        _, branch = min(node.branches, key=lambda each: distance(each[0], value))
        self.read(branch, value, facts, path)

    def _leaf(self, leaf: Leaf, value: Any, facts: Facts, path: Steps) -> None:
        if value is None:
            if leaf.path.optional:
                _record_missing(facts, leaf.path)
            else:
                self.unread.append(Unread(path, "is null"))
            return
        try:
            _set(facts, leaf.path.parts, leaf.format.read(value))
        except ValueError as error:
            self.unread.append(Unread(path, f"should be {error}"))

    def _text(self, node: Text, value: Any, facts: Facts, path: Steps) -> None:
        try:
            parts = taken_apart(node.pieces, value)
        except ValueError as error:
            self.unread.append(Unread(path, f"should be {error}"))
            return
        for leaf, part in zip(node.leaves, parts, strict=True):
            self._leaf(leaf, part, facts, path)

    def _each(self, node: Each, value: Any, facts: Facts, path: Steps) -> None:
        if node.separator and isinstance(value, str):
            value = value.split(node.separator) if value else []
        if not self._is(list if node.key is None else dict, value, path):
            return
        found = []
        for step, item in enumerate(value) if node.key is None else value.items():
            inner = {**facts, node.variable: {}}
            if node.key is not None:
                self._leaf(node.key, step, inner, (*path, step))
            self.read(node.item, item, inner, (*path, step))
            found.append(inner.pop(node.variable))
            facts.update(inner)
        if node.many:
            _set(facts, node.path.parts, found)
        elif found:
            _set(facts, node.path.parts, found[0])

    def _is(self, kind: type, value: Any, path: Steps) -> bool:
        if isinstance(value, kind):
            return True
        self.unread.append(Unread(path, f"should be {'an object' if kind is dict else 'an array'}"))
        return False


_READERS: Mapping[str, Callable[..., None]] = {
    name.lstrip("_").capitalize(): reader for name, reader in vars(_Reader).items() if name.startswith("_")
}
"""The reader of each kind of node, by the name of its class."""


def read(node: Node | None, body: Any, always: Sequence[str] = ()) -> tuple[Facts, tuple[Unread, ...]]:
    """Read a body by its plan. `always` are the names of records that any part of a body may describe."""
    facts: Facts = {name: {} for name in always}
    reader = _Reader()
    if node is not None:
        reader.read(node, body, facts, ("body",))
    return {name: value for name, value in facts.items() if value != {}}, tuple(reader.unread)


def distance(schema: Schema, value: Any) -> int:
    """Return an estimated distance of a value from a schema; wrong constants and types weigh most, then names."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    named = types(schema)
    kind = kinds.get(type(value), "number")
    if named and kind not in named and not (kind == "number" and "integer" in named):
        return 1000
    if "const" in schema and schema["const"] != value:
        return 1000
    if branches := (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        return min(distance(branch, value) for branch in branches)
    if not isinstance(value, dict):
        return 0
    properties = schema.get("properties", {})
    wrong_constants = sum(
        1000
        for name, inner in properties.items()
        if name in value and "const" in inner and inner["const"] != value[name]
    )
    missing = sum(name not in value for name in schema.get("required", ()))
    unknown = sum(name not in properties for name in value) if "additionalProperties" not in schema else 0
    return wrong_constants + 10 * missing + unknown


def _set(facts: Facts, parts: tuple[str, ...], value: Any) -> None:
    *parents, last = parts
    for part in parents:
        inner = facts.get(part)
        if not isinstance(inner, dict):
            inner = facts[part] = {}
        facts = inner
    facts[last] = _merged(facts[last], value) if last in facts else value


def _merged(known: Any, value: Any) -> Any:
    """Return the known facts of a record, or of a list of records, merged with new ones."""
    if value == {} and known is not None:
        return known
    if isinstance(known, dict) and isinstance(value, dict):
        return known | {name: _merged(known.get(name), each) for name, each in value.items()}
    if isinstance(known, list) and isinstance(value, list) and len(known) == len(value):
        return list(map(_merged, known, value))
    return value


def _record_missing(facts: Facts, path: Path) -> None:
    """Record that an optional value is missing: set the last optional part of its path to None if it is unknown."""
    parts = path.parts[: path.optional[-1] + 1]
    *parents, last = parts
    for part in parents:
        facts = facts.setdefault(part, {})
        if not isinstance(facts, dict):
            return
    facts.setdefault(last, None)


def _set_default(facts: Facts, path: Path, *, value: Any) -> None:
    *parents, last = path.parts
    for part in parents:
        facts = facts.setdefault(part, {})
    facts.setdefault(last, value)


def get(facts: Mapping[str, Any], path: str) -> Any:
    """Return the fact with a dotted name; None if it is unknown."""
    found: Any = facts
    for part in _split(path):
        if not isinstance(found, dict):
            return None
        found = found.get(part)
    return found


@lru_cache(maxsize=1024)
def _split(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))
