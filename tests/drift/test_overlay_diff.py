"""The actions that turn the data of one document into another's."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.overlay_actions import apply
from mockserver.drift.overlay_diff import actions

names = st.sampled_from(["a", "b", "it's", "x/y", "$ref"])
values = st.recursive(
    st.none() | st.integers(0, 2) | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(names, values, max_size=3)
documents = st.fixed_dictionaries(
    {
        "info": objects,
        "paths": st.dictionaries(names, st.dictionaries(names, objects, max_size=2), max_size=2),
        "components": st.fixed_dictionaries({"schemas": st.dictionaries(names, objects, max_size=3)}),
    }
)


def changed(before: Any, steps: list[dict[str, Any]]) -> Any:
    data = deepcopy(before)
    for step in steps:
        assert apply(step, data)
    return data


@given(documents, documents)
def test_the_actions_make_the_other_document(before: Any, after: Any) -> None:
    assert changed(before, [*actions(before, after)]) == after


@given(documents)
def test_equal_documents_need_no_action(document: Any) -> None:
    assert [*actions(document, deepcopy(document))] == []


def test_a_change_deep_in_an_operation_is_one_update() -> None:
    before = {"paths": {"/a": {"get": {"responses": {"200": {"x": 1, "y": 2}}, "summary": "s"}}}}
    after = {"paths": {"/a": {"get": {"responses": {"200": {"x": 1, "y": 3}}, "summary": "s"}}}}
    assert [*actions(before, after)] == [
        {"target": "$['paths']['/a']['get']", "update": {"responses": {"200": {"y": 3}}}}
    ]


@pytest.mark.parametrize("schema", [{"type": "string"}, {"$ref": "#/other"}])
def test_a_reference_is_replaced_by_a_schema_and_not_merged_with_it(schema: dict[str, Any]) -> None:
    before = {"components": {"schemas": {"A": {"properties": {"x": {"$ref": "#/one"}}, "type": "object"}}}}
    after = {"components": {"schemas": {"A": {"properties": {"x": schema}, "type": "object"}}}}
    assert changed(before, [*actions(before, after)]) == after
