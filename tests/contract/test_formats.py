"""How single values are written on the wire, and read from it: units, times, words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.formats import Format, FormatError, dollars_text, format_of, utc
from mockserver.contract.vocabulary import SCALARS, Type, vocabulary

Schema = dict[str, Any]

NOON = 1_747_461_600_000 + 433_000
"""2025-05-17 06:07:13 UTC."""
OPERATIONS = ("refund", "another")

STRING, INTEGER, NUMBER, BOOLEAN = ({"type": name} for name in ("string", "integer", "number", "boolean"))


def formatted(type_: str, schema: Schema) -> Format:
    return format_of(
        Type.parse(type_), schema, vocabulary(), OPERATIONS if type_ == "text" and "x-of" in schema else ()
    )


def written(type_: str, schema: Schema, value: Any) -> Any:
    write = formatted(type_, schema).write
    return value if write is None else write(value)


# Both ways

BOTH_WAYS: list[tuple[str, Schema, Any, Any]] = [
    ("money", INTEGER, 16, 16),
    ("money", NUMBER, 16, 16),
    ("money", STRING, 16, "16"),
    ("money", {"x-unit": "cents"}, 16, 16),
    ("money", {**NUMBER, "x-unit": "dollars"}, 16, 0.16),
    ("money", {**STRING, "x-unit": "dollars"}, 16, "0.16"),
    ("money", {**STRING, "x-unit": "dollars"}, -1605, "-16.05"),
    ("money", {**INTEGER, "x-unit": "dollars"}, 500, 5),
    ("ratio", NUMBER, 0.92, 0.92),
    ("ratio", STRING, 0.92, "0.92"),
    ("ratio", {**NUMBER, "x-unit": "fraction"}, 0.92, 0.92),
    ("ratio", {**INTEGER, "x-unit": "percent"}, 0.29, 29),
    ("ratio", {**NUMBER, "x-unit": "percent"}, 0.925, 92.5),
    ("ratio", {**STRING, "x-unit": "percent"}, 0.92, "92%"),
    ("ratio", {**STRING, "x-unit": "percent"}, 0.925, "92.5%"),
    ("integer", INTEGER, 7, 7),
    ("integer", STRING, 7, "7"),
    ("decimal", STRING, "4.99", "4.99"),
    ("decimal", NUMBER, "4.99", 4.99),
    ("digits", STRING, "86123", "86123"),
    ("digits", INTEGER, "86123", 86123),
    ("code", INTEGER, "2001", 2001),
    ("code", STRING, "2001", "2001"),
    ("code", {**STRING, "x-words": "lower"}, "NO_NUMBERS", "no_numbers"),
    ("digits", {"type": ["integer", "null"]}, "86123", 86123),
    ("text", STRING, "BSC", "BSC"),
    ("text", {}, "BSC", "BSC"),
    ("text", {**STRING, "x-words": "lower"}, "BSC", "bsc"),
    ("text", {**STRING, "x-words": "upper"}, "BSC", "BSC"),
    ("text", {**STRING, "x-words": {"any": "all"}}, "any", "all"),
    ("text", {**STRING, "x-words": {"any": "all"}}, "att", "att"),
    ("text", {"x-of": OPERATIONS, "x-words": {"refund": "return"}}, "refund", "return"),
    ("text", {"x-of": OPERATIONS, "x-words": {"refund": "return"}}, "another", "another"),
    ("boolean", BOOLEAN, True, True),
    ("boolean", {}, False, False),
    ("boolean", INTEGER, True, 1),
    ("boolean", STRING, False, "false"),
    ("boolean", {**STRING, "x-words": {"true": "yes", "false": "no"}}, True, "yes"),
    ("boolean", {**INTEGER, "x-words": {"false": 2}}, False, 2),
    ("state", STRING, "completed", "completed"),
    ("state", {**STRING, "x-words": {"completed": "done"}}, "completed", "done"),
    ("state", {**STRING, "x-words": {"completed": ["done", "complete"]}}, "completed", "done"),
    ("state", {**STRING, "x-words": "upper"}, "completed", "COMPLETED"),
    ("state", {"x-words": {"completed": 2}}, "completed", 2),
    ("state", {**STRING, "x-words": {"expired": "waiting", "refunded": "gone"}}, "waiting", "waiting"),
    ("state", {**STRING, "x-words": {"refunded": "gone", "expired": "gone"}}, "refunded", "gone"),
    ("state", {**STRING, "x-words": {"waiting": "completed", "completed": "waiting"}}, "waiting", "completed"),
    ("time", STRING, NOON, "2025-05-17 06:07:13"),
    ("time", {**STRING, "x-time": "utc"}, NOON, "2025-05-17 06:07:13"),
    ("time", {**STRING, "x-time": "iso"}, NOON, "2025-05-17T06:07:13Z"),
    ("time", {**STRING, "x-time": "offset"}, NOON, "2025-05-17T06:07:13+00:00"),
    ("time", {**STRING, "x-time": "date"}, NOON // 86_400_000 * 86_400_000, "2025-05-17"),
    ("time", INTEGER, NOON, NOON // 1000),
    ("time", {**INTEGER, "x-time": "seconds"}, NOON, NOON // 1000),
    ("time", {**STRING, "x-time": "seconds"}, NOON, str(NOON // 1000)),
    ("time", {**INTEGER, "x-time": "milliseconds"}, NOON + 5, NOON + 5),
    ("time", {**STRING, "x-time": "milliseconds"}, NOON + 5, str(NOON + 5)),
    ("deadline", STRING, NOON + 999, "2025-05-17 06:07:13"),
    ("deadline", INTEGER, NOON + 999, NOON // 1000),
    ("deadline", {**INTEGER, "x-time": "milliseconds"}, NOON + 5, NOON + 5),
    ("deadline", {**STRING, "x-time": "date"}, (NOON // 86_400_000 + 1) * 86_400_000 - 1, "2025-05-17"),
]
both_ways = pytest.mark.parametrize(("type_", "schema", "value", "wire"), BOTH_WAYS)


@both_ways
def test_a_value_is_written(type_: str, schema: Schema, value: Any, wire: Any) -> None:
    found = written(type_, schema, value)
    assert (found, type(found)) == (wire, type(wire))


@both_ways
def test_what_is_written_is_read(type_: str, schema: Schema, value: Any, wire: Any) -> None:
    found = formatted(type_, schema).read(wire)
    assert (found, type(found)) == (value, type(value))


def test_every_type_has_a_case() -> None:
    assert {type_ for type_, *_ in BOTH_WAYS} == {*SCALARS, "state"}


# What else is read

READ: list[tuple[str, Schema, Any, Any]] = [
    ("money", INTEGER, "16", 16),
    ("money", INTEGER, 15.2, 16),  # a part of a cent is a whole one: nobody spends less than he was told
    ("money", {**NUMBER, "x-unit": "dollars"}, "0.161", 17),
    ("money", {**INTEGER, "x-unit": "dollars"}, 5.15, 515),
    ("money", {**NUMBER, "x-unit": "dollars"}, 0.29, 29),
    ("money", INTEGER, "1e2", 100),
    ("ratio", {**NUMBER, "x-unit": "percent"}, " 92%", 0.92),
    ("ratio", NUMBER, "0.5", 0.5),
    ("integer", INTEGER, "7", 7),
    ("integer", INTEGER, 7.9, 7),
    ("decimal", STRING, 5, "5"),
    ("decimal", STRING, "1e3", "1000"),
    ("digits", STRING, 86123, "86123"),
    ("digits", INTEGER, "86123", "86123"),
    ("text", STRING, 12, "12"),
    ("text", {**STRING, "x-words": "lower"}, "Bsc", "BSC"),
    ("boolean", BOOLEAN, "true", True),
    ("boolean", {**STRING, "x-words": {"true": "yes", "false": "no"}}, False, False),
    ("boolean", {**STRING, "x-words": {"true": ["yes", "ok"]}}, "ok", True),
    ("state", {**STRING, "x-words": {"completed": ["done", "complete"]}}, "complete", "completed"),
    ("state", {**STRING, "x-words": {"waiting": "open", "completed": "open"}}, "open", "waiting"),
    ("time", STRING, "2025-05-17T08:07:13+02:00", NOON),
    ("time", STRING, "2025-05-17T06:07:13.005Z", NOON + 5),
    ("time", STRING, "2025-05-17", 1_747_440_000_000),
    ("time", INTEGER, str(NOON // 1000), NOON),
]


@pytest.mark.parametrize(("type_", "schema", "wire", "value"), READ)
def test_what_is_meant_is_read(type_: str, schema: Schema, wire: Any, value: Any) -> None:
    found = formatted(type_, schema).read(wire)
    assert (found, type(found)) == (value, type(value))


NO_NUMBERS: list[Any] = ["", "x", None, True, [], "NaN", "Infinity", "9" * 41, "1e99"]
NO_TEXTS: list[Any] = [None, True, [], {}]
UNREADABLE: list[tuple[str, Schema, Any, str]] = [
    *(("money", INTEGER, wire, "a number") for wire in NO_NUMBERS),
    ("ratio", NUMBER, "half", "a number"),
    ("integer", INTEGER, {}, "a number"),
    ("decimal", STRING, "much", "a number"),
    ("digits", INTEGER, "x", "a number"),
    *(("text", STRING, wire, "text") for wire in NO_TEXTS),
    ("boolean", BOOLEAN, "yes", '"true" or "false"'),
    ("boolean", {**STRING, "x-words": {"true": "yes"}}, "ok", '"yes" or "false"'),
    ("boolean", INTEGER, [], "1 or 0"),
    ("coupon_status", STRING, "burnt", '"issued", "used" or "expired"'),
    ("coupon_status", STRING, ["used"], '"issued", "used" or "expired"'),
    ("coupon_status", {"x-words": {"used": "gone"}}, "used", '"issued", "gone" or "expired"'),
    ("time", STRING, "soon", "a time such as 2025-05-17 06:07:13"),
    ("time", STRING, "2025-02-30 00:00:00", "a time such as 2025-05-17 06:07:13"),
    ("time", {**STRING, "x-time": "offset"}, "soon", "a time such as 2025-05-17T06:07:13+00:00"),
    ("time", {**STRING, "x-time": "date"}, "soon", "a time such as 2025-05-17"),
    ("time", STRING, 5, "a time as text"),
    ("time", STRING, "2" * 41, "a time as text"),
    ("time", INTEGER, "soon", "a number"),
]


@pytest.mark.parametrize(("type_", "schema", "wire", "expected"), UNREADABLE)
def test_what_cannot_be_read_is_told_what_it_should_be(type_: str, schema: Schema, wire: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        formatted(type_, schema).read(wire)


# What cannot be written so

WRONG: list[tuple[str, Schema, str, str]] = [
    ("money", {"x-unit": "dolars"}, "x-unit", "x-unit must be cents or dollars, did you mean dollars?"),
    ("ratio", {"x-unit": "cents"}, "x-unit", "x-unit must be fraction or percent, did you mean percent?"),
    ("state", {"x-unit": "cents"}, "x-unit", "x-unit does not apply to state, which has no unit"),
    ("time", {"x-unit": "seconds"}, "x-unit", "x-unit does not apply to time, which has no unit"),
    ("money", {"x-time": "utc"}, "x-time", "x-time does not apply to money, which is not a time"),
    ("money", {"x-words": "lower"}, "x-words", "x-words does not apply to money, which has no words"),
    ("time", {"x-words": {"a": "b"}}, "x-words", "x-words does not apply to time, which has no words"),
    ("money", BOOLEAN, "type", "money is written as a number or a string, not as boolean"),
    ("ratio", INTEGER, "type", "a ratio is written as a number or a string, not as integer"),
    ("integer", BOOLEAN, "type", "an integer is written as a number or a string, not as boolean"),
    ("decimal", INTEGER, "type", "a decimal number is written as a number or a string, not as integer"),
    ("digits", BOOLEAN, "type", "text is written as a string, not as boolean"),
    ("text", INTEGER, "type", "text is written as a string, not as integer"),
    ("time", {**INTEGER, "x-time": "offset"}, "type", "a time as offset is written as a string, not as integer"),
    ("time", {**INTEGER, "x-time": "iso"}, "type", "a time as iso is written as a string, not as integer"),
    ("time", BOOLEAN, "type", "a time as utc is written as a string, not as boolean"),
    ("deadline", {**BOOLEAN, "x-time": "seconds"}, "type",
     "a time as seconds is written as a number or a string, not as boolean"),
    (
        "coupon_status",
        {"x-words": {"burnt": "x"}},
        "x-words",
        "burnt is not one of the words issued, used, expired",
    ),
    (
        "coupon_status",
        {"x-words": {"expird": "x"}},
        "x-words",
        "expird is not one of the words issued, used, expired, did you mean expired?",
    ),
    ("boolean", {"x-words": {"yes": "y"}}, "x-words", "the words of a boolean must have only the keys true and false"),
    ("boolean", {"x-words": "upper"}, "x-words", "the words of a boolean must have only the keys true and false"),
    (
        "coupon_status",
        {"enum": ["issued", "used"]},
        "enum",
        'the enum lacks "expired": add it, or change x-words',
    ),
    (
        "coupon_status",
        {"enum": ["issued", "used", "expired"], "x-words": {"used": "gone", "expired": "old"}},
        "enum",
        'the enum lacks "gone", "old": add it, or change x-words',
    ),
    (
        "boolean",
        {**STRING, "enum": ["on", "off"], "x-words": {"true": "on"}},
        "enum",
        'the enum lacks "false": add it, or change x-words',
    ),
    ("order", {}, "x-value", "order is not a single value: name a field of it, or use x-each"),
    ("list of text", {}, "x-value", "list of text is not a single value: name a field of it, or use x-each"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "schema", "keyword", "message"), WRONG)
def test_what_does_not_go_together_is_told(type_: str, schema: Schema, keyword: str, message: str) -> None:
    with pytest.raises(FormatError) as error:
        formatted(type_, schema)
    assert (error.value.keyword, str(error.value)) == (keyword, message)


# For all values

cents = st.integers(-(10**12), 10**12)
instants = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001 - made aware here
    lambda moment: int(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000
)
MONEY = [
    {**kind, **unit}
    for kind in (INTEGER, NUMBER, STRING, {})
    for unit in ({}, {"x-unit": "cents"}, {"x-unit": "dollars"})
]
TIMES = [
    ({"x-time": form, **kind}, resolution)
    for form, resolution in (
        ("utc", 1000),
        ("iso", 1000),
        ("offset", 1000),
        ("date", 86_400_000),
        ("seconds", 1000),
        ("milliseconds", 1),
    )
    for kind in (STRING, INTEGER)
    if kind is STRING or form in ("seconds", "milliseconds")
]


@given(st.sampled_from(MONEY), cents)
def test_money_is_read_to_the_cent_as_it_was_written(schema: Schema, amount: int) -> None:
    assert formatted("money", schema).read(written("money", schema, amount)) == amount


@given(cents)
def test_dollars_are_cents_with_the_point_moved(amount: int) -> None:
    assert Decimal(dollars_text(amount)) == Decimal(amount) / 100


@given(st.sampled_from(TIMES), instants)
def test_a_time_is_read_as_exactly_as_it_was_written(form: tuple[Schema, int], instant: int) -> None:
    schema, resolution = form
    assert formatted("time", schema).read(written("time", schema, instant)) == instant // resolution * resolution


@given(st.sampled_from(TIMES), instants)
def test_a_deadline_is_the_end_of_what_was_named(form: tuple[Schema, int], instant: int) -> None:
    schema, resolution = form
    found = formatted("deadline", schema).read(written("deadline", schema, instant))
    assert found == instant // resolution * resolution + resolution - 1


@given(instants)
def test_a_time_is_written_in_utc_to_the_second(instant: int) -> None:
    assert utc(instant) == datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S").zfill(19)


@given(st.lists(instants, min_size=2))
def test_written_times_compare_as_the_times_do(times: list[int]) -> None:
    assert all(utc(earlier) <= utc(later) for earlier, later in pairwise(sorted(times)))


@given(st.integers(0, 100), st.sampled_from([INTEGER, NUMBER, STRING]))
def test_a_percentage_is_read_as_it_was_written(percent: int, kind: Schema) -> None:
    schema = {**kind, "x-unit": "percent"}
    assert formatted("ratio", schema).read(written("ratio", schema, percent / 100)) == percent / 100
