from __future__ import annotations

import pytest

from mockserver.findings import ExitCode, Finding, Line, Run, Severity, Statement, SuiteResult
from mockserver.traffic.coverage import Coverage


def run(*levels: Severity, interrupted: str = "") -> Run:
    findings = tuple(Finding("answer.body", level, "schema", "v3.getOrder", level, "a message") for level in levels)
    suites = (SuiteResult("schema", 3, 0.1, findings), SuiteResult("safety", 4, 0.1))
    return Run("1", "the mock", suites, 1, 0, 0.2, findings, Coverage(), interrupted=interrupted)


@pytest.mark.parametrize(
    ("levels", "strict", "code"),
    [
        ([], False, ExitCode.CLEAN),
        ([Severity.NOTE], False, ExitCode.CLEAN),
        ([Severity.NOTE], True, ExitCode.FINDINGS),
        ([Severity.WARNING], False, ExitCode.FINDINGS),
        ([Severity.ERROR, Severity.NOTE], False, ExitCode.FINDINGS),
    ],
)
def test_the_exit_code_follows_from_the_findings(levels: list[Severity], strict: bool, code: ExitCode) -> None:
    assert run(*levels).exit_code(strict=strict) is code


def test_a_run_that_was_interrupted_could_not_run() -> None:
    assert run(interrupted="it was interrupted").exit_code() is ExitCode.COULD_NOT_RUN


def test_the_cases_of_all_suites_are_counted() -> None:
    assert run().cases == 7


def test_a_statement_adds_up() -> None:
    lines = (Line("1", "v3.orderNumber", 16, 16, "refunded"), Line("2", "v2.purchase", 20, 0, "kept"))
    statement = Statement(lines, limit=50)
    assert (statement.spent, statement.refunded, statement.lost) == (36, 16, 20)
