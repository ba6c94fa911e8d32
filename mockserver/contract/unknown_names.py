"""The names that a request may use, and those that the contract does not know.

The documents do not forbid unknown names, so they break nothing. But a name that nobody reads is nearly always a
mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.absent import ABSENT
from mockserver.contract.violation import UNKNOWN, KeywordFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockserver.contract.index import Index
    from mockserver.contract.parts import Schema

_HOLDERS = {"properties", "items", "prefixItems", "oneOf", "anyOf"}
"""The keywords of a schema below which names can stand."""


class Names:
    """The names that a schema lists, at the top and further in."""

    def __init__(self, schema: Schema, index: Index) -> None:
        self._schema = schema
        self._index = index
        fields = _fields([schema]) or {}
        is_flat = not any(_HOLDERS & inner.keys() for inners in fields.values() for inner in inners)
        self._flat = frozenset(fields) if is_flat and "properties" in schema else None

    def cover(self, value: object) -> bool:
        """Say whether a value holds no other names."""
        if self._flat is not None and type(value) is dict:
            return self._flat.issuperset(value)
        return next(self.unknown(value, ()), None) is None

    def unknown(self, value: object, path: tuple[str | int, ...]) -> Iterator[KeywordFailure]:
        """Find the other names in a value that stands at this path.

        Where a schema lists no names, every name is fine; of alternatives, each may use the names of all.
        """
        return self._unknown(value, [self._schema], path)

    def _unknown(
        self, value: object, schemas: Sequence[Schema], path: tuple[str | int, ...]
    ) -> Iterator[KeywordFailure]:
        if isinstance(value, dict) and (fields := _fields(schemas)) is not None:
            for name, inner in value.items():
                if name in fields:
                    yield from self._unknown(inner, fields[name], (*path, name))
                elif isinstance(name, str):
                    yield KeywordFailure((*path, name), UNKNOWN, ABSENT, [*fields], self._listed(schemas))
        elif isinstance(value, list) and schemas:
            for position, inner in enumerate(value):
                yield from self._unknown(inner, _items(schemas, position), (*path, position))

    def _listed(self, schemas: Sequence[Schema]) -> str:
        """Return where names are listed, or the empty pointer if that is not in the document."""
        listing = next(schema for schema in _alternatives(schemas) if "properties" in schema)
        origin = self._index.origin(listing)
        return origin and f"{origin}/properties"


def _alternatives(schemas: Sequence[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        yield schema
        yield from _alternatives([*schema.get("oneOf", ()), *schema.get("anyOf", ())])


def _fields(schemas: Sequence[Schema]) -> dict[str, list[Schema]] | None:
    """Return the schemas of each field that any of these alternatives lists, or None if none of them lists any."""
    listings = [schema["properties"] for schema in _alternatives(schemas) if "properties" in schema]
    fields: dict[str, list[Schema]] = {}
    for name, inner in (field for listing in listings for field in listing.items()):
        fields.setdefault(name, []).append(inner)
    return fields if listings else None


def _items(schemas: Sequence[Schema], position: int) -> list[Schema]:
    """Return the schemas of the item at this position."""
    found: list[Any] = []
    for schema in _alternatives(schemas):
        first = schema.get("prefixItems", ())
        found.append(first[position] if position < len(first) else schema.get("items"))
    return [schema for schema in found if schema is not None]
