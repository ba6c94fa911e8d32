"""The actions of an overlay: what they select, what they change, and what they cannot."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract.overlay_actions import Action, Applied, Flaw, apply

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def applied(data: Any, *actions: Action) -> Any:
    """Return a copy of data after these actions."""
    changed = deepcopy(data)
    for action in actions:
        apply(action, changed)
    return changed


@pytest.mark.parametrize(
    ("data", "target", "update", "after"),
    [
        ({"a": {"b": 1}}, "$.a", {"c": 2}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, "$.a", {"b": 2}, {"a": {"b": 2}}),
        ({"a": {"b": {"c": 1}}}, "$", {"a": {"b": {"d": 2}}}, {"a": {"b": {"c": 1, "d": 2}}}),
        ({"a": {"b": [1, 2]}}, "$.a", {"b": [3]}, {"a": {"b": [3]}}),
        ({"a": {"b": {"c": 1}}}, "$.a", {"b": 2}, {"a": {"b": 2}}),
        ({"a": {"b": 2}}, "$.a", {"b": {"c": 1}}, {"a": {"b": {"c": 1}}}),
        ({"a": [1]}, "$.a", 2, {"a": [1, 2]}),
        ({"a": [1]}, "$.a", [2], {"a": [1, [2]]}),
        ({"a": {}, "b": {}}, "$[*]", {"c": 1}, {"a": {"c": 1}, "b": {"c": 1}}),
        ({"a": {}}, "$.b", {"c": 1}, {"a": {}}),
    ],
    ids=[
        "a mapping gets a new field",
        "a field gets a new value",
        "mappings in mappings are merged",
        "a list in a mapping is replaced",
        "a mapping gives way to a value",
        "a value gives way to a mapping",
        "a list gets a new item",
        "a list gets a list as its new item",
        "everything selected is updated",
        "nothing is selected",
    ],
)
def test_an_update_is_merged_or_appended(data: Any, target: str, update: Any, after: Any) -> None:
    assert applied(data, {"target": target, "update": update}) == after


@pytest.mark.parametrize(
    ("data", "target", "after"),
    [
        ({"a": {"b": {}}}, "$.a.b", {"a": {}}),
        ({"a": [[1], [2], [3], [4]]}, "$.a[0, 2, 0]", {"a": [[2], [4]]}),
        ({"a": [{"b": 1}, {"b": 2}, {"b": 1}]}, "$.a[?@.b == 1]", {"a": [{"b": 2}]}),
        ({"a": {"a": {"b": 1}}}, "$..a", {}),
        ({"a": {}}, "$.b", {"a": {}}),
    ],
    ids=["from a mapping", "several from a list", "by a filter", "one inside the other", "nothing"],
)
def test_what_is_removed_is_taken_out_of_its_holder(data: Any, target: str, after: Any) -> None:
    assert applied(data, {"target": target, "remove": True}) == after


def test_everything_selected_gets_a_copy_of_its_own() -> None:
    data = applied({"a": {}, "b": {}}, {"target": "$[*]", "update": {"c": {"d": 1}}})
    assert data["a"]["c"] is not data["b"]["c"]


def test_an_update_stays_as_it_is_when_what_it_became_is_updated() -> None:
    first: Action = {"target": "$", "update": {"a": {"b": 1}}}
    applied({}, first, {"target": "$.a", "update": {"b": 2}})
    assert first["update"] == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.a[", "update": {}}, "$.a[ is not a JSONPath: unexpected end of query"),
        (
            {"target": "$.a.b", "update": {}},
            "$.a.b updates a value that is neither a mapping nor a list: $['a']['b']",
        ),
        ({"target": "$.a", "update": 1}, "$['a'] is a mapping, so its update must be a mapping too"),
        ({"target": "$", "remove": True}, "the whole document cannot be removed"),
    ],
    ids=["no JSONPath", "update of a text", "a mapping updated by a number", "removal of all"],
)
def test_an_action_that_makes_no_sense_changes_nothing_and_says_why(action: Action, message: str) -> None:
    data = {"a": {"b": "text"}}
    assert (apply(action, data), data) == (Applied((), (Flaw("", message),)), {"a": {"b": "text"}})


PRICES = {"price": {"type": "integer", "x-unit": "cents"}, "type": "object"}


@pytest.mark.parametrize(
    ("data", "update", "after"),
    [
        (PRICES, {"cost": {"x-renamed-from": "price"}}, {"type": "integer", "x-unit": "cents"}),
        (PRICES, {"cost": {"x-renamed-from": "price", "type": "string"}}, {"type": "string", "x-unit": "cents"}),
    ],
    ids=["all members", "the members it lacks"],
)
def test_a_renamed_field_inherits(data: Any, update: Any, after: Any) -> None:
    assert applied(data, {"target": "$", "update": update})["cost"] == {"x-renamed-from": "price", **after}


def test_a_renamed_field_inherits_however_deep_it_is_in_the_update() -> None:
    update = {"properties": {"cost": {"x-renamed-from": "price"}}}
    after = applied({"properties": PRICES}, {"target": "$", "update": update})
    assert after["properties"]["cost"] == {"x-renamed-from": "price", **PRICES["price"]}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("update", "flaws"),
    [
        (
            {"cost": {"x-renamed-from": "prise"}, "sum": {"x-renamed-from": "pryce"}},
            [("/cost", "prise here, did you mean price?"), ("/sum", "pryce here, did you mean price?")],
        ),
        ({"a/b": {"x-renamed-from": "gone"}}, [("/a~1b", "gone here; rename a field before it is removed")]),
        ({"cost": {"x-renamed-from": "type"}}, [("/cost", "type here; rename a field before it is removed")]),
    ],
    ids=["misspelt twice", "removed", "not a field"],
)
def test_a_field_that_does_not_exist_cannot_be_renamed(update: Any, flaws: list[tuple[str, str]]) -> None:
    expected = tuple(Flaw(f"/update{at}/x-renamed-from", f"there is no {message}") for at, message in flaws)
    assert apply({"target": "$", "update": update}, deepcopy(PRICES)).flaws == expected


def test_a_misspelt_rename_inherits_from_the_most_similar_field() -> None:
    cost = applied(PRICES, {"target": "$", "update": {"cost": {"x-renamed-from": "prise"}}})["cost"]
    assert cost == {"x-renamed-from": "prise", "type": "integer", "x-unit": "cents"}


@given(st.dictionaries(st.text(), json_values), st.dictionaries(st.text(), json_values))
@settings(deadline=None)
def test_an_update_holds_after_it_was_applied_and_changes_nothing_the_second_time(data: Any, update: Any) -> None:
    action = {"target": "$", "update": update}
    once = applied(data, action)
    assert {name: once[name] for name in update if not isinstance(update[name], dict)} == {
        name: value for name, value in update.items() if not isinstance(value, dict)
    }
    assert applied(once, action) == once


@given(st.lists(st.fixed_dictionaries({"keep": st.booleans()}), max_size=8))
@settings(deadline=None)
def test_a_removal_leaves_exactly_what_was_not_selected(items: Any) -> None:
    after = applied({"items": items}, {"target": "$.items[?@.keep == false]", "remove": True})
    assert after == {"items": [item for item in items if item["keep"]]}


def test_a_single_value_can_be_removed() -> None:
    data = {"required": ["a", "b"]}
    apply({"target": "$.required[?@ == 'a']", "remove": True}, data)
    assert data == {"required": ["b"]}
