from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.arguments import coercion
from mockserver.contract.parts import SCALARS


@pytest.mark.parametrize(
    ("types", "text", "value"),
    [
        (["integer"], "12", 12),
        (["integer"], "-0", 0),
        (["integer"], "9" * 1000, int("9" * 1000)),
        (["number"], "1", 1),
        (["number"], "-1.5e2", -150.0),
        (["boolean"], "true", True),
        (["boolean"], "false", False),
        (["integer", "boolean"], "true", True),
        (["boolean", "integer"], "7", 7),
    ],
)
def test_text_becomes_a_value_of_the_type(types: list[str], text: str, value: object) -> None:
    read = coercion(types)
    assert read is not None
    assert (read(text), type(read(text))) == (value, type(value))


@pytest.mark.parametrize(
    ("types", "text"),
    [
        (["integer"], "1.0"),
        (["integer"], "007"),
        (["integer"], "+1"),
        (["integer"], "1_0"),
        (["integer"], " 1"),
        (["integer"], "\N{FULLWIDTH DIGIT ONE}"),
        (["integer"], "1\n"),
        (["integer"], "9" * 5000),
        (["number"], "1e999"),
        (["number"], "nan"),
        (["number"], "1" + "0" * 5000),
        (["boolean"], "True"),
        (["boolean"], "1"),
        (["integer", "boolean"], "yes"),
    ],
)
def test_what_cannot_be_read_stays_text(types: list[str], text: str) -> None:
    read = coercion(types)
    assert read is not None
    assert read(text) == text


@pytest.mark.parametrize("types", [["string"], ["integer", "string"], ["object"], []])
def test_nothing_is_read_where_text_may_stand(types: list[str]) -> None:
    assert coercion(types) is None


@given(st.lists(st.sampled_from(SCALARS), min_size=1), st.text() | st.from_regex(r"-?[0-9.eE+]{1,400}"))
def test_any_text_is_read_or_stays(types: list[str], text: str) -> None:
    read = coercion(types)
    assert read is None or read(text) == text or isinstance(read(text), int | float)
