"""Schemas of answers as shapes: what is drawn, and what is changed in one place."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.parts import types
from mockserver.judge.scalars import Scalar, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.contract import Document
    from mockserver.contract.parts import Schema

UNKNOWN = "unknown"
"""A field that no schema knows, and that an open object may have."""


class Fields(NamedTuple):
    """An object: the fields that it has, those that it may have, and whether it may have others."""

    required: Mapping[str, Shape]
    optional: Mapping[str, Shape]
    open_ended: bool


class Items(NamedTuple):
    """A list of so many items; None is any number of them."""

    item: Shape
    fewest: int
    most: int | None


class ShapeChoice(NamedTuple):
    """One of several shapes, the usual one first."""

    shapes: tuple[Shape, ...]


Shape = Fields | Items | ShapeChoice | Scalar


def shape(schema: Schema, document: Document) -> Shape:
    """Return the shape of a schema of a document."""
    alternatives = schema.get("oneOf", schema.get("anyOf"))
    if alternatives:
        return ShapeChoice(tuple(shape(alternative, document) for alternative in alternatives))
    named = types(schema)
    if len(named) > 1 and {"object", "array"} & set(named):
        return ShapeChoice(tuple(shape({**schema, "type": name}, document) for name in named))
    if "object" in named or "properties" in schema:
        return _fields(schema, document)
    if "array" in named:
        return Items(shape(schema.get("items", {}), document), schema.get("minItems", 0), schema.get("maxItems"))
    return scalar(schema, document)


def _fields(schema: Schema, document: Document) -> Fields:
    properties = {name: _askable(each, document) for name, each in schema.get("properties", {}).items()}
    fields = {name: shape(described, document) for name, described in properties.items()}
    needed = schema.get("required", ())
    required = {name: fields.pop(name) for name in list(fields) if name in needed}
    return Fields(required, fields, schema.get("additionalProperties") is not False)


def _askable(schema: Schema, document: Document) -> Schema:
    """Return the schema of an answer's field, or of the argument that names the same record, if both have a pattern.

    The id of an order may be of any length in an answer, but not in the path of the next request.
    """
    *records, last = schema.get("x-value", "").split(".")
    is_name = "pattern" in schema and records and last in ("id", "code")
    return _asked(document).get(records[-1], schema) if is_name else schema


@cache
def _asked(document: Document) -> Mapping[str, Schema]:
    """Return the schemas of all arguments of a document that have a pattern, by their names."""
    operations = document.operations.values()
    parameters = [parameter for each in operations for parameter in each.parameters]
    fields = [field for each in operations for field in (each.body_schema or {}).get("properties", {}).values()]
    described = [(document.resolve(parameter.pointer), parameter.schema) for parameter in parameters]
    asked = [(holder.get("x-argument"), schema) for holder, schema in (*described, *zip(fields, fields, strict=True))]
    return {name: schema for name, schema in asked if name and "pattern" in schema}


def fits(form: Shape, value: object) -> bool:
    """Say whether a value may be of a shape, as far as its type and its constants show."""
    match form:
        case Fields():
            return isinstance(value, dict) and all(
                name in value and fits(field, value[name]) for name, field in form.required.items()
            )
        case Items():
            return isinstance(value, list)
        case ShapeChoice():
            return any(fits(each, value) for each in form.shapes)
        case Scalar():
            return not isinstance(value, dict | list) and (not form.fixed or value == form.least)


def least(form: Shape) -> Any:
    """Return the simplest value of a shape."""
    match form:
        case Fields():
            return {name: least(field) for name, field in form.required.items()}
        case Items():
            return [least(form.item)] * form.fewest
        case ShapeChoice():
            return least(form.shapes[0])
        case Scalar():
            return form.least


def telling(form: Shape, near: Any) -> Iterator[Any]:
    """Yield values of a shape that differ from one in a single place, in a way that often makes a program fail.

    Of a list, only the first item is changed.
    """
    match form:
        case Fields():
            yield from _telling_fields(form, near)
        case Items():
            yield from _telling_items(form, near)
        case ShapeChoice():
            chosen = next(each for each in form.shapes if fits(each, near))
            yield from telling(chosen, near)
            yield from (least(each) for each in form.shapes if each is not chosen)
        case Scalar():
            yield from (value for value in (form.least, *form.telling) if value != near)


def _telling_fields(form: Fields, near: Any) -> Iterator[Any]:
    for name, field in {**form.required, **form.optional}.items():
        if name in near:
            yield from ({**near, name: value} for value in telling(field, near[name]))
        else:
            yield {**near, name: least(field)}
        if name in near and name in form.optional:
            yield {key: value for key, value in near.items() if key != name}
    if form.open_ended:
        yield {**near, UNKNOWN: None}


def _telling_items(form: Items, near: Any) -> Iterator[Any]:
    one = near[0] if near else least(form.item)
    most = len(near) + 1 if form.most is None else form.most
    if near and not form.fewest:
        yield []
    if len(near) != 1 and form.fewest <= 1 <= most:
        yield [one]
    yield from ([value, *near[1:]] for value in telling(form.item, one) if form.fewest <= max(1, len(near)) <= most)
    if len(near) < most:
        yield [*near, one]
