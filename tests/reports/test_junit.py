"""The run as JUnit XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from mockserver.reports import junit

if TYPE_CHECKING:
    from mockserver.findings import Run


def cases(run: Run, suite: str, *, strict: bool = False) -> list[TestCase]:
    report = JUnitXml.fromstring(junit.render(run, strict=strict))
    return [case for each in report if each.name == suite for case in each]


def results(run: Run, suite: str, *, strict: bool = False) -> list[tuple[type, str]]:
    return [(type(result), result.type) for case in cases(run, suite, strict=strict) for result in case.result]


def test_a_suite_without_findings_has_a_test_case_that_passed(run: Run) -> None:
    (case,) = cases(run, "examples")

    assert (case.name, case.is_passed) == ("60 cases", True)


def test_a_finding_is_a_failure_and_what_is_accepted_or_left_out_is_skipped(run: Run) -> None:
    assert results(run, "schema") == [(Failure, "answer.body"), (Skipped, "accepted"), (Skipped, "skipped")]


def test_a_note_is_skipped(run: Run) -> None:
    assert results(run, "safety") == [(Failure, "answer.status"), (Skipped, "drift")]


def test_a_note_fails_if_strict(run: Run) -> None:
    assert results(run, "safety", strict=True) == [(Failure, "answer.status"), (Failure, "answer.body")]


def test_a_failure_says_all_there_is_to_say(run: Run) -> None:
    (failure,) = cases(run, "schema")[0].result

    assert "contract: documented, v3.yaml:1012" in failure.text


def test_an_interrupted_run_has_an_error(run: Run) -> None:
    assert results(run._replace(interrupted="Ctrl-C"), "verify") == [(Error, "interrupted")]


@pytest.mark.parametrize(("attribute", "number"), [("tests", 6), ("failures", 2), ("skipped", 3), ("errors", 0)])
def test_the_totals_are_those_of_the_suites(run: Run, attribute: str, number: int) -> None:
    report = JUnitXml.fromstring(junit.render(run, strict=False))

    assert sum(getattr(suite, attribute) for suite in report) == number
