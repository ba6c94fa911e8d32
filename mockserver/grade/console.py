"""Console output of `grade`: findings, trials, coverage, cost and the grade."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from mockserver.findings import explain
from mockserver.grade.matrix import Case
from mockserver.grade.outcome import blame, heaviest_first, merged
from mockserver.judge import letter
from mockserver.judge.rules import ANSWER
from mockserver.reports.console import print_finding
from mockserver.reports.redacted import printable
from mockserver.reports.summary import counted, dollars, moment, tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from rich.console import Console

    from mockserver.findings import Finding, Run, Statement
    from mockserver.grade.outcome import TrialFinding
    from mockserver.grade.trial import Trial
    from mockserver.judge.judge import Judgement
    from mockserver.traffic import Exchange
    from mockserver.traffic.coverage import Coverage


_LONG = 120
"""From this number of seconds on, durations are shown in minutes."""
_SHOWN = 4
"""Exchanges of the evidence that are printed; reports contain all."""


def show_finding(finding: Finding, console: Console, places: Collection[str] = ()) -> None:
    """Print a finding with its evidence and what it costs. `places` are the trials that have it."""
    details = {
        "evidence": "\n".join(_evidence(finding.exchanges)),
        "costs": explain(finding.code).cost,
        "under": "; ".join(places),
    }
    print_finding(finding, console, finding.operation, details)


def span(judgement: Judgement) -> str:
    """Return how many calls a client made, and in how much of its world's time."""
    seconds = (judgement.last - judgement.first) / 1000
    passed = f"{seconds:.0f} s" if seconds < _LONG else f"{seconds / 60:.0f} minutes"
    return f"{counted(judgement.calls, 'call')} in {passed}."


def cost(statement: Statement) -> str:
    """Return what the orders would have cost at the vendor, what was refunded, and what was lost."""
    orders = counted(len(statement.lines), "order")
    amounts = (
        f"{dollars(statement.spent)} charged, {dollars(statement.refunded)} refunded, {dollars(statement.lost)} lost"
    )
    wasted = sum(line.price - line.refunded for line in statement.lines if line.outcome in ("open", "expired"))
    unknown = sum(line.outcome == "unknown" for line in statement.lines)
    parts = [f"Cost: {orders}, {amounts}"]
    parts += [f", {dollars(wasted)} of it for orders without an SMS"] if wasted else []
    parts += [f"; {unknown} of them may not exist: they got no response"] if unknown else []
    return f"{''.join(parts)}."


def met(coverage: Coverage) -> Table:
    """Return a table of the coverage: how much was covered, and what was not."""
    table = Table("", "covered", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.columns[1].justify = "right"
    table.add_column("not covered", overflow="fold")
    for name, ratio in coverage.ratios().items():
        if ratio.total:
            table.add_row(name, f"{ratio.met} of {ratio.total}", Text(", ".join(_uncovered(coverage, name)), "dim"))
    return table


def _uncovered(coverage: Coverage, name: str) -> list[str]:
    """Return the uncovered operations, states, transitions, failures or readings. Uncovered responses are too many."""
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


_FEW = 2
"""Up to this number, trials are named even if a finding occurs in all of them."""
_GRADES = {"A": "bold green", "B": "cyan", "C": "yellow", "D": "red", "F": "bold red"}


def show(run: Run, trials: Sequence[Trial], console: Console, *, quiet: bool = False) -> None:
    """Print the findings, a table of the trials if there are several, coverage, cost and the grade.

    If quiet, print only the grade.
    """
    if trials and not quiet:
        for found in heaviest_first(merged(run.findings)):
            show_finding(_copyable(found.finding), console, _places(found, trials))
        if len(trials) > 1:
            console.print(_table(trials))
        if any(trial.judgement.calls for trial in trials):
            console.print(met(run.coverage))
        for line in _remarks(run, trials):
            console.print(Text(line))
        console.print()
    style = _GRADES[letter(run.findings)] if trials else "bold red"
    console.print(Text(sentence(run, trials), style), soft_wrap=True)


def show_output(trials: Sequence[Trial], console: Console) -> None:
    """Print the output of the commands."""
    for trial in trials:
        if trial.completed:
            console.print(Text(f"{trial.name}: the command {trial.completed.ending}", "bold"))
            console.print(Text(printable(trial.completed.output)))


def sentence(run: Run, trials: Sequence[Trial]) -> str:
    """Return the grade and what the client fails under, in one line."""
    if not trials:
        return f"Nothing was graded: {run.interrupted}."
    levels = tally(found.finding for found in merged(run.findings))
    found = ", ".join(counted(number, level.value) for level, number in levels.items() if number)
    calls = sum(trial.judgement.calls for trial in trials)
    tried = f"{counted(calls, 'call')} of {counted(len(trials), 'trial')}"
    if answers := run.cases - calls:
        tried += f" and {counted(answers, 'run')} with changed responses"
    parts = [f"Not finished: {run.interrupted}. Until then:"] if run.interrupted else []
    nothing = "nothing found apart from what the baseline accepts" if run.accepted else "nothing found"
    parts.append(f"Grade {letter(run.findings)}: {found or nothing} in {tried}.")
    survived = {trial.case: trial.survived for trial in trials if trial.case is not None}
    if survived:
        parts.append(str(blame(survived)))
    if weak := sum(finding.code == ANSWER for finding in run.findings):
        parts.append(f"It does not survive {counted(weak, 'response')} that the contract allows.")
    return " ".join(parts)


def _copyable(finding: Finding) -> Finding:
    """Move the response to a line that is not wrapped, so that it can be copied."""
    if finding.code != ANSWER:
        return finding
    return finding._replace(got="", curl="\n".join(filter(None, (finding.got, finding.curl))))


def _places(found: TrialFinding, trials: Sequence[Trial]) -> Sequence[str]:
    """Return the names of the trials that have a finding, shortened if there are many; empty for a single trial."""
    if len(trials) == 1:
        return ()
    if len(found.places) == len(trials) > _FEW:
        return (f"all {len(trials)} trials",)
    every = _every(trials)
    full = [each.case for each in trials if each.case and _is_full(each.case, every)]
    short = {case.name: f"{case.scenario} with all readings" for case in full}
    return [short.get(place, place) for place in found.places]


def _table(trials: Sequence[Trial]) -> Table:
    table = Table("scenario", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("readings", overflow="fold")
    for heading in ("exit", "grade", "lost"):
        table.add_column(heading, justify="right")
    table.add_column("found", overflow="fold")
    every = _every(trials)
    for trial in trials:
        case = trial.case or Case(trial.name)
        codes = Counter(finding.code for finding in trial.findings)
        grade = letter(trial.findings)
        table.add_row(
            Text(printable(case.scenario)),
            Text(_readings(case, every)),
            trial.completed.exit if trial.completed else "",
            Text(grade, _GRADES[grade]),
            dollars(trial.judgement.statement.lost),
            ", ".join(f"{code} ({times} times)" if times > 1 else code for code, times in codes.items()),
        )
    return table


def _every(trials: Sequence[Trial]) -> set[tuple[str, str]]:
    return {each for trial in trials if trial.case for each in trial.case.readings}


def _is_full(case: Case, every: set[tuple[str, str]]) -> bool:
    """Return whether a case has all readings of the trials, as pairwise cases often do."""
    return len(case.readings) > 1 and set(case.readings) == every


def _readings(case: Case, every: set[tuple[str, str]]) -> str:
    if _is_full(case, every):
        return "all of the above"
    return "\n".join(f"{name}={value}" for name, value in case.readings)


def _remarks(run: Run, trials: Sequence[Trial]) -> Iterator[str]:
    if len(trials) == 1:
        yield span(trials[0].judgement)
    if run.statement:
        yield cost(run.statement)
    yield from (
        f"Skipped in {suite.name}: {what}, because {why}." for suite in run.suites for what, why in suite.skipped
    )
    if run.accepted:
        yield f"The baseline accepts {counted(len(merged(run.accepted)), 'finding')}."
    if run.stale:
        yield f"The baseline accepts {counted(len(run.stale), 'finding')} that did not occur: {', '.join(run.stale)}."
    if run.findings:
        yield "`smsonline-mock explain CODE` says what a code means."
