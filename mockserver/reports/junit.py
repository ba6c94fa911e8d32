"""A run as JUnit XML, which most CI servers show.

Each suite is a test suite. Each finding is a failed test case; a suite without findings has one passed test case.
Results that do not fail the command are skipped test cases: notes, findings that the baseline accepts, and checks that
were skipped.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from mockserver.findings import Severity
from mockserver.reports.summary import counted, moment, ordered, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junitparser import TestCase
    from junitparser.junitparser import FinalResult

    from mockserver.findings import Finding, Run, SuiteResult


def render(run: Run, *, strict: bool) -> bytes:
    """Return a run as JUnit XML. If `strict`, notes are failures."""
    from junitparser import Error, JUnitXml, TestCase, TestSuite

    report = JUnitXml(f"smsonline-mock {run.command}")
    for suite in run.suites:
        described = TestSuite(suite.name)
        described.timestamp = moment(run.started).strftime("%Y-%m-%dT%H:%M:%S")
        for name, value in {"target": run.target, "version": run.version, "seed": str(run.seed)}.items():
            described.add_property(name, value)
        described.add_testcases(list(_cases(run, suite, strict=strict)))
        described.time = round(suite.seconds, 3)
        report.add_testsuite(described)
    if run.interrupted:
        stopped = TestCase("the run was completed", run.command)
        stopped.result = [Error(run.interrupted, "interrupted")]
        described = TestSuite(run.command)
        described.add_testcase(stopped)
        report.add_testsuite(described)
    written = BytesIO()
    report.write(written)
    return written.getvalue()


def _cases(run: Run, suite: SuiteResult, *, strict: bool) -> Iterator[TestCase]:
    from junitparser import Failure, Skipped, TestCase

    found = [finding for finding in ordered(run.findings) if finding.suite == suite.name]
    if not found:
        yield TestCase(counted(suite.cases, "case"), suite.name, round(suite.seconds, 3))
    for finding in found:
        failed = strict or finding.level is not Severity.NOTE
        yield _case(finding, Failure(finding.message, finding.code) if failed else Skipped(finding.message, "drift"))
    for finding in ordered(run.accepted):
        if finding.suite == suite.name:
            yield _case(finding, Skipped(f"accepted by the baseline: {finding.message}", "accepted"))
    for what, reason in suite.skipped:
        case = TestCase(what, suite.name)
        case.result = [Skipped(reason, "skipped")]
        yield case


def _case(finding: Finding, result: FinalResult) -> TestCase:
    from junitparser import TestCase

    result.text = text(finding)
    case = TestCase(" ".join(filter(None, (finding.operation, finding.check, finding.code))), finding.suite)
    case.result = [result]
    return case
