"""What the contract states of the places in a response: their names, words and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import vocabulary
from mockserver.contract.vocabulary import Type
from mockserver.drift.inference.bodies import KEYED, LISTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Document
    from mockserver.contract.parts import Schema
    from mockserver.contract.vocabulary import Names
    from mockserver.drift.inference.meaning import Path, Value


def prior(schema: Schema | None) -> dict[Path, str]:
    """Return the names that a schema in the contract gives to the places of a body."""
    return {path: name for path, each in places(schema) if (name := stated_name(each))}


def places(schema: Schema | None, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Yield the places of a body with their schemas in the contract."""
    if schema is None:
        return
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from places(inner, (*path, name))
    for keyword, step in (("items", LISTED), ("additionalProperties", KEYED)):
        if isinstance(schema.get(keyword), dict):
            yield from places(schema[keyword], (*path, step))


def stated_name(schema: Schema) -> str:
    """Return the name that a schema in the contract gives to a place; empty if it has none."""
    return str(schema.get("x-value") or schema.get("x-each", "").partition(" as ")[0])


def stated_words(document: Document, name: str) -> dict[str, Any]:
    """Return the words on the wire that the responses of a document have for a name in the contract."""
    found: dict[str, Any] = {}
    for operation in document.operations.values():
        for schema in subschemas(operation.success_schema):
            if schema.get("x-value") == name:
                type_ = vocabulary().type_of(name, {name.partition(".")[0]: Type(name.partition(".")[0])})[0]
                written = schema.get("x-words", {})
                for word in vocabulary().words[type_.name]:
                    wire = written.get(word, word)
                    found.setdefault(word, wire[0] if isinstance(wire, list) else wire)
    return found


def is_written_so(old: Schema, meaning: Value) -> bool:
    """Return whether a schema writes a value as it was seen."""
    if meaning.words is not None:
        words = old.get("x-words") or {}
        written = {word: words.get(word, word) for word in meaning.words} if isinstance(words, dict) else {}
        return all(
            meaning.words[word] in (wire if isinstance(wire, list) else [wire]) for word, wire in written.items()
        )
    if meaning.encoding is None or meaning.encoding.annotation is None:
        return True
    name, value = meaning.encoding.annotation
    usual = {"x-unit": ("cents", "fraction"), "x-time": ("utc", "seconds")}.get(name, ())
    return old.get(name, value if value in usual else None) == value


def stated_variables(schema: Schema | None) -> Names:
    """Return the variables of the lists in a schema of the contract with their types."""
    known = vocabulary()
    lists = {
        source: type_.name
        for fields in (*(purpose.result for purpose in known.purposes.values()), *known.records.values())
        for source, type_ in fields.items()
        if type_.many
    }
    names: Names = {}
    for each in subschemas(schema):
        source, _, variable = each.get("x-each", "").partition(" as ")
        record = lists.get(source.rpartition(".")[2])
        if variable and record:
            names[variable] = Type(record)
    return names


def subschemas(schema: Any) -> Iterator[Schema]:
    """Yield a schema and all schemas in it."""
    if isinstance(schema, dict):
        yield schema
        for name in ("properties",):
            for inner in schema.get(name, {}).values():
                yield from subschemas(inner)
        for name in ("items", "additionalProperties"):
            yield from subschemas(schema.get(name))


def objects(schema: Schema | None, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Yield the objects and the lists of objects in a schema with their paths."""
    if schema is None:
        return
    items = schema.get("items")
    if "properties" in schema or isinstance(items, dict):
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from objects(inner, (*path, name))
    if isinstance(items, dict):
        yield from objects(items, (*path, LISTED))
