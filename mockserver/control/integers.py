"""Whole numbers: to JSON Schema 5.0 is an integer, to whoever counts it is none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]


def whole(value: Any, schema: Schema) -> Any:
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
