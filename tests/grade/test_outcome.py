"""All trials of a client as one run."""

from __future__ import annotations

import pytest

from mockserver.contract import load
from mockserver.findings import Finding, Line, Severity, Statement
from mockserver.grade.outcome import RunInfo, fitting, merged, run
from mockserver.grade.trial import Trial
from mockserver.judge import Judgement
from mockserver.traffic.coverage import Coverage

OCCASION = RunInfo("1.0", "client.sh", 1, 0, 2.5)
POLLS = Finding("client.polls-too-fast", Severity.WARNING, "", "v3.getOrder", "", "It polled.")
DEPRECATED = Finding("client.deprecated", Severity.NOTE, "", "v2.getBalance", "", "It is deprecated.")


NOTHING_SPENT = Statement()


def trial(
    name: str, *findings: Finding, statement: Statement = NOTHING_SPENT, documents: tuple[str, ...] = ()
) -> Trial:
    coverage = Coverage(map(load, documents))
    found = tuple(finding._replace(suite=name) for finding in findings)
    return Trial(name, Judgement(found, 1, len(documents), statement, coverage), found)


def failure(name: str, words: str) -> Finding:
    return Finding("client.fails", Severity.ERROR, "", "", name, "The command exited with 1.", got=words)


def test_each_trial_is_a_suite_with_its_calls() -> None:
    suites = run([trial("one", documents=("v3",)), trial("two")], OCCASION, {}).suites
    assert [(suite.name, suite.cases) for suite in suites] == [("one", 1), ("two", 0)]


def test_a_finding_of_several_trials_is_told_once_with_all_of_them() -> None:
    found = run([trial("one", POLLS), trial("two", POLLS, DEPRECATED)], OCCASION, {}).findings
    assert [(each.finding.code, each.places) for each in merged(found)] == [
        ("client.polls-too-fast", ("one", "two")),
        ("client.deprecated", ("two",)),
    ]


def test_a_command_that_fails_in_the_same_way_is_told_once() -> None:
    found = [failure("one", "at 1\nKeyError"), failure("two", "at 2\nKeyError"), failure("three", "ValueError")]
    assert [each.finding.check for each in merged(found)] == ["one", "three"]


@pytest.mark.parametrize(("report", "number"), [("junit", 2), ("sarif", 1)])
def test_only_junit_has_a_finding_in_each_of_its_trials(report: str, number: int) -> None:
    both = run([trial("one", POLLS), trial("two", POLLS)], OCCASION, {})
    assert len(fitting(both, report).findings) == number


def test_a_report_says_in_which_trials_it_was_found() -> None:
    both = run([trial("one", POLLS), trial("two", POLLS)], OCCASION, {})
    assert fitting(both, "sarif").findings[0].message == "It polled. In 2 trials: one; two."


def test_what_the_baseline_knows_is_accepted() -> None:
    done = run([trial("one", POLLS, DEPRECATED)], OCCASION, {POLLS.fingerprint: "", "0" * 16: ""})
    assert ([each.code for each in done.findings], [each.code for each in done.accepted], done.stale) == (
        ["client.deprecated"],
        ["client.polls-too-fast"],
        ("0" * 16,),
    )


def test_the_money_of_all_trials_is_added() -> None:
    one, two = (Statement((Line("1", "v3.orderNumber", price),)) for price in (16, 20))
    done = run([trial("one", statement=one), trial("two", statement=two)], OCCASION, {})
    assert done.statement is not None
    assert (done.statement.spent, done.statement.limit) == (36, None)


def test_a_trial_without_a_call_does_not_count_as_use_of_another_generation() -> None:
    both = run([trial("one", documents=("v3",)), trial("two")], OCCASION, {})
    assert {operation.partition(".")[0] for operation in both.coverage.operations} == {"v3"}
