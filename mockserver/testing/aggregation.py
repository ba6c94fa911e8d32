"""The aggregated results of all tests and processes, and their reports: a run, and a summary in Markdown."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING

from mockserver import __version__, reports
from mockserver.findings import Run, Skip, Statement, SuiteResult, grouped
from mockserver.judge.rules import CONTRACT
from mockserver.reports.redacted import clean
from mockserver.reports.summary import counted, dollars, money, ordered, tally
from mockserver.traffic import Redactor
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mockserver.findings import Finding, Line
    from mockserver.judge import Judgement


_COST_ROWS = 20
"""Maximum number of tests in the cost table."""


def summary_line(run: Run) -> str:
    """Return a run in one line."""
    met = run.coverage.ratios()["operations"]
    found = ", ".join(counted(number, level.value) for level, number in tally(run.findings).items() if number)
    parts = (
        counted(len(run.suites), "test"),
        counted(run.cases, "call"),
        f"{met.met} of {met.total} operations covered",
        found or "nothing found",
        f"would have cost {dollars(run.statement.lost if run.statement else 0)}",
    )
    return ", ".join(parts)


def summary(run: Run, costs: Mapping[str, Statement]) -> str:
    """Return a run as Markdown. `costs` maps tests to their statements."""
    return "\n".join(_lines(run, costs)) + "\n"


def _lines(run: Run, costs: Mapping[str, Statement]) -> Iterator[str]:
    yield f"# Client test report\n\n{summary_line(run)}.\n\n## Findings\n"
    if run.findings:
        yield _row("", "code", "operation", "message")
        yield "|---|---|---|---|"
    for each in ordered(run.findings):
        yield _row(each.level.value, f"`{each.code}`", each.operation, each.message)
    if not run.findings:
        yield "None."
    yield "\n## Coverage of the contract\n\n| | covered | of |\n|---|---|---|"
    yield from (_row(name, ratio.met, ratio.total) for name, ratio in run.coverage.ratios().items() if ratio.total)
    if missing := [*_uncovered(run.coverage)]:
        yield f"\nNot covered: {', '.join(f'`{each}`' for each in missing)}."
    yield "\n## Cost\n"
    if run.statement:
        yield f"{money(run.statement)}\n"
    expensive = sorted(((test, cost) for test, cost in costs.items() if cost.spent), key=lambda each: -each[1].lost)
    if expensive:
        yield "| test | spent | refunded | lost |\n|---|---|---|---|"
    for test, cost in expensive[:_COST_ROWS]:
        yield _row(f"`{test}`", dollars(cost.spent), dollars(cost.refunded), dollars(cost.lost))
    if len(expensive) > _COST_ROWS:
        yield f"\nAnd {counted(len(expensive) - _COST_ROWS, 'more test')}, none of which lost more."


def _uncovered(coverage: Coverage) -> Iterable[str]:
    met = {answer.operation for answer in coverage.answers if answer.times}
    yield from (operation for operation in coverage.operations if operation not in met)
    yield from (str(state) for state in coverage.states if state.listed and not state.times)
    yield from (str(transition) for transition in coverage.transitions if transition.listed and not transition.times)


def _row(*cells: object) -> str:
    texts = (" ".join(str(cell).split()).replace("|", "&#124;") for cell in cells)
    return f"| {' | '.join(texts)} |"


FORMATS = tuple(name for name in reports.FORMATS if name != "junit")
"""The report formats with merged findings. In JUnit XML, each test has its own findings."""
SUMMARY = "summary.md"

_NAMED = 3
"""Number of tests that are named in a merged finding."""


class Aggregation:
    """Aggregates the judgements of clients by test. `started` is in milliseconds since the epoch."""

    def __init__(self) -> None:
        self.started = time.time_ns() // 1_000_000
        self._suites: dict[str, SuiteResult] = {}
        self._lines: dict[str, tuple[Line, ...]] = {}
        self._covered = Coverage()
        self._listed = Coverage()

    def add(
        self, test: str, judgement: Judgement, *, seconds: float, again: str = "", seed: int = 0, allowed: bool = False
    ) -> None:
        """Add the judgement of a client in a world of a test.

        `seconds` is the real time of the world. `again` is the command that repeats the test. If the client is
        `allowed` to break the contract, violations are skipped.
        """
        found, skipped = [], []
        for each in judgement.findings:
            if allowed and each.code in CONTRACT:
                skipped.append(Skip(f"{each.code}: {each.message}", "the test allows violations"))
            else:
                found.append(each._replace(suite=test, curl=again, seed=seed))
        self._add_suite(SuiteResult(test, judgement.calls, seconds, tuple(found), tuple(skipped)))
        self._add_lines(test, judgement.statement.lines)
        # A client without a call does not show which API version it uses.
        (self._covered if judgement.calls else self._listed).merge(judgement.coverage)

    def merge(self, packed: bytes) -> None:
        """Add the packed results of another process."""
        other: Aggregation = pickle.loads(packed)  # noqa: S301 - from our own workers
        self.started = min(self.started, other.started)
        for suite in other._suites.values():
            self._add_suite(suite)
        for test, lines in other._lines.items():
            self._add_lines(test, lines)
        self._covered.merge(other._covered)
        self._listed.merge(other._listed)

    def pack(self) -> bytes:
        """Return all results in a form that `merge` reads in another process of this program."""
        return pickle.dumps(self)

    def run(self, target: str) -> Run:
        """Return all results as a run. `target` is the label of what was tested."""
        suites = tuple(self._suites[test] for test in sorted(self._suites))
        lines = (  # orders of several worlds may have the same number
            line._replace(order=f"{test} {line.order}") for test in sorted(self._lines) for line in self._lines[test]
        )
        return Run(
            version=__version__,
            target=target,
            suites=suites,
            seed=0,
            started=self.started,
            seconds=time.time() - self.started / 1000,
            findings=tuple(finding for suite in suites for finding in suite.findings),
            coverage=self._covered if self._covered.operations else self._listed,
            statement=Statement(tuple(lines)),
            command="pytest",
        )

    def write(self, folder: Path, target: str) -> None:
        """Write the reports and a Markdown summary to a folder. Raises OSError."""
        run = self.run(target)
        reports.write(run, ("junit",), folder)
        reports.write(grouped_by_test(run), FORMATS, folder)
        costs = {test: Statement(lines) for test, lines in self._lines.items()}
        (folder / SUMMARY).write_text(summary(clean(grouped_by_test(run), Redactor()), costs), encoding="utf-8")

    def summary_line(self) -> str:
        """Return the aggregated run in one line."""
        return summary_line(grouped_by_test(self.run("")))

    def _add_suite(self, suite: SuiteResult) -> None:
        """Merge a suite into the suite of the same test in other worlds."""
        before = self._suites.get(suite.name, SuiteResult(suite.name, 0, 0.0))
        found = {each.fingerprint: each for part in (suite, before) for each in part.findings}
        self._suites[suite.name] = SuiteResult(
            suite.name,
            before.cases + suite.cases,
            before.seconds + suite.seconds,
            tuple(found.values()),
            tuple(dict.fromkeys((*before.skipped, *suite.skipped))),
        )

    def _add_lines(self, test: str, lines: tuple[Line, ...]) -> None:
        self._lines[test] = self._lines.get(test, ()) + lines


def grouped_by_test(run: Run) -> Run:
    """Return a run with each finding once, with the names of its tests."""
    return run._replace(findings=tuple(map(_with_tests, grouped(run.findings))))


def _with_tests(group: Sequence[Finding]) -> Finding:
    first = group[0]
    if len(group) == 1:
        return first
    named = ", ".join(each.suite for each in group[:_NAMED])
    more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
    return first._replace(message=f"{first.message} In {len(group)} tests: {named}{more}.")
