"""Values with the names that an overlay gave their fields, and with those from before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.spec.renaming import former, renamed, renames

SCHEMA: dict[str, Any] = {
    "oneOf": [
        {
            "properties": {
                "ok": {"const": True},
                "body": {
                    "items": {
                        "properties": {
                            "price": {"x-renamed-from": "cost"},
                            "parts": {
                                "x-renamed-from": "messages",
                                "items": {"properties": {"b": {"x-renamed-from": "a"}}},
                            },
                        }
                    }
                },
            }
        },
        {"properties": {"ok": {"const": False}, "why": {"x-renamed-from": "errorMessage"}}},
    ]
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ok": True, "body": [{"cost": 1, "x": 2}]}, {"ok": True, "body": [{"price": 1, "x": 2}]}),
        ({"ok": True, "body": [{"messages": [{"a": 1}]}]}, {"ok": True, "body": [{"parts": [{"b": 1}]}]}),
        ({"ok": False, "errorMessage": "no"}, {"ok": False, "why": "no"}),
        ([1], [1]),
        (None, None),
    ],
    ids=["in a list", "in a renamed field", "in another alternative", "elsewhere", "no object"],
)
def test_names_are_those_of_the_schema(before: object, after: object) -> None:
    assert renamed(SCHEMA, before) == after
    assert former(SCHEMA, after) == before


rows = st.fixed_dictionaries(
    {}, optional={"cost": st.integers(), "messages": st.lists(st.fixed_dictionaries({"a": st.none()}))}
)


@given(st.lists(rows))
@settings(deadline=None)
def test_what_was_renamed_has_its_former_names_again(body: list[Any]) -> None:
    value = {"ok": True, "body": body}
    assert former(SCHEMA, renamed(SCHEMA, value)) == value


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (SCHEMA, True),
        ({"properties": {"a": {"type": "string"}}}, False),
        (None, False),
        ({"items": {"x-renamed-from": "a"}}, True),
    ],
)
def test_a_schema_with_other_names_is_known(schema: Any, expected: bool) -> None:
    assert renames(schema) is expected
