"""Schemas of values whose meaning is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.drift.inference.bodies import Node, shape
from mockserver.drift.inference.unknown_values import constant_of, format_of, is_plain, plain

UUID = "01234567-89ab-cdef-0123-456789abcdef"


def codes(node: Node) -> bool:
    return bool(node.members) and node.members.keys() <= {"12", "16"}


@pytest.mark.parametrize(
    ("bodies", "schema"),
    [
        ([1, 2], {"type": "integer", "minimum": 0}),
        ([-1, 2], {"type": "integer"}),
        ([1, 0.5], {"type": "number", "minimum": 0}),
        ([True], {"type": "boolean"}),
        ([None], {"type": "null"}),
        ([1, None], {"type": ["integer", "null"], "minimum": 0}),
        ([1, "a"], {"type": ["integer", "string"]}),
        (["any", "tmobile"], {"type": "string"}),
        (["5%", "92%"], {"type": "string", "pattern": "^[0-9]+%$"}),
        ([UUID], {"type": "string", "format": "uuid"}),
        (["2025-06-15T15:06:40Z"], {"type": "string", "format": "date-time", "pattern": "Z$"}),
        (
            ["2025-06-15T15:06:40.5Z", "2025-06-15T15:06:40Z"],
            {"type": "string", "format": "date-time", "pattern": "Z$"},
        ),
        (["2025-06-15T15:06:40Z", "2025-06-15T15:06:40+02:00"], {"type": "string", "format": "date-time"}),
        ([[1]], {"type": "array", "items": {"type": "integer", "minimum": 0}}),
        ([[]], {"type": "array"}),
        ([{}], {"type": "object"}),
        ([], {}),
    ],
)
def test_the_schema_has_the_types_and_forms_that_were_seen(bodies: list[Any], schema: dict[str, Any]) -> None:
    assert plain(shape(bodies, codes)) == schema


def test_a_field_is_required_if_all_objects_have_it() -> None:
    assert plain(shape([{"a": True, "b": True}, {"a": None}], codes)) == {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": ["boolean", "null"]}, "b": {"type": "boolean"}},
    }


def test_the_values_of_an_object_that_is_keyed_by_data_are_additional() -> None:
    assert plain(shape([{"12": True}, {"16": True}], codes)) == {
        "type": "object",
        "additionalProperties": {"type": "boolean"},
    }


def test_the_items_of_a_tuple_are_not_described() -> None:
    assert plain(shape([[1, "a"]], codes, {()})) == {"type": "array"}


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ([UUID, UUID], "uuid"),
        (["2025-06-15T15:06:40Z"], "date-time"),
        (["2025-06-15T15:06:40.123-05:00"], "date-time"),
        (["2025-06-15 15:06:40"], ""),
        (["2025-06-15T15:06:40"], ""),
        ([UUID, "2025-06-15T15:06:40Z"], ""),
        ([UUID, "any"], ""),
        ([f"{UUID}\n"], ""),
        ([], ""),
    ],
)
def test_a_format_is_that_of_all_texts(texts: list[str], name: str) -> None:
    assert format_of(texts) == name


@pytest.mark.parametrize(
    ("values", "constant"),
    [
        (["ok"] * 3, "ok"),
        ([True] * 3, True),
        ([False] * 3, False),
        (["ok"] * 2, None),
        ([7] * 3, None),
        ([""] * 3, None),
        (["ok", "ok", "ok", "done"], None),
        (["ok", "ok", "ok", None], None),
        (["ok", "ok", "ok", ["ok"]], None),
        ([True, True, True, 1], None),
        ([], None),
    ],
)
def test_a_word_or_flag_that_never_changes_is_constant(values: list[Any], constant: Any) -> None:
    assert constant_of(shape(values, codes)) is constant


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("ok", True),
        ("not ok", False),
        ("a1", False),
        ("", False),
        (True, True),
        (False, True),
        (0, True),
        (99, True),
        (100, False),
        (-1, False),
        (0.5, False),
        (None, False),
    ],
)
def test_a_word_a_flag_and_a_small_number_are_plain(value: Any, is_one: bool) -> None:
    assert is_plain(value) is is_one
