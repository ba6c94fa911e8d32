"""The common shape of bodies."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.drift.inference.bodies import (
    Node,
    ends,
    fixed_arrays,
    items,
    key_column,
    leaves,
    lists,
    parts,
    shape,
    split,
)


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


@pytest.mark.parametrize(
    ("texts", "between", "tokens"),
    [
        (["12-ds", "16-wa"], ("-",), [["12", "ds"], ["16", "wa"]]),
        (["a: b, c"], (": ", ", "), [["a", "b", "c"]]),
        (["a-b-c-d"], ("-", "-", "-"), [["a", "b", "c", "d"]]),
        (["a-b-c-d-e"], (), []),
        (["a-b", "a_b"], (), []),
        (["a-b", "a"], (), []),
        (["a-"], (), []),
        (["ab"], (), []),
        ([""], (), []),
        ([], (), []),
    ],
)
def test_texts_are_split_at_the_punctuation_that_all_have(
    texts: list[str], between: tuple[str, ...], tokens: list[list[str]]
) -> None:
    found, parts_of = split(dict(enumerate(texts)))
    assert (found, [*parts_of.values()]) == (between, tokens)


def test_the_ends_of_texts_are_their_first_and_last_words() -> None:
    node = shape(["Hong Kong (14)", "Chad (7)"], codes)
    assert [(list(end.cells.values()), end.pieces, end.part) for end in ends(node)] == [
        (["Hong", "Chad"], ("", " "), 0),
        (["14", "7"], (" ", ""), 1),
    ]


@pytest.mark.parametrize("texts", [["Hong Kong", "Chad"], [""], [1, 2], []])
def test_texts_of_single_words_have_no_ends(texts: list[Any]) -> None:
    assert [*ends(shape(texts, codes))] == []


def test_the_keys_of_an_object_are_a_column_by_the_place_of_the_item() -> None:
    root = shape([{"by": {"12": 1, "16": 2}}, {"by": {"12": 3}}], codes)
    column = key_column(root.members["by"])
    assert column.cells == {(0, "12"): "12", (0, "16"): "16", (1, "12"): "12"}
    assert column.node.path == ("by", "key")


def test_an_object_without_keys_has_no_column_of_keys() -> None:
    assert key_column(shape([{"a": 1}], codes)).cells == {}


def test_an_object_is_no_list_if_one_name_is_no_key() -> None:
    root = shape([{"12": 1}, {"16": 1, "total": 2}], codes)
    assert not root.is_keyed
    assert root.members.keys() == {"12", "16", "total"}


def test_items_of_a_list_have_the_places_of_their_values() -> None:
    root = shape([{"rows": [{"a": 1, "b": [1, 2]}, {"a": 2}]}, {"rows": [{"a": 3}]}], codes)
    assert list(items(root.members["rows"], (0,))) == [(0, 0), (0, 1)]


def test_values_outside_of_lists_are_leaves() -> None:
    root = shape([{"a": 1, "b": {"c": 2}, "rows": [{"d": 3}]}], codes)
    assert [leaf.path for leaf in leaves(root)] == [("a",), ("b", "c")]


def test_lists_in_lists_are_not_those_of_the_place() -> None:
    root = shape([{"rows": [{"inner": [1]}], "by": {"12": 1}}], codes)
    assert [node.path for node in lists(root)] == [("rows",), ("by",)]


@pytest.mark.parametrize(
    ("path", "found"), [(("rows", "[]", "a"), True), (("by", "{}"), True), (("rows", "x"), False), (("z", "a"), False)]
)
def test_a_place_is_found_by_its_path(path: tuple[str, ...], found: bool) -> None:
    node = shape([{"rows": [{"a": 1}], "by": {"12": 1}}], codes).at(path)
    assert (node is not None and node.path == path) is found


@pytest.mark.parametrize(
    ("bodies", "types", "kind"),
    [
        ([1, 0.5], ["number"], "number"),
        ([None, 1], ["integer", "null"], "integer"),
        ([1, "a"], ["integer", "string"], ""),
        ([None], ["null"], ""),
        ([[], {}], ["array", "object"], ""),
    ],
)
def test_the_kind_is_the_only_type_apart_from_null(bodies: list[Any], types: list[str], kind: str) -> None:
    node = shape(bodies, codes)
    assert (node.types, node.kind) == (types, kind)
