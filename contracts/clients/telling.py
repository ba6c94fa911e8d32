"""What is said of a client, for people on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from contracts.findings import explain
from contracts.reports.cleaning import printable
from contracts.reports.console import STYLES
from contracts.reports.summary import counted, dollars, moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rich.console import Console

    from contracts.clients.judge import Judgement
    from contracts.findings import Finding, Statement
    from contracts.traffic import Exchange
    from contracts.traffic.coverage import Coverage

_SHOWN = 4
"""So many exchanges of the evidence are printed; reports have them all."""


def show_finding(finding: Finding, console: Console, places: Collection[str] = ()) -> None:
    """Print a finding: what it did, by which exchanges, and what that costs. `places` are the trials that have it."""
    head = [(f"{finding.level.value:<8}", STYLES[finding.level]), (finding.code, "bold")]
    console.print(Text.assemble(*head, "  ", finding.operation))
    console.print(Text(printable(finding.message)))
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(style="dim")
    rows.add_column(overflow="fold")
    for label, said in {
        "expected": finding.expected,
        "got": finding.got,
        "contract": ", ".join(filter(None, (finding.provenance, finding.where))),
        "evidence": "\n".join(_evidence(finding.exchanges)),
        "costs": explain(finding.code).cost,
        "under": "; ".join(places),
    }.items():
        if said:
            rows.add_row(label, Text(printable(said)))
    console.print(rows)
    if finding.curl:
        console.print(Text(printable(finding.curl), style="green"), soft_wrap=True)
    console.print()


def remarks(judgement: Judgement) -> Iterator[str]:
    """Say what the orders cost, and what of the contract was met and what was not."""
    yield f"{counted(judgement.calls, 'call')} in {_span(judgement)}."
    yield cost(judgement.statement)
    yield from met(judgement.coverage)


def cost(statement: Statement) -> str:
    """Say what orders would have cost with the vendor, what came back, and what was lost."""
    orders = counted(len(statement.lines), "order")
    amounts = (
        f"{dollars(statement.spent)} charged, {dollars(statement.refunded)} returned, {dollars(statement.lost)} gone"
    )
    wasted = sum(line.price - line.refunded for line in statement.lines if line.outcome in ("open", "expired"))
    unknown = sum(line.outcome == "unknown" for line in statement.lines)
    parts = [f"Cost: {orders}, {amounts}"]
    parts += [f", of it {dollars(wasted)} for no SMS"] if wasted else []
    parts += [f"; {unknown} of them may not exist, since no answer came"] if unknown else []
    return f"{''.join(parts)}."


def met(coverage: Coverage) -> Iterator[str]:
    """Say how much was met of what there is, and what was not."""
    for name, ratio in coverage.ratios().items():
        if ratio.total and "answers" not in name:
            yield f"{ratio.met} of {ratio.total} {name} met{_never(coverage, name)}."
    answers = coverage.ratios()["answers"]
    yield f"{answers.met} of {answers.total} answers met."


def _never(coverage: Coverage, name: str) -> str:
    """Name what was not met of operations, states, transitions, failures or readings."""
    operations = {answer.operation for answer in coverage.answers if answer.times}
    missing = {
        "operations": [each for each in coverage.operations if each not in operations],
        "states": [each.state for each in coverage.states if each.listed and not each.times],
        "transitions": [str(each) for each in coverage.transitions if each.listed and not each.times],
    }.get(name) or [each.name for each in coverage.names if f"{each.kind}s" == name and each.listed and not each.times]
    return f"; never {', '.join(missing)}" if missing else ""


def _evidence(exchanges: Collection[Exchange]) -> Iterator[str]:
    for exchange in tuple(exchanges)[:_SHOWN]:
        request, answer = exchange.request, exchange.answer
        at = exchange.notes.get("at")
        time = str(at)[11:23] if isinstance(at, str) else f"{moment(exchange.started):%H:%M:%S.%f}"[:12]
        yield f"{time} {request.method} {request.path} → {answer.status if answer else 'no answer'}"
    if len(exchanges) > _SHOWN:
        yield f"and {len(exchanges) - _SHOWN} more"


def _span(judgement: Judgement) -> str:
    seconds = (judgement.last - judgement.first) / 1000
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
