"""The shapes of response schemas: the values that a schema allows, and values changed in a single place."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from mockserver.contract import Confidence, vocabulary
from mockserver.contract.formats import format_of
from mockserver.contract.parts import types
from mockserver.contract.vocabulary import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from mockserver.contract import Document
    from mockserver.contract.parts import Schema


WORD = re.compile("[a-z][a-z-]{0,19}")
"""The pattern of an unknown word in an enumeration that is only assumed."""
LONGEST = 40
"""The maximum length of generated strings whose schema sets no limit, in characters."""

_INTEGERS = -(2**63), 2**63 - 1
_EXACT = 2**53 + 1
"""The smallest positive integer that a double-precision float cannot represent."""
_FIRST, _LEAST, _LAST = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
)
_CHARACTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn"], include_characters="\n", exclude_characters="$")
"""The alphabet of generated strings: no control characters, and no `$`, which starts a variable in a scenario."""
_QUIET = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class Scalar(NamedTuple):
    """The shape of a value that is neither an object nor an array.

    `least` is the simplest value. `revealing` are values that often make a program fail, the simplest first. `drawn` is
    a strategy for all values. If the schema allows only one value, the shape is `fixed`.
    """

    least: Any
    revealing: tuple[Any, ...]
    drawn: SearchStrategy[Any]
    fixed: bool = False


def scalar(schema: Schema, document: Document) -> Scalar:
    """Return the shape of a schema that has neither properties nor items.

    If the values of an enumeration are only assumed, the shape allows unknown words too.
    """
    if "const" in schema:
        return Scalar(schema["const"], (), st.just(schema["const"]), fixed=True)
    if "enum" in schema:
        assumed = document.provenance(document.origin(schema)).level is Confidence.ASSUMED
        return _words(schema["enum"], open_ended=assumed)
    if "x-time" in schema and "{" not in schema.get("x-value", ""):  # a text of several values is no time
        return _times(schema)
    return _union([_BY_TYPE[name](schema) for name in types(schema) or tuple(_BY_TYPE)])


def _union(parts: Sequence[Scalar]) -> Scalar:
    first, *others = parts
    rest = [value for other in others for value in (other.least, *other.revealing)]
    return Scalar(first.least, (*first.revealing, *rest), st.one_of([part.drawn for part in parts]))


def _words(words: Sequence[Any], *, open_ended: bool) -> Scalar:
    if not open_ended or not all(isinstance(word, str) for word in words):
        return Scalar(words[0], tuple(words[1:]), st.sampled_from(words), fixed=len(words) == 1)
    unknown = st.from_regex(WORD, fullmatch=True).filter(lambda word: word not in words)
    return Scalar(words[0], (*words[1:], _least(WORD.pattern)), st.sampled_from(words) | unknown)


def _times(schema: Schema) -> Scalar:
    """Return the shape of a time. A pattern alone would also match dates that do not exist."""
    write = format_of(Type("time"), schema, vocabulary()).write or int
    first, least, last = (round(time.timestamp() * 1000) for time in (_FIRST, _LEAST, _LAST))
    return Scalar(write(least), (write(first), write(last)), st.integers(first, last).map(write))


def _text(schema: Schema) -> Scalar:
    if "format" in schema:
        return _FORMATS[schema["format"]]()
    if "pattern" in schema:
        return _patterned(schema["pattern"])
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    revealing = ("Ж" * max(1, shortest), *(("x" * longest,) if longest else ()))
    most = max(LONGEST, shortest) if longest is None else longest
    return Scalar("0" * shortest, revealing, st.text(_CHARACTERS, min_size=shortest, max_size=most))


def _patterned(pattern: str) -> Scalar:
    fits = re.compile(pattern).fullmatch
    runs = (letter * length for letter in "9z" for length in range(LONGEST, 1, -1))
    longest = next((run for run in runs if fits(run)), "")
    revealing = dict.fromkeys(text for text in ("00", str(_EXACT), longest) if fits(text))
    drawn = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True, alphabet=st.characters(codec="ascii"))
    return Scalar(_least(pattern), tuple(revealing), drawn)


@cache
def _least(pattern: str) -> str:
    """Return the simplest string that matches a pattern.

    `hypothesis.find` runs in another thread, because it cannot run inside a draw.
    """
    texts = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(find, texts, lambda _: True, settings=_QUIET).result()


def _uuids() -> Scalar:
    return Scalar("00000000-0000-0000-0000-000000000000", (), st.uuids().map(str))


def _urls() -> Scalar:
    drawn = st.from_regex(r"https?://[a-z]{1,9}\.example(/[a-z0-9]{0,9}){0,3}", fullmatch=True)
    return Scalar("http://a", (), drawn)


def _dates() -> Scalar:
    revealing = (_FIRST.date().isoformat(), _LAST.date().isoformat())
    return Scalar(_LEAST.date().isoformat(), revealing, st.dates(date(1970, 1, 1)).map(date.isoformat))


def _integer(schema: Schema) -> Scalar:
    low, high = schema.get("minimum", _INTEGERS[0]), schema.get("maximum", _INTEGERS[1])
    likely = (1, -1, _EXACT, low if "minimum" in schema else 0, high if "maximum" in schema else 0)
    return _numbers(low, high, likely, st.integers(low, high))


def _number(schema: Schema) -> Scalar:
    low, high = schema.get("minimum", float(_INTEGERS[0])), schema.get("maximum", float(_INTEGERS[1]))
    drawn = st.floats(low, high, allow_nan=False, allow_infinity=False, allow_subnormal=False)
    return _numbers(low, high, (1, 0.5, -1), drawn)


def _numbers(low: float, high: float, likely: Iterable[float], drawn: SearchStrategy[Any]) -> Scalar:
    least = min(max(0, low), high)
    revealing = dict.fromkeys(value for value in likely if low <= value <= high and value != least)
    return Scalar(least, tuple(revealing), drawn)


def _boolean(_: Schema) -> Scalar:
    return Scalar(least=False, revealing=(True,), drawn=st.booleans())


def _null(_: Schema) -> Scalar:
    return Scalar(None, (), st.none())


_FORMATS: Mapping[str, Callable[[], Scalar]] = {"uuid": _uuids, "uri": _urls, "date": _dates}
_BY_TYPE: Mapping[str, Callable[[Schema], Scalar]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
}


UNKNOWN = "unknown"
"""The name of an additional field that no schema defines."""


class ObjectShape(NamedTuple):
    """An object: its required fields, its optional fields, and whether additional fields are allowed."""

    required: Mapping[str, Shape]
    optional: Mapping[str, Shape]
    open_ended: bool


class ListShape(NamedTuple):
    """A list with its minimum and maximum number of items; a maximum of None means no limit."""

    item: Shape
    fewest: int
    most: int | None


class ShapeChoice(NamedTuple):
    """One of several shapes, the usual one first."""

    shapes: tuple[Shape, ...]


Shape = ObjectShape | ListShape | ShapeChoice | Scalar


def shape(schema: Schema, document: Document) -> Shape:
    """Return the shape of a schema in a document."""
    alternatives = schema.get("oneOf", schema.get("anyOf"))
    if alternatives:
        return ShapeChoice(tuple(shape(alternative, document) for alternative in alternatives))
    named = types(schema)
    if len(named) > 1 and {"object", "array"} & set(named):
        return ShapeChoice(tuple(shape({**schema, "type": name}, document) for name in named))
    if "object" in named or "properties" in schema:
        return _fields(schema, document)
    if "array" in named:
        return ListShape(shape(schema.get("items", {}), document), schema.get("minItems", 0), schema.get("maxItems"))
    return scalar(schema, document)


def _fields(schema: Schema, document: Document) -> ObjectShape:
    properties = {name: _usable(each, document) for name, each in schema.get("properties", {}).items()}
    fields = {name: shape(described, document) for name, described in properties.items()}
    needed = schema.get("required", ())
    required = {name: fields.pop(name) for name in list(fields) if name in needed}
    return ObjectShape(required, fields, schema.get("additionalProperties") is not False)


def _usable(schema: Schema, document: Document) -> Schema:
    """Return the schema of a response field, or of the argument for the same record if both have a pattern.

    An order id may have any length in a response, but not in the path of the next request.
    """
    *records, last = schema.get("x-value", "").split(".")
    is_name = "pattern" in schema and records and last in ("id", "code")
    return _argument_schemas(document).get(records[-1], schema) if is_name else schema


@cache
def _argument_schemas(document: Document) -> Mapping[str, Schema]:
    """Return the schemas of all arguments with a pattern, by the argument's name."""
    operations = document.operations.values()
    parameters = [parameter for each in operations for parameter in each.parameters]
    fields = [field for each in operations for field in (each.body_schema or {}).get("properties", {}).values()]
    described = [(document.resolve(parameter.pointer), parameter.schema) for parameter in parameters]
    named = [(holder.get("x-argument"), schema) for holder, schema in (*described, *zip(fields, fields, strict=True))]
    return {name: schema for name, schema in named if name and "pattern" in schema}


def fits(form: Shape, value: object) -> bool:
    """Return whether a value has a shape. Only types, required fields and constants are compared."""
    match form:
        case ObjectShape():
            return isinstance(value, dict) and all(
                name in value and fits(field, value[name]) for name, field in form.required.items()
            )
        case ListShape():
            return isinstance(value, list)
        case ShapeChoice():
            return any(fits(each, value) for each in form.shapes)
        case Scalar():
            return not isinstance(value, dict | list) and (not form.fixed or value == form.least)


def least(form: Shape) -> Any:
    """Return the simplest value of a shape."""
    match form:
        case ObjectShape():
            return {name: least(field) for name, field in form.required.items()}
        case ListShape():
            return [least(form.item)] * form.fewest
        case ShapeChoice():
            return least(form.shapes[0])
        case Scalar():
            return form.least


def revealing(form: Shape, near: Any) -> Iterator[Any]:
    """Yield values of a shape that differ from `near` in a single place, in a way that often makes a program fail.

    In a list, only the first item is changed.
    """
    match form:
        case ObjectShape():
            yield from _revealing_objects(form, near)
        case ListShape():
            yield from _revealing_lists(form, near)
        case ShapeChoice():
            chosen = next(each for each in form.shapes if fits(each, near))
            yield from revealing(chosen, near)
            yield from (least(each) for each in form.shapes if each is not chosen)
        case Scalar():
            yield from (value for value in (form.least, *form.revealing) if value != near)


def _revealing_objects(form: ObjectShape, near: Any) -> Iterator[Any]:
    for name, field in {**form.required, **form.optional}.items():
        if name in near:
            yield from ({**near, name: value} for value in revealing(field, near[name]))
        else:
            yield {**near, name: least(field)}
        if name in near and name in form.optional:
            yield {key: value for key, value in near.items() if key != name}
    if form.open_ended:
        yield {**near, UNKNOWN: None}


def _revealing_lists(form: ListShape, near: Any) -> Iterator[Any]:
    one = near[0] if near else least(form.item)
    most = len(near) + 1 if form.most is None else form.most
    if near and not form.fewest:
        yield []
    if len(near) != 1 and form.fewest <= 1 <= most:
        yield [one]
    yield from ([value, *near[1:]] for value in revealing(form.item, one) if form.fewest <= max(1, len(near)) <= most)
    if len(near) < most:
        yield [*near, one]
