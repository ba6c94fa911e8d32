"""The wire formats in which a value may be written, as annotations of a schema, and the fact that each one reads."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import vocabulary
from mockserver.contract.formats import CASES, TIMES, UNITS, FormatError, format_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.contract.formats import Format
    from mockserver.contract.vocabulary import Type

_JSON_TYPES: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
_FORMATS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    **{type_: tuple({"x-unit": unit} for unit in units) for type_, units in UNITS.items()},
    "time": tuple({"x-time": form} for form in TIMES),
    "deadline": tuple({"x-time": form} for form in TIMES),
    "text": ({}, *({"x-words": case} for case in CASES)),  # for texts with letters
}
_SPAN = range(946_684_800_000, 4_102_444_800_000)
"""Plausible times in milliseconds since the epoch: this century. Other numbers are not read as times."""


class Encoding(NamedTuple):
    """A wire format: the JSON type, and the annotation of the schema, as its name and its value; or no annotation."""

    type: str
    annotation: tuple[str, str] | None = None

    @property
    def schema(self) -> dict[str, str]:
        """The schema of a value in this format."""
        return {"type": self.type, **(dict([self.annotation]) if self.annotation else {})}


def json_type(value: object) -> str:
    """Return the JSON Schema type of a scalar: `string`, `boolean`, `integer`, `number` or `null`."""
    return _JSON_TYPES.get(type(value), "null")


@lru_cache(maxsize=100_000, typed=True)
def decoded(type_: Type, value: Any, kind: str = "", *, exact: bool = True) -> Sequence[tuple[Encoding, Any]]:
    """Return every format of a type that can have written a value, with the fact that it reads.

    A format counts only if it writes the fact as the same value again, or at least as the same number if not `exact`.
    `kind` is the JSON type, by default that of the value: among numbers with fractions, whole ones may be written as
    integers.
    """
    found: list[tuple[Encoding, Any]] = []
    kind = kind or json_type(value)
    cased = isinstance(value, str) and value.lower() != value.upper()
    for annotation in _FORMATS.get(type_.name, ({},)) if cased or type_.name != "text" else ({},):
        encoding = Encoding(kind, next(iter(annotation.items()), None))
        form = _format(type_, encoding)
        if form is None:
            continue
        try:
            fact = form.read(value)
            written = fact if form.write is None else form.write(fact)
        except (ValueError, KeyError, OverflowError, AttributeError):
            continue
        same = written == value or (not exact and _is_same_number(written, value))
        if isinstance(written, bool) is isinstance(value, bool) and same and _is_plausible(type_, fact):
            found.append((encoding, fact))
    return tuple(found)


@cache
def _format(type_: Type, encoding: Encoding) -> Format | None:
    if encoding.type == "null":
        return None
    try:
        return format_of(type_, encoding.schema, vocabulary())
    except FormatError:
        return None


def _is_same_number(written: Any, value: Any) -> bool:
    try:
        return bool(Decimal(str(written)) == Decimal(str(value)))
    except DecimalException:
        return False


def _is_plausible(type_: Type, fact: Any) -> bool:
    match type_.name:
        case "time" | "deadline":
            return int(fact) in _SPAN
        case "ratio":
            return 0 <= float(fact) <= 1
    return True
