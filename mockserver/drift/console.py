"""Drift on the console, and as a run of findings that every report format can write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from mockserver.contract import Confidence
from mockserver.drift.difference import Kind
from mockserver.findings import Finding, Run, Severity, SuiteResult, weigh
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console

    from mockserver.contract import Document
    from mockserver.drift.difference import Difference, Drift

CODES: Mapping[Kind, str] = {
    Kind.VALUE: "drift.contradicted",
    Kind.MISSING: "drift.contradicted",
    Kind.PATH: "drift.path",
    Kind.MOVED: "drift.path",
    Kind.GRANTED: "drift.request",
    Kind.REFUSED: "drift.request",
    Kind.RENAMED: "drift.renamed",
    Kind.READING: "drift.reading",
    Kind.RULE: "drift.reading",
    Kind.FAILURE: "drift.contradicted",
    Kind.NEW_STATUS: "drift.new",
    Kind.NEW_FIELD: "drift.new",
    Kind.NEW_VALUE: "drift.new",
    Kind.NEW_PATH: "drift.new",
    Kind.NEW_PARAMETER: "drift.new",
}
"""The finding code of each kind of difference."""


def show(drift: Drift, console: Console, *, quiet: bool = False) -> None:
    """Print the differences, remarks about the traffic and readings, and the verdict; only the verdict if `quiet`."""
    if not quiet:
        if drift.differences:
            console.print(_differences(drift))
            console.print()
        for line in _remarks(drift):
            console.print(Text(line))
    style = "bold red" if drift.contradicted else "yellow" if drift.new else "bold green"
    console.print(Text(verdict(drift), style))


def verdict(drift: Drift) -> str:
    """Return the counts of confirmed, contradicted and new facts as a sentence."""
    counts = f"{len(drift.confirmed)} facts confirmed, {len(drift.contradicted)} contradicted, {len(drift.new)} new"
    return f"{counts}, in {drift.matched} exchanges of {drift.exchanges}."


def findings(drift: Drift) -> tuple[Finding, ...]:
    """Return the differences as findings."""
    return tuple(map(_finding, drift.differences))


def run(drift: Drift, documents: Iterable[Document], target: str, version: str) -> Run:
    """Return drift as a run of one suite, for reports."""
    found = findings(drift)
    suite = SuiteResult("drift", drift.matched, 0.0, found)
    return Run(version, target, (suite,), 0, drift.last, 0.0, found, Coverage(documents), command="drift")


def _finding(difference: Difference) -> Finding:
    new = difference.kind.is_new
    level = Severity.NOTE if new else weigh(difference.provenance or Confidence.ASSUMED)
    message = f"{difference.what}: {_found(difference)} ({difference.times} times)."
    return Finding(
        code=CODES[difference.kind],
        level=level,
        suite="drift",
        operation=difference.operation,
        check=f"{difference.kind} {difference.what} {difference.name}".strip(),
        message=message,
        expected=difference.expected,
        got=difference.got,
        pointer=difference.pointer,
        place=difference.place,
        provenance=str(difference.provenance or ""),
        exchanges=(difference.example,) if difference.example else (),
    )


def _found(difference: Difference) -> str:
    match difference.kind:
        case Kind.MISSING:
            return "is missing"
        case Kind.RENAMED:
            return f"is called {difference.instead}"
        case Kind.MOVED:
            return f"is at {difference.instead}"
        case Kind.READING | Kind.RULE | Kind.FAILURE:
            return f"is {difference.got}"
        case Kind.PATH:
            return f"does not exist: {difference.got}"
        case Kind.REFUSED:
            return "a valid request was refused as malformed"
        case Kind.NEW_PARAMETER:
            return "was sent and accepted"
        case _:
            return f"{difference.got}"


def _differences(drift: Drift) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("", "operation", "fact", "the contract says", "found"):
        table.add_column(heading, overflow="fold")
    table.add_column("times", justify="right")
    table.add_column("known", overflow="fold")
    for each in sorted(drift.differences, key=lambda each: (each.kind.is_new, each.operation)):
        style, word = ("yellow", "new") if each.kind.is_new else ("bold red", "contradicted")
        place = f"{each.provenance} {each.place.file}:{each.place.line}" if each.provenance and each.place else ""
        cells = (word, each.operation, each.what, each.expected, _found(each), str(each.times), place)
        table.add_row(Text(cells[0], style), *map(Text, cells[1:]))
    return table


def _remarks(drift: Drift) -> Iterator[str]:
    if drift.matched:
        yield f"Traffic from {_day(drift.first)} to {_day(drift.last)}."
    for each in drift.indications:
        if each.times:
            values = ", ".join(f"{value} ({times} times)" for value, times in each.times.items())
            yield f"Reading {each.reading}: {values}{'' if each.verdict else '; the traffic contradicts itself'}."
    if without_evidence := [each.reading for each in drift.indications if not each.times]:
        yield f"No evidence for the readings {', '.join(without_evidence)}."
    if drift.lost:
        yield f"{drift.lost} requests had no response."
    if drift.disturbed:
        yield f"{drift.disturbed} exchanges are left out: faults of the mock, or calls that a proxy blocked."
    yield from drift.remarks


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
