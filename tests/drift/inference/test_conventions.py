"""What all responses of a document have in common."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.drift.inference.bodies import shape
from mockserver.drift.inference.conventions import NONE, Constant, Conventions, conventions

OK = {"status": "ok"}


def common(*operations: list[Any]) -> Conventions:
    """The conventions of operations by their bodies."""
    return conventions(shape(bodies, lambda _: False) for bodies in operations)


def test_a_text_that_all_responses_have_is_constant() -> None:
    assert common([OK, OK], [OK]).constant(("status",)) == Constant("ok", 3, 2)


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param([[OK, OK]], id="too few"),
        pytest.param([[OK, OK], [{"status": "done"}]], id="another value elsewhere"),
        pytest.param([[OK, OK, {"status": "done"}]], id="another value"),
        pytest.param([[OK, OK, OK, {"status": None}]], id="null"),
        pytest.param([[OK, OK, OK], [{"status": ["ok"]}]], id="an array elsewhere"),
        pytest.param([[{"status": 1}] * 3], id="a number"),
        pytest.param([[{"status": True}] * 3], id="a flag"),
        pytest.param([[{"status": ""}] * 3], id="empty"),
        pytest.param([[]], id="no responses"),
    ],
)
def test_nothing_is_constant_without_evidence(operations: list[list[Any]]) -> None:
    assert common(*operations).constant(("status",)) is None


def test_a_name_that_has_the_same_value_everywhere_is_constant_at_every_place() -> None:
    found = common([{"a": OK}, {"a": OK}], [{"b": OK}])
    assert found.constant(("c", "status")) == Constant("ok", 3, 2)


def test_a_place_is_constant_though_its_name_has_other_values_elsewhere() -> None:
    found = common([{"a": OK}] * 3, [{"b": {"status": "done"}}])
    assert (found.constant(("a", "status")), found.constant(("b", "status"))) == (Constant("ok", 3, 1), None)


@pytest.mark.parametrize(("times", "operations", "is_certain"), [(10, 2, True), (9, 2, False), (10, 1, False)])
def test_a_constant_is_certain_if_several_operations_have_it_often(
    times: int, operations: int, is_certain: bool
) -> None:
    assert Constant("ok", times, operations).is_certain is is_certain


def test_objects_are_counted_by_place_and_fields() -> None:
    found = common([{"a": 1, "b": {"c": 1}}] * 2, [{"b": {"c": 2}, "a": 2}, {"a": 1}])
    assert [found.times((), ["b", "a"]), found.times(("b",), ["c"]), found.times((), ["z"])] == [4, 3, 0]


def test_without_responses_there_are_no_conventions() -> None:
    assert conventions([]) == NONE
