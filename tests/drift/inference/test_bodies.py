"""The common shape of bodies."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.drift.inference.bodies import Node, fixed_arrays, parts, shape


def codes(node: Node) -> bool:
    return node.members.keys() <= {"12", "16"}


def test_fields_of_all_bodies_are_counted() -> None:
    root = shape([{"a": 1}, {"a": 2, "b": None}], codes)
    assert {name: (node.times, node.types) for name, node in root.members.items()} == {
        "a": (2, ["integer"]),
        "b": (1, ["null"]),
    }


def test_an_object_whose_names_are_keys_is_a_list() -> None:
    root = shape([{"12": {"name": "x"}, "16": {"name": "y"}}], codes)
    assert root.is_keyed
    assert root.item is not None
    assert root.item.members["name"].distinct == ["x", "y"]


def test_keyed_objects_are_found_in_each_other() -> None:
    root = shape([{"by": {"12": {"16": 1}}}], codes)
    assert [".".join(node.path) for node in root.walk() if node.is_keyed] == ["by", "by.{}"]


def test_true_is_another_value_than_one() -> None:
    assert shape([{"a": 1}, {"a": True}], codes).members["a"].distinct == [1, True]


@pytest.mark.parametrize(
    ("rows", "fixed"),
    [
        ([[1, "a"], [2, "b"]], {("row",)}),
        ([[1, "a"], [2]], set()),
        ([[1, "a"]], set()),
        ([[{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]], set()),
    ],
)
def test_arrays_of_single_values_and_the_same_length_may_be_tuples(rows: list[Any], fixed: set[Any]) -> None:
    assert fixed_arrays(shape([{"row": row} for row in rows], codes)) == fixed


def test_the_items_of_a_tuple_are_columns_of_their_own() -> None:
    root = shape([{"row": [1, "a"]}, {"row": [2, "b"]}], codes, {("row",)})
    assert [node.distinct for node in root.members["row"].members.values()] == [[1, 2], ["a", "b"]]


def test_the_parts_of_texts_with_the_same_punctuation_are_columns() -> None:
    node = shape(["12-ds", "16-wa"], codes)
    assert [list(part.cells.values()) for part in parts(node)] == [["12", "16"], ["ds", "wa"]]


@pytest.mark.parametrize("texts", [["12-ds", "16_wa"], ["plain"], ["a-b-c-d-e"], ["-a"]])
def test_other_texts_have_no_parts(texts: list[str]) -> None:
    assert [*parts(shape(texts, codes))] == []
