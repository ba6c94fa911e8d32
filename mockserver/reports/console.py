"""Console output of a run: its progress, then its findings, a table of the suites and the verdict."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich import box
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from mockserver.findings import Severity
from mockserver.reports.redacted import clean, printable
from mockserver.reports.summary import counted, money, ordered, tally, verdict
from mockserver.traffic.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from rich.console import Console
    from rich.progress import TaskID

    from mockserver.findings import Finding, Run

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class Progress:
    """Shows the current suite and its number of cases. Shows nothing if quiet or if the console is not a terminal.

    Use it in a `with` statement and with a console on standard error, to keep standard output for the report.
    """

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.completed:,} cases"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def suite(self, name: str) -> None:
        """Start the progress of a suite."""
        if self._task is not None:
            self._bar.stop_task(self._task)
        self._task = self._bar.add_task(name, total=None)

    def case(self, number: int = 1) -> None:
        """Count cases of the current suite."""
        if self._task is not None:
            self._bar.advance(self._task, number)


def show(run: Run, console: Console, redactor: Redactor | None = None, *, quiet: bool = False) -> None:
    """Print the findings, suites, coverage and verdict of a run. If quiet, print only the verdict.

    `redactor` knows the secrets of the run. Without one, credentials are redacted by name only.
    """
    cleaned = clean(run, Redactor() if redactor is None else redactor)
    if not quiet:
        for finding in ordered(cleaned.findings):
            seed = {} if finding.seed is None else {"seed": str(finding.seed)}
            print_finding(finding, console, finding.operation or finding.suite, seed)
        console.print(_suites(cleaned))
        console.print()
        for line in _remarks(cleaned):
            console.print(Text(line))
    most_severe = next((level for level, number in tally(cleaned.findings).items() if number), None)
    clean_style = STYLES[Severity.WARNING] if run.skipped_suites else "bold green"
    style = "bold red" if run.interrupted else STYLES[most_severe] if most_severe else clean_style
    console.print(Text(verdict(cleaned), style))


def print_finding(finding: Finding, console: Console, subject: str, details: Mapping[str, str]) -> None:
    """Print a finding about a subject, with further details by their labels. Empty details are left out."""
    head = [(f"{finding.level.value:<8}", STYLES[finding.level]), (finding.code, "bold")]
    console.print(Text.assemble(*head, "  ", subject))
    console.print(Text(printable(finding.message)))
    parts = Table.grid(padding=(0, 2, 0, 0))
    parts.add_column(style="dim")
    parts.add_column(overflow="fold")
    for label, value in {
        "expected": finding.expected,
        "got": finding.got,
        "contract": ", ".join(filter(None, (finding.provenance, finding.where))),
        **details,
    }.items():
        if value:
            parts.add_row(label, Text(printable(value)))
    if parts.row_count:
        console.print(parts)
    if finding.curl:
        # Unwrapped, so that it can be copied.
        console.print(Text(printable(finding.curl), style="green"), soft_wrap=True)
    console.print()


def _times(reason: str, number: int) -> str:
    return f"{reason} ({number} times)" if number > 1 else reason


def _suites(run: Run) -> Table:
    table = Table("suite", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("cases", "seconds", *(f"{level.value}s" for level in Severity), "accepted", "skipped"):
        table.add_column(heading, justify="right")
    for suite in run.suites:
        levels = tally(finding for finding in run.findings if finding.suite == suite.name)
        accepted = sum(finding.suite == suite.name for finding in run.accepted)
        table.add_row(
            Text(suite.name),
            f"{suite.cases:,}",
            f"{suite.seconds:.1f}",
            *(Text(str(number), STYLES[level]) if number else "" for level, number in levels.items()),
            str(accepted or ""),
            str(len(suite.skipped) or ""),
        )
    return table


def _remarks(run: Run) -> Iterator[str]:
    for suite in run.suites:
        reasons = Counter(skip.reason for skip in suite.skipped)
        yield from (f"Skipped in {suite.name}: {_times(reason, number)}." for reason, number in reasons.items())
    if ratios := [
        f"{ratio.met} of {ratio.total} {name}" for name, ratio in run.coverage.ratios().items() if ratio.total
    ]:
        yield f"Covered: {', '.join(ratios)}."
    if run.coverage.unlisted:
        yield f"Seen, but not in the contract: {', '.join(run.coverage.unlisted)}."
    if run.statement:
        yield money(run.statement)
    if run.stale:
        number = counted(len(run.stale), "finding")
        yield f"The baseline accepts {number} that did not occur: {', '.join(run.stale)}."
    if run.findings:
        yield "`smsonline-mock explain CODE` says what a code means."
