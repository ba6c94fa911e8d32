"""The formats in which a value can have been written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import vocabulary
from mockserver.contract.formats import format_of
from mockserver.contract.vocabulary import Type
from mockserver.drift.inference.encodings import Encoding, decoded


@pytest.mark.parametrize(
    ("type_", "value", "facts"),
    [
        ("money", 16, {("x-unit", "cents"): 16, ("x-unit", "dollars"): 1600}),
        ("money", "0.16", {("x-unit", "dollars"): 16}),
        ("money", "16", {("x-unit", "cents"): 16}),
        ("money", True, {}),
        ("ratio", "92%", {("x-unit", "percent"): 0.92}),
        ("ratio", 92, {("x-unit", "percent"): 0.92}),
        ("time", "2025-06-15T15:06:40Z", {("x-time", "iso"): 1_750_000_000_000}),
        ("time", "2025-06-15 15:06:40", {("x-time", "utc"): 1_750_000_000_000}),
        ("time", 1_750_000_000, {("x-time", "seconds"): 1_750_000_000_000}),
        ("time", 1_750_000_000_000, {("x-time", "milliseconds"): 1_750_000_000_000}),
        ("time", 16, {}),
        ("digits", 5, {None: "5"}),
        ("text", "12", {None: "12"}),
        ("text", "bsc", {None: "bsc", ("x-words", "lower"): "BSC"}),
    ],
)
def test_a_value_is_read_in_every_format_that_writes_it(type_: str, value: Any, facts: dict[Any, Any]) -> None:
    assert {encoding.annotation: fact for encoding, fact in decoded(Type(type_), value)} == facts


def test_a_number_may_be_written_otherwise_in_a_request() -> None:
    assert dict(decoded(Type("money"), "0.5", exact=False)) == {Encoding("string", ("x-unit", "dollars")): 50}


def test_whole_numbers_stand_among_fractions() -> None:
    assert dict(decoded(Type("money"), 1, "number"))[Encoding("number", ("x-unit", "dollars"))] == 100


@given(
    st.sampled_from(["money", "ratio", "time", "text", "digits", "integer"]), st.integers() | st.text() | st.floats()
)
def test_what_is_read_is_written_as_it_was(type_: str, value: Any) -> None:
    for encoding, fact in decoded(Type(type_), value):
        form = format_of(Type(type_), encoding.schema, vocabulary())
        assert (fact if form.write is None else form.write(fact)) == value
