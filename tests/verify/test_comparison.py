from __future__ import annotations

from typing import Any

import pytest

from mockserver.verify.assertions import alike, differences


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a": 1}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
        ([{"a": 1}], [{"b": 2}]),
        ([], []),
        (None, None),
        (16, 16.0),
    ],
)
def test_what_one_does_not_state_is_no_difference(one: Any, two: Any) -> None:
    assert alike(one, two)


@pytest.mark.parametrize(
    ("one", "two", "names"),
    [
        ({"a": 1}, {"a": 2}, ["a"]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 2, "c": 3}}, ["a.b", "a.c"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["a[0].b"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": None}, {"a": {}}, ["a"]),
    ],
)
def test_what_both_state_differently_is_named(one: Any, two: Any, names: list[str]) -> None:
    assert [difference.name for difference in differences(one, two)] == names
