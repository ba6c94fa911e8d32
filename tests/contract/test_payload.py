"""Strict JSON and strict query strings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.payload import PayloadError, read_json, read_query

if TYPE_CHECKING:
    from collections.abc import Callable

characters = st.characters(exclude_categories=["Cs"])
text = st.text(characters, max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * depth + b"]" * depth + b"}"


def refused(read: Callable[[bytes], object], sent: bytes) -> str | None:
    """The first two words of the reason why these bytes cannot be read; None if they can."""
    try:
        read(sent)
    except PayloadError as error:
        return " ".join(str(error).split()[:2])
    return None


@given(values)
def test_json_is_read_as_it_was_written(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


@given(values)
def test_json_in_utf_8_is_read_as_it_was_written(value: object) -> None:
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert refused(read_json, body) in (None, "the body")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b" ", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b"{}{}", "is not valid JSON"),
        (b"{'a': 1}", "is not valid JSON"),
        (b"[1,]", "is not valid JSON"),
        (b"NaN", "is not valid JSON"),
        (b"-Infinity", "is not valid JSON"),
        (b"1e400", "is not valid JSON"),
        (b"9" * 5000, "is not valid JSON"),
        (b'"\xff"', "is not valid JSON"),
        (b'"\xed\xa0\x80"', "is not valid JSON"),
        (b'"\\ud800"', "is not valid JSON"),
        (b'"a\0"', "is not valid JSON"),
        (b"{}\0", "is not valid JSON"),
        (b"\xef\xbb\xbf{}", "is not valid JSON"),
        ('{"a": 1}'.encode("utf-16"), "is not valid JSON"),
        (b'{"a": 1, "a": 1}', 'has the field "a" twice'),
        (b'{"a": 1, "\\u0061": 2}', 'has the field "a" twice'),
        (b'{"b": [{"a": 1, "c": 2, "a": 3}]}', 'has the field "a" twice'),
        (nested(1000), "is nested too deeply"),
        (nested(100_000), "is not valid JSON: depth limit exceeded"),
    ],
)
def test_a_defect_is_named(body: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=f"^the body {reason}"):
        read_json(body)


def test_the_name_of_a_repeated_field_is_cut() -> None:
    name = b"x" * 100_000
    with pytest.raises(PayloadError) as error:
        read_json(b'{"%s": 1, "%s": 2}' % (name, name))
    assert len(str(error.value)) < 200


def test_a_repeated_field_is_found_among_many() -> None:
    fields = b",".join(b'"f%d":1' % number for number in range(80_000))
    with pytest.raises(PayloadError, match='"f79999" twice'):
        read_json(b'{%s,"f79999":2}' % fields)


@given(st.lists(st.tuples(text.filter(bool), text)))
def test_a_query_is_read_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    assert read_query(urlencode(pairs).encode()) == pairs


@given(st.binary())
def test_any_bytes_of_a_query_are_read_or_refused(query: bytes) -> None:
    assert refused(read_query, query) in (None, "the query", "a %")


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a+b=c%2Bd+e", [("a b", "c+d e")]),
        (b"%C3%BC=%F0%9F%98%80", [("ü", "😀")]),
        (b"a;b=1", [("a;b", "1")]),
        (b"a%00=%00", [("a\0", "\0")]),
    ],
)
def test_a_query_is_read_leniently_where_it_is_clear(query: bytes, pairs: list[tuple[str, str]]) -> None:
    assert read_query(query) == pairs


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (b"a=%ff", "the query is not valid UTF-8"),
        (b"a=\xff", "the query is not valid UTF-8"),
        (b"a=%ed%a0%80", "the query is not valid UTF-8"),
        (b"a=%", "a % in the query is not followed by two hexadecimal digits"),
        (b"a=%4", "a % in the query is not followed by two hexadecimal digits"),
        (b"a=%zz", "a % in the query is not followed by two hexadecimal digits"),
        (b"%g0=a", "a % in the query is not followed by two hexadecimal digits"),
    ],
)
def test_a_broken_query_is_refused(query: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=f"^{reason}$"):
        read_query(query)
