"""Schema inference from values, and a walk over a value along its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mockserver.contract.parts import Schema


MAXIMUM_NAMES = 60
"""The maximum number of member names of an object. With more, its keys are data and get no properties."""
KEPT = 5
"""The maximum number of different scalars kept as examples."""

_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


class InferredSchema:
    """A schema inferred from the values added to it: their types, members and items, and some examples."""

    def __init__(self) -> None:
        self.times = 0
        self.examples: list[Any] = []
        self._types: dict[str, None] = {}
        self._objects = 0
        self._members: dict[str, InferredSchema] = {}
        self._items: InferredSchema | None = None

    def add(self, value: Any) -> None:
        """Extend the schema to include a value."""
        self.times += 1
        self._types[_NAMES.get(type(value), "null")] = None
        if isinstance(value, dict):
            self._objects += 1
            for name, member in value.items():
                if name in self._members or len(self._members) <= MAXIMUM_NAMES:
                    self._members.setdefault(name, InferredSchema()).add(member)
        elif isinstance(value, list):
            self._items = self._items or InferredSchema()
            for item in value:
                self._items.add(item)
        elif value not in self.examples and len(self.examples) < KEPT:
            self.examples.append(value)

    @property
    def types(self) -> list[str]:
        """The JSON Schema types of the values. `number` includes `integer`."""
        return [name for name in self._types if name != "integer" or "number" not in self._types]

    def schema(self) -> dict[str, Any]:
        """Return a schema that all values match. Members that every object had are required."""
        types = self.types
        schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
        if self._members and len(self._members) <= MAXIMUM_NAMES:
            required = [name for name, member in self._members.items() if member.times == self._objects]
            schema |= {"required": required} if required else {}
            schema["properties"] = {name: member.schema() for name, member in self._members.items()}
        if self._items is not None and self._items.times:
            schema["items"] = self._items.schema()
        return schema


Path = tuple[str | int, ...]


class Seen(NamedTuple):
    """A part of a value with its path and schema."""

    path: Path
    schema: Schema
    value: Any


class Stranger(NamedTuple):
    """A member of an object, with its path, that the schema of the object (`holder`) does not define."""

    path: Path
    holder: Schema
    name: str
    value: Any


def walk(schema: Schema, value: Any, path: Path = ()) -> list[Seen | Stranger]:
    """Return every part of a value with its schema. Of alternatives, the first that the value may match is followed."""
    found: list[Seen | Stranger] = []
    _walk(schema, value, path, found)
    return found


def _walk(schema: Schema, value: Any, path: Path, found: list[Seen | Stranger]) -> None:
    found.append(Seen(path, schema, value))
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            branch = next((branch for branch in schema[keyword] if not _contradicts(branch, value)), None)
            if branch is not None:
                _walk(branch, value, path, found)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name, member in value.items() if "properties" in schema else ():
            if name in properties:
                _walk(properties[name], member, (*path, name), found)
            else:
                found.append(Stranger((*path, name), schema, name, member))
    elif isinstance(value, list):
        prefix = schema.get("prefixItems", ())
        for index, item in enumerate(value):
            item_schema = prefix[index] if index < len(prefix) else schema.get("items")
            if isinstance(item_schema, dict):
                _walk(item_schema, item, (*path, index), found)


def _contradicts(schema: Schema, value: Any) -> bool:
    """Return whether a value cannot match an alternative: it has another type, or another constant in a member."""
    if "const" in schema and schema["const"] != value:
        return True
    named = schema.get("type", ())
    if named and not any(isinstance(value, _TYPES[name]) for name in ((named,) if isinstance(named, str) else named)):
        return True
    members = value if isinstance(value, dict) else {}
    return any(
        "const" in member and name in members and member["const"] != members[name]
        for name, member in schema.get("properties", {}).items()
    )


_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
