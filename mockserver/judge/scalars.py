"""Values that a schema allows in one place of an answer: the least, those that often tell, and any other."""

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
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from mockserver.contract import Document
    from mockserver.contract.parts import Schema

WORD = re.compile("[a-z][a-z-]{0,19}")
"""A word that the service might use and that nobody has seen."""
LONGEST = 40
"""No text that a pattern does not limit is made longer on purpose."""

_INTEGERS = -(2**63), 2**63 - 1
_EXACT = 2**53 + 1
"""The first whole number that a floating-point number cannot hold."""
_FIRST, _LEAST, _LAST = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
)
_CHARACTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn"], include_characters="\n", exclude_characters="$")
"""What texts are drawn from: neither control characters nor the dollar, which begins a variable in a scenario."""
_QUIET = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class Scalar(NamedTuple):
    """What a value may be: `least` is the simplest, `telling` are worth trying first, the simplest first.

    `drawn` gives any; where nothing but the least is allowed, it is `fixed`.
    """

    least: Any
    telling: tuple[Any, ...]
    drawn: SearchStrategy[Any]
    fixed: bool = False


def scalar(schema: Schema, document: Document) -> Scalar:
    """Return what a schema of a document without properties or items allows.

    Where the words of an enumeration are assumed, any other word is allowed, too: nobody has promised the list.
    """
    if "const" in schema:
        return Scalar(schema["const"], (), st.just(schema["const"]), fixed=True)
    if "enum" in schema:
        assumed = document.provenance(document.origin(schema)).level is Confidence.ASSUMED
        return _words(schema["enum"], open_ended=assumed)
    if "x-time" in schema:
        return _times(schema)
    return _union([_BY_TYPE[name](schema) for name in types(schema) or tuple(_BY_TYPE)])


def _union(parts: Sequence[Scalar]) -> Scalar:
    first, *others = parts
    rest = [value for other in others for value in (other.least, *other.telling)]
    return Scalar(first.least, (*first.telling, *rest), st.one_of([part.drawn for part in parts]))


def _words(words: Sequence[Any], *, open_ended: bool) -> Scalar:
    if not open_ended or not all(isinstance(word, str) for word in words):
        return Scalar(words[0], tuple(words[1:]), st.sampled_from(words), fixed=len(words) == 1)
    unknown = st.from_regex(WORD, fullmatch=True).filter(lambda word: word not in words)
    return Scalar(words[0], (*words[1:], _least(WORD.pattern)), st.sampled_from(words) | unknown)


def _times(schema: Schema) -> Scalar:
    """Times, of which a pattern can say the digits but not how many days a month has."""
    write = format_of(Type("time"), schema, vocabulary()).write or int
    first, least, last = (round(time.timestamp() * 1000) for time in (_FIRST, _LEAST, _LAST))
    return Scalar(write(least), (write(first), write(last)), st.integers(first, last).map(write))


def _text(schema: Schema) -> Scalar:
    if "format" in schema:
        return _FORMATS[schema["format"]]()
    if "pattern" in schema:
        return _patterned(schema["pattern"])
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    telling = ("Ж" * max(1, shortest), *(("x" * longest,) if longest else ()))
    most = max(LONGEST, shortest) if longest is None else longest
    return Scalar("0" * shortest, telling, st.text(_CHARACTERS, min_size=shortest, max_size=most))


def _patterned(pattern: str) -> Scalar:
    fits = re.compile(pattern).fullmatch
    runs = (letter * length for letter in "9z" for length in range(LONGEST, 1, -1))
    longest = next((run for run in runs if fits(run)), "")
    telling = dict.fromkeys(text for text in ("00", str(_EXACT), longest) if fits(text))
    drawn = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True, alphabet=st.characters(codec="ascii"))
    return Scalar(_least(pattern), tuple(telling), drawn)


@cache
def _least(pattern: str) -> str:
    """The simplest text of a pattern. Hypothesis looks for it in another thread: in this one, it may be drawing."""
    texts = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(find, texts, lambda _: True, settings=_QUIET).result()


def _uuids() -> Scalar:
    return Scalar("00000000-0000-0000-0000-000000000000", (), st.uuids().map(str))


def _urls() -> Scalar:
    drawn = st.from_regex(r"https?://[a-z]{1,9}\.example(/[a-z0-9]{0,9}){0,3}", fullmatch=True)
    return Scalar("http://a", (), drawn)


def _dates() -> Scalar:
    telling = (_FIRST.date().isoformat(), _LAST.date().isoformat())
    return Scalar(_LEAST.date().isoformat(), telling, st.dates(date(1970, 1, 1)).map(date.isoformat))


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
    telling = dict.fromkeys(value for value in likely if low <= value <= high and value != least)
    return Scalar(least, tuple(telling), drawn)


def _boolean(_: Schema) -> Scalar:
    return Scalar(least=False, telling=(True,), drawn=st.booleans())


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
