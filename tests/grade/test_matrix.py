"""Which scenarios and readings a client is tried under."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import readings
from mockserver.data import scenarios
from mockserver.grade.matrix import Case, Factor, every, pairs, singles

READINGS = {"expiry": ("kept", "refunded"), "failures": ("envelope", "status", "text")}

names = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)
values = st.integers(2, 4).map(lambda number: tuple(f"v{index}" for index in range(number)))
questions = st.dictionaries(st.sampled_from(["one", "two", "three"]), values, max_size=3)


def test_each_scenario_and_each_value_is_tried_alone() -> None:
    assert list(singles(["flaky", "default"], READINGS)) == [
        Case(),
        Case("flaky"),
        Case(readings=(("expiry", "refunded"),)),
        Case(readings=(("failures", "status"),)),
        Case(readings=(("failures", "text"),)),
    ]


@settings(deadline=None)
@given(names, questions)
def test_every_two_values_meet_in_a_case(scenarios: list[str], readings: dict[str, tuple[str, ...]]) -> None:
    usual = {name: values[0] for name, values in readings.items()}
    cases = [*singles(scenarios, readings), *pairs(scenarios, readings)]
    met = {
        pair
        for case in cases
        for pair in combinations([("", case.scenario), *({**usual, **dict(case.readings)}).items()], 2)
    }
    columns = {"": ["default", *scenarios], **readings}
    assert met == {
        ((one, first), (other, second))
        for one, other in combinations(columns, 2)
        for first, second in product(columns[one], columns[other])
    }


@settings(deadline=None)
@given(names, questions)
def test_no_case_is_tried_twice(scenarios: list[str], readings: dict[str, tuple[str, ...]]) -> None:
    cases = [*singles(scenarios, readings), *pairs(scenarios, readings)]
    assert len(cases) == len(set(cases))


def test_pairs_are_few() -> None:
    many = {f"reading {number}": ("a", "b") for number in range(6)}
    assert len([*pairs([str(number) for number in range(20)], many)]) < 40


def test_every_shipped_scenario_is_tried_as_it_is() -> None:
    assert {Case(name) for name in scenarios()} <= set(every())


def test_a_reading_that_is_fixed_is_not_varied() -> None:
    assert not [case for case in every(["failures"]) if "failures" in dict(case.readings)]


def test_all_readings_are_varied() -> None:
    assert {name for case in every() for name, _ in case.readings} == set(readings())


def test_the_plan_is_always_the_same() -> None:
    assert every() == every()


@pytest.mark.parametrize(
    ("case", "name"),
    [
        (Case(), "default"),
        (Case("lost-answers"), "lost-answers"),
        (Case(readings=(("failures", "status"),)), "default, failures=status"),
    ],
)
def test_a_case_is_named_by_all_that_is_given_in_it(case: Case, name: str) -> None:
    assert case.name == name


def test_the_usual_scenario_is_no_change() -> None:
    assert Case(readings=(("failures", "status"),)).changes == (Factor("failures", "status"),)
