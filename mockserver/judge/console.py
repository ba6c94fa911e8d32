"""What is said of a client, for people on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from mockserver.findings import explain
from mockserver.reports.console import STYLES
from mockserver.reports.redacted import printable
from mockserver.reports.summary import counted, dollars, moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rich.console import Console

    from mockserver.findings import Finding, Statement
    from mockserver.judge.judge import Judgement
    from mockserver.traffic import Exchange
    from mockserver.traffic.coverage import Coverage

_LONG = 120
"""So many seconds are told in minutes."""
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


def span(judgement: Judgement) -> str:
    """Say how much a client did, and in how much of its own time."""
    seconds = (judgement.last - judgement.first) / 1000
    passed = f"{seconds:.0f} s" if seconds < _LONG else f"{seconds / 60:.0f} minutes"
    return f"{counted(judgement.calls, 'call')} in {passed}."


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


def met(coverage: Coverage) -> Table:
    """Return a table of how much was met of what there is, and what was not."""
    table = Table("", "met", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.columns[1].justify = "right"
    table.add_column("never met", overflow="fold")
    for name, ratio in coverage.ratios().items():
        if ratio.total:
            table.add_row(name, f"{ratio.met} of {ratio.total}", Text(", ".join(_never(coverage, name)), "dim"))
    return table


def _never(coverage: Coverage, name: str) -> list[str]:
    """Name what was not met of operations, states, transitions, failures or readings; answers are too many."""
    operations = {answer.operation for answer in coverage.answers if answer.times}
    missing = {
        "operations": [each for each in coverage.operations if each not in operations],
        "states": [each.state for each in coverage.states if each.listed and not each.times],
        "transitions": [str(each) for each in coverage.transitions if each.listed and not each.times],
    }
    names = [each.name for each in coverage.names if f"{each.kind}s" == name and each.listed and not each.times]
    return missing.get(name, names)


def _evidence(exchanges: Collection[Exchange]) -> Iterator[str]:
    for exchange in tuple(exchanges)[:_SHOWN]:
        request, answer = exchange.request, exchange.answer
        at = exchange.notes.get("at")
        time = str(at)[11:23] if isinstance(at, str) else f"{moment(exchange.started):%H:%M:%S.%f}"[:12]
        yield f"{time} {request.method} {request.path} → {answer.status if answer else 'no answer'}"
    if len(exchanges) > _SHOWN:
        yield f"and {len(exchanges) - _SHOWN} more"
