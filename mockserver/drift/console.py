"""Drift on the console, and as a run of findings that every report format can write."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.padding import Padding
from rich.text import Text

from mockserver.contract import Confidence
from mockserver.drift.difference import Kind
from mockserver.drift.inference.learned import operation_spot
from mockserver.findings import Finding, Run, Severity, SuiteResult, weigh
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console

    from mockserver.contract import Document
    from mockserver.drift.difference import Difference, Drift
    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.learned import Learned

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
_OF_PLACE = frozenset({Kind.GRANTED, Kind.NEW_PARAMETER})
"""The kinds of differences that a request has whose argument is at another place."""
_OF_SHAPE = frozenset({Kind.MISSING, Kind.NEW_FIELD, Kind.RENAMED, Kind.VALUE})
"""The kinds of differences that a response of another shape has for each field."""
MAXIMUM_ROWS = 3
"""With more such differences, one row shows the whole shape."""


def show(drift: Drift, console: Console, *, quiet: bool = False) -> None:
    """Print the differences by operation, remarks about the traffic, and the verdict; only the verdict if `quiet`.

    Lines are wrapped between words on a terminal, and not at all in a pipe.
    """
    if not quiet:
        for operation, rows in groupby(_rows(drift), key=lambda row: row.operation):
            _print(console, Text(operation or "the service", "bold"))
            for row in rows:
                word = (row.word, "yellow" if row.is_new else "bold red")
                text = Text.assemble(word, " ", row.text, (row.known, "dim"))
                _print(console, Padding(text, (0, 0, 0, 2)) if console.is_terminal else Text("  ") + text)
            console.print()
        for line in _remarks(drift):
            _print(console, Text(line))
    style = "bold red" if drift.contradicted else "yellow" if drift.new else "bold green"
    _print(console, Text(verdict(drift), style))


def _print(console: Console, line: Text | Padding) -> None:
    console.print(line, soft_wrap=not console.is_terminal)


class _Row(NamedTuple):
    """A line about a difference, or about several that replace the shape of a response."""

    operation: str
    text: str
    known: str = ""
    is_new: bool = False

    @property
    def word(self) -> str:
        return "new:" if self.is_new else "contradicted:"


def _rows(drift: Drift) -> Iterator[_Row]:
    """Yield the rows by operation; what is contradicted comes before what is new."""
    ordered = sorted(drift.differences, key=lambda each: each.operation)
    for operation, group in groupby(ordered, key=lambda each: each.operation):
        found = sorted(group, key=lambda each: each.kind.is_new)
        shapes = [each for each in found if each.kind in _OF_SHAPE and not each.refused]
        known = drift.learned.get(operation)
        if known is not None and len(shapes) > MAXIMUM_ROWS:
            yield _replaced(operation, known, shapes)
            found = [each for each in found if each not in shapes]
        if known is not None and known.group is None:
            for bound in known.bounds:
                old = operation_spot(known.operation, bound)
                both = [each for each in found if each.kind in _OF_PLACE and each.extra in (old, bound.spot)]
                if old and old != bound.spot and both:
                    text = f"request {'.'.join(old)}: is at {'.'.join(bound.spot)} ({_times(both[0].times)})"
                    yield _Row(operation, text, _known(both[0]))
                    found = [each for each in found if each not in both]
        for each in found:
            yield _Row(operation, _told(each), _known(each), each.kind.is_new)


def _replaced(operation: str, learned: Learned, shapes: Sequence[Difference]) -> _Row:
    """Return the row of a response that has another shape."""
    old = ", ".join(_fields_stated(learned.operation.success_schema))
    new = ", ".join(_fields_seen(learned.shape))
    worst = next((each for each in shapes if not each.kind.is_new), shapes[0])
    times = max(each.times for each in shapes)
    text = f"the response has another shape: {old} -> {new} ({_times(times)})"
    return _Row(operation, text, _known(worst))


def _fields_stated(schema: Any) -> Iterator[str]:
    """Yield the names of the innermost fields of a schema."""
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        deeper = list(_fields_stated(inner))
        yield from deeper or [name]
    yield from _fields_stated(schema.get("items"))
    yield from _fields_stated(schema.get("additionalProperties"))


def _fields_seen(node: Node) -> Iterator[str]:
    """Yield the names of the innermost fields that were seen."""
    for name, inner in node.members.items():
        deeper = list(_fields_seen(inner))
        yield from deeper or [name]
    if node.item is not None:
        yield from _fields_seen(node.item)


def _told(difference: Difference) -> str:
    says = f"the contract says {difference.expected}, " if difference.expected and not _is_absence(difference) else ""
    text = f"{difference.what}: {says}{_found(difference)} ({_times(difference.times)})"
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _is_absence(difference: Difference) -> bool:
    """Return whether something that the contract requires is missing."""
    return difference.kind is Kind.MISSING or (difference.kind is Kind.GRANTED and difference.rule == "required")


def _known(difference: Difference) -> str:
    if not (difference.provenance and difference.place):
        return ""
    return f"  {difference.provenance} {difference.place.file}:{difference.place.line}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


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
        case Kind.GRANTED if difference.rule == "required":
            return "is missing, and the request was granted"
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
