"""What came of all tests, for people: a line for the terminal, and Markdown for the summary of a CI job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.reports.summary import counted, dollars, money, ordered, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mockserver.findings import Run, Statement
    from mockserver.traffic.coverage import Coverage

_DEAREST = 20
"""So many tests are listed with what they would have cost."""


def line(run: Run) -> str:
    """The whole run in a line."""
    met = run.coverage.ratios()["operations"]
    found = ", ".join(counted(number, level.value) for level, number in tally(run.findings).items() if number)
    parts = (
        counted(len(run.suites), "test"),
        counted(run.cases, "call"),
        f"{met.met} of {met.total} operations met",
        found or "nothing found",
        f"would have cost {dollars(run.statement.lost if run.statement else 0)}",
    )
    return ", ".join(parts)


def summary(run: Run, costs: Mapping[str, Statement]) -> str:
    """A run in Markdown; `costs` are those of its tests."""
    return "\n".join(_lines(run, costs)) + "\n"


def _lines(run: Run, costs: Mapping[str, Statement]) -> Iterator[str]:
    yield f"# The client in its tests\n\n{line(run)}.\n\n## Findings\n"
    if run.findings:
        yield _row("", "code", "operation", "what it did")
        yield "|---|---|---|---|"
    for each in ordered(run.findings):
        yield _row(each.level.value, f"`{each.code}`", each.operation, each.message)
    if not run.findings:
        yield "None."
    yield "\n## Coverage of the contract\n\n| | met | of |\n|---|---|---|"
    yield from (_row(name, ratio.met, ratio.total) for name, ratio in run.coverage.ratios().items() if ratio.total)
    if missing := [*_unmet(run.coverage)]:
        yield f"\nNot met: {', '.join(f'`{each}`' for each in missing)}."
    yield "\n## Cost\n"
    if run.statement:
        yield f"{money(run.statement)}\n"
    dearest = sorted(((test, cost) for test, cost in costs.items() if cost.spent), key=lambda each: -each[1].lost)
    if dearest:
        yield "| test | spent | refunded | lost |\n|---|---|---|---|"
    for test, cost in dearest[:_DEAREST]:
        yield _row(f"`{test}`", dollars(cost.spent), dollars(cost.refunded), dollars(cost.lost))
    if len(dearest) > _DEAREST:
        yield f"\nAnd {counted(len(dearest) - _DEAREST, 'test')} more, none of which lost more."


def _unmet(coverage: Coverage) -> Iterable[str]:
    met = {answer.operation for answer in coverage.answers if answer.times}
    yield from (operation for operation in coverage.operations if operation not in met)
    yield from (str(state) for state in coverage.states if state.listed and not state.times)
    yield from (str(transition) for transition in coverage.transitions if transition.listed and not transition.times)


def _row(*cells: object) -> str:
    texts = (" ".join(str(cell).split()).replace("|", "&#124;") for cell in cells)
    return f"| {' | '.join(texts)} |"
