"""What a coverage counts, and what it says is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import load
from mockserver.traffic.coverage import Coverage, Ratio

STATES = ("waiting", "completed", "refunded", "expired")
TRANSITIONS = (("waiting", "completed"), ("waiting", "expired"), ("completed", "waiting"))
DOCUMENTS = (load("v3"), load("v2"))


def fresh() -> Coverage:
    return Coverage(DOCUMENTS, STATES, TRANSITIONS)


def test_everything_is_missing_at_first() -> None:
    coverage = fresh()

    listed = sum(len(operation.answers) for document in DOCUMENTS for operation in document.operations.values())
    assert len(coverage.missing) == listed + len(STATES) + len(TRANSITIONS)


@pytest.mark.parametrize(
    ("name", "total"), [("operations", 30), ("states", 4), ("transitions", 3), ("documented answers", 18)]
)
def test_a_ratio_is_of_what_is_listed(name: str, total: int) -> None:
    assert fresh().ratios()[name] == Ratio(0, total)


def test_the_provenances_share_the_answers_between_them() -> None:
    ratios = fresh().ratios()

    assert sum(ratio.total for name, ratio in ratios.items() if name.endswith(" answers")) == ratios["answers"].total


def test_what_is_met_is_no_longer_missing() -> None:
    coverage = fresh()
    coverage.answer("v3.getOrder", 200)
    coverage.state("expired")
    coverage.transition("waiting", "expired")

    assert set(fresh().missing) - set(coverage.missing) == {"v3.getOrder 200", "state expired", "waiting → expired"}


def test_any_answer_meets_an_operation() -> None:
    coverage = fresh()
    coverage.answer("v2.refund", 418)

    assert coverage.ratios()["operations"] == Ratio(1, 30)


def test_what_no_document_lists_is_told_apart() -> None:
    coverage = fresh()
    coverage.answer("v3.getOrder", 418)
    coverage.answer("v3.brewCoffee", 200)
    coverage.state("lost")
    coverage.transition("refunded", "waiting")

    assert coverage.unlisted == ("v3.brewCoffee 200", "v3.getOrder 418", "state lost", "refunded → waiting")


@pytest.mark.parametrize("name", ["answers", "states", "transitions"])
def test_what_no_document_lists_is_no_part_of_a_ratio(name: str) -> None:
    coverage = fresh()
    coverage.answer("v3.getOrder", 418)
    coverage.state("lost")
    coverage.transition("refunded", "waiting")

    assert coverage.ratios()[name] == fresh().ratios()[name]


def test_an_answer_says_how_it_is_known() -> None:
    levels = {(answer.operation, answer.status): answer.provenance for answer in fresh().answers}

    assert levels["v3.getOrder", 200] == "documented"


def test_where_nothing_is_listed_all_of_it_is_met() -> None:
    assert Ratio(0, 0).share == 1.0


def test_a_coverage_of_one_generation_and_of_the_other_add_up() -> None:
    both = Coverage([DOCUMENTS[0]], STATES) + Coverage([DOCUMENTS[1]], (), TRANSITIONS)

    assert both.data() == fresh().data()


def test_adding_changes_neither() -> None:
    one, other = fresh(), fresh()
    other.answer("v3.getOrder", 200)
    one + other

    assert one.data() == fresh().data()


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.sampled_from(["v3.getOrder", "v2.refund", "v3.none"]), st.integers(100, 599)),
        st.tuples(st.just("state"), st.sampled_from([*STATES, "lost"])),
        st.tuples(st.just("transition"), st.sampled_from(STATES), st.sampled_from(STATES)),
    ),
    max_size=20,
)


def _walk(steps: list[tuple[Any, ...]]) -> Coverage:
    coverage = fresh()
    for method, *arguments in steps:
        getattr(coverage, method)(*arguments)
    return coverage


@settings(deadline=None, max_examples=40)
@given(_STEPS)
def test_a_coverage_survives_json(steps: list[tuple[Any, ...]]) -> None:
    data = _walk(steps).data()

    assert Coverage.of_data(json.loads(json.dumps(data))).data() == data


@settings(deadline=None, max_examples=40)
@given(_STEPS, _STEPS)
def test_the_sum_of_two_runs_is_one_long_run(first: list[tuple[Any, ...]], second: list[tuple[Any, ...]]) -> None:
    assert (_walk(first) + _walk(second)).data() == _walk(first + second).data()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"operations": [{}], "states": [], "transitions": []},
        {"operations": [3], "states": [], "transitions": []},
        {"operations": [], "states": [{"state": "x"}], "transitions": []},
        {"operations": [], "states": None, "transitions": []},
    ],
)
def test_what_is_no_coverage_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="this is not coverage data"):
        Coverage.of_data(data)


def named() -> Coverage:
    coverage = Coverage(names=[("failure", "NO_NUMBERS"), ("failure", "ORDER_EXPIRED"), ("reading", "expiry=kept")])
    coverage.name("failure", "NO_NUMBERS", 2)
    coverage.name("failure", "SURPRISE")
    return coverage


def test_names_are_counted_by_their_kind() -> None:
    assert named().ratios()["failures"] == Ratio(1, 2)


def test_names_that_were_not_met_are_missing() -> None:
    assert named().missing == ("failure ORDER_EXPIRED", "reading expiry=kept")


def test_names_that_are_not_listed_are_told() -> None:
    assert named().unlisted == ("failure SURPRISE",)


def test_names_survive_being_written_and_added() -> None:
    both = Coverage.of_data(json.loads(json.dumps(named().data()))) + named()
    assert [each.times for each in both.names] == [4, 0, 0, 2]
