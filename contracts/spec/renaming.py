"""Fields that an overlay has given another name: `x-renamed-from` in their schema says what they were called before.

What was written for the contract documents as they are, such as a mock or a check, keeps to the former names, and is
translated where values come and go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MARK = "x-renamed-from"


def renames(schema: Mapping[str, Any] | None) -> bool:
    """Say whether anything within a schema has another name than before."""
    return schema is not None and (MARK in schema or any(map(renames, _inner(schema))))


def renamed(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value that has the former names of its fields, with the names that its schema has."""
    for branch in _branches(schema):
        value = renamed(branch, value)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        new = {str(described[MARK]): name for name, described in properties.items() if MARK in described}
        members = ((new.get(name, name), member) for name, member in value.items())
        return {name: renamed(properties.get(name, {}), member) for name, member in members}
    return [renamed(schema.get("items", {}), item) for item in value] if isinstance(value, list) else value


def former(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value as `renamed` was given it: with the former names of its fields."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        value = {
            str(properties.get(name, {}).get(MARK, name)): former(properties.get(name, {}), member)
            for name, member in value.items()
        }
    elif isinstance(value, list):
        value = [former(schema.get("items", {}), item) for item in value]
    for branch in _branches(schema):
        value = former(branch, value)
    return value


def _branches(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from schema.get("oneOf", ())
    yield from schema.get("anyOf", ())


def _inner(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _branches(schema)
    yield from schema.get("properties", {}).values()
    if "items" in schema:
        yield schema["items"]
