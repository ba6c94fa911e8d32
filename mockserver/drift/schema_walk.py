"""A value and its schema, side by side: which parts of the schema it shows, and which names the schema lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mockserver.contract.parts import Schema

Path = tuple[str | int, ...]


class Seen(NamedTuple):
    """A part of a value, at its path, for which there is a schema."""

    path: Path
    schema: Schema
    value: Any


class Stranger(NamedTuple):
    """A member of an object, at its path, that the schema of the object does not name."""

    path: Path
    holder: Schema
    name: str
    value: Any


def walk(schema: Schema, value: Any, path: Path = ()) -> list[Seen | Stranger]:
    """Return every part of a value with its schema. Of alternatives, those count that the value does not contradict."""
    found: list[Seen | Stranger] = []
    _walk(schema, value, path, found)
    return found


def _walk(schema: Schema, value: Any, path: Path, found: list[Seen | Stranger]) -> None:
    found.append(Seen(path, schema, value))
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            meant = next((branch for branch in schema[keyword] if not _contradicts(branch, value)), None)
            if meant is not None:
                _walk(meant, value, path, found)
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
    """Say whether a value cannot be what an alternative describes: another type, or another constant in a member."""
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
