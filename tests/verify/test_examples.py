from __future__ import annotations

from typing import Any

import pytest

from mockserver.verify.examples import differences, misnamed


def rules(example: Any, got: Any, *, values: bool = True, whole: bool = True) -> list[str]:
    return [difference.rule for difference in differences(example, got, values=values, whole=whole)]


@pytest.mark.parametrize(
    ("example", "got", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["example-value"]),
        ({"a": 1}, {"a": "1"}, ["example-shape"]),
        ({"a": True}, {"a": 1}, ["example-shape"]),
        ({"a": 1}, {}, ["example-shape"]),
        ({"a": 1}, {"a": 1, "b": 2}, ["example-shape"]),
        ([1], [1, 2], ["example-value"]),
        ({"a": "comp…"}, {"a": "completed"}, []),
        ({"a": "comp…"}, {"a": "expired"}, ["example-value"]),
        ({"a": None}, {"a": None}, []),
    ],
)
def test_an_answer_is_compared_value_for_value(example: Any, got: Any, found: list[str]) -> None:
    assert rules(example, got) == found


def test_a_page_that_was_cut_allows_more_fields() -> None:
    assert rules({"a": 1}, {"a": 1, "b": 2}, whole=False) == []


@pytest.mark.parametrize(
    ("example", "got", "found"),
    [
        ({"a": 1}, {"a": 7, "b": 2}, []),
        ({"a": 1}, {"a": "7"}, ["example-shape"]),
        ([{"a": 1}], [{"a": 7}, {"a": 8}], []),
        ([{"a": 1}], [{"a": 7}, {}], ["example-shape"]),
        ([[1, "a"]], [[7, "b"], [8, "c"]], []),
        ([], [1], []),
        ({"a": None}, {"a": "text"}, []),
    ],
)
def test_elsewhere_an_answer_is_compared_by_its_shape(example: Any, got: Any, found: list[str]) -> None:
    assert rules(example, got, values=False, whole=False) == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"offer": {"service": {"code": "ds", "name": "Discord"}}}, 0),
        ({"offer": {"service": {"code": "ds", "name": "Telegram"}}}, 1),
        ({"offer": {"service": {"code": "tg", "name": "Telegram"}}}, 0),
        ({"orders": [{"country": {"code": "12", "name": "Russia"}}]}, 1),
        ({"offer": {"service": {"code": "ds"}}}, 0),
    ],
)
def test_a_code_has_the_documented_name(facts: Any, found: int) -> None:
    assert len(list(misnamed(facts))) == found
