"""The value of a field has another type."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.faults.kinds.retype import Retype
from tests.simulation.faults.conftest import changed, json_values, paths

types = st.sampled_from(["string", "number", "null", "object", "array", "boolean"])


@pytest.mark.parametrize(
    ("value", "to", "expected"),
    [
        (16, "string", "16"),
        (None, "string", "null"),
        ([1], "string", "[1]"),
        ("16", "number", 16),
        ("sixteen", "number", 0),
        ("9" * 30, "number", 0),
        ("²", "number", 0),
        (True, "number", 0),
        (16, "null", None),
        (16, "object", {"value": 16}),
        (16, "array", [16]),
        (16, "boolean", True),
        ("", "boolean", False),
    ],
)
def test_a_value_gets_another_type(value: object, to: str, expected: object) -> None:
    assert orjson.dumps(changed(Retype("a", to), {"a": value})) == orjson.dumps({"a": expected})


@pytest.mark.parametrize(
    ("value", "to"),
    [
        ("a", "string"),
        (1, "number"),
        (1.5, "number"),
        (None, "null"),
        ({}, "object"),
        ([], "array"),
        (False, "boolean"),
    ],
)
def test_a_value_of_the_type_stays_what_it_is(value: object, to: str) -> None:
    body = {"a": value}
    assert changed(Retype("a", to), body) is body


def test_every_item_of_a_list_gets_another_type() -> None:
    assert changed(Retype("a[]", "string"), {"a": [1, 2]}) == {"a": ["1", "2"]}


@given(json_values, paths, types)
@settings(deadline=None)
def test_whatever_is_retyped_can_be_written(body: Any, path: str, to: str) -> None:
    orjson.dumps(changed(Retype(path, to), body))
