"""Finding what a client fails under."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.grade.matrix import Case, Factor, every
from mockserver.grade.outcome import blame, doubts

STATUS = ("failures", "status")
REFUNDED = ("expiry", "refunded")
SLOW, FLAKY, DEFAULT = (Factor("", name) for name in ("slow", "flaky", "default"))
ALL = every()
FACTORS = sorted({factor for case in ALL for factor in case.changes})


def results(*failed: Case, survived: tuple[Case, ...] = (Case(),)) -> dict[Case, bool]:
    return {**dict.fromkeys(survived, True), **dict.fromkeys(failed, False)}


@settings(deadline=None)
@given(st.sets(st.sampled_from(FACTORS), max_size=4))
def test_what_is_enough_to_fail_is_found_and_nothing_else_is_blamed(fatal: set[Factor]) -> None:
    found = blame({case: fatal.isdisjoint(case.changes) for case in ALL})
    assert (set(found.alone), found.together) == (fatal, ())


@settings(deadline=None)
@given(st.data())
def test_what_only_harms_together_is_never_blamed_alone(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from([case for case in ALL if len(case.changes) > 1]))
    fatal = set(data.draw(st.sampled_from([case.changes[:2], case.changes[-2:]])))
    found = blame({case: not fatal <= set(case.changes) for case in ALL})
    assert (found.alone, all(fatal <= set(factors) for factors in found.together)) == ((), True)


@settings(deadline=None)
@given(st.data())
def test_further_trials_find_the_two_that_only_harm_together(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from([case for case in ALL if len(case.changes) > 1]))
    fatal = set(data.draw(st.sampled_from([*combinations(case.changes, 2)])))
    survived = {case: not fatal <= set(case.changes) for case in ALL}
    found = blame(survived | {case: not fatal <= set(case.changes) for case in doubts(survived)})
    assert (found.alone, [*map(set, found.together)]) == ((), [fatal])


def test_where_nothing_is_in_doubt_nothing_more_is_tried() -> None:
    assert doubts(results(Case("slow"), survived=(Case(), Case("flaky", (STATUS, REFUNDED))))) == ()


def test_the_two_that_never_survived_together_are_blamed() -> None:
    failed = Case("slow", (STATUS, REFUNDED))
    innocent = (Case(), Case("slow", (STATUS,)), Case("flaky", (STATUS, REFUNDED)))
    assert blame(results(failed, survived=innocent)).together == ((SLOW, Factor(*REFUNDED)),)


def test_where_it_could_be_any_two_all_are_blamed() -> None:
    failed = Case("slow", (STATUS, REFUNDED))
    assert blame(results(failed)).together == (failed.changes,)


def test_a_reading_is_not_blamed_for_what_fails_without_it() -> None:
    assert blame(results(Case(), Case(readings=(STATUS,)), survived=(Case("slow"),))).alone == (DEFAULT,)


@pytest.mark.parametrize(
    ("failed", "sentence"),
    [
        ([], "The client survives."),
        ([Case("slow")], "The client fails under `slow`."),
        ([Case("slow"), Case("flaky")], "The client fails under `slow` and `flaky`."),
        (
            [Case("lost-answers"), Case(readings=(STATUS,))],
            "The client fails under `lost-answers`, and under the reading `failures: status`.",
        ),
        ([Case("slow", (STATUS,))], "The client fails under `slow` with the reading `failures: status`."),
        (
            [Case(readings=(STATUS, REFUNDED))],
            "The client fails under the readings `failures: status` and `expiry: refunded` together.",
        ),
    ],
)
def test_the_verdict_is_a_sentence(failed: list[Case], sentence: str) -> None:
    assert str(blame(results(*failed))) == sentence


def test_a_client_that_fails_everywhere_is_told_where_to_begin() -> None:
    verdict = str(blame(results(Case(), Case("slow"), Case("flaky"), survived=())))
    assert verdict == "The client fails in all 3 trials: start with `default`."


def test_a_client_that_survives_several_trials_is_told_how_many() -> None:
    assert str(blame(results(survived=(Case(), Case("slow"))))) == "The client survives both trials."
