"""A run as one page of HTML that needs nothing else: no network, no script.

The template `page.html.jinja` has the words and the looks; here is what it shows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mockserver.findings import codes
from mockserver.reports import diagram, summary

if TYPE_CHECKING:
    from jinja2 import Template

    from mockserver.findings import Run
    from mockserver.traffic.coverage import AnswerCount, Coverage, Route

TEMPLATE = Path(__file__).with_name("page.html.jinja")


class Row(NamedTuple):
    """An operation in the matrix, and its answers by their columns; None where the contract lists none."""

    operation: str
    route: Route | None
    cells: tuple[AnswerCount | None, ...]


class Matrix(NamedTuple):
    """Operations and their answers. `columns` are status codes."""

    columns: tuple[int, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]


def render(run: Run, *, strict: bool) -> bytes:
    """Write a run as a page. `strict` says that notes fail the run."""
    page = _template().render(
        run=run,
        code=run.exit_code(strict=strict),
        verdict=summary.verdict(run),
        started=summary.moment(run.started),
        tally=summary.tally(run.findings),
        findings=summary.ordered(run.findings),
        accepted=summary.ordered(run.accepted),
        levels={suite.name: summary.tally(f for f in run.findings if f.suite == suite.name) for suite in run.suites},
        money=run.statement and summary.money(run.statement),
        codes=codes(),
        ratios=run.coverage.ratios(),
        matrix=matrix(run.coverage),
        node=(diagram.NODE_WIDTH, diagram.NODE_HEIGHT),
        diagram=diagram.lay_out(run.coverage.states, run.coverage.transitions),
    )
    return page.encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"dollars": summary.dollars, "counted": summary.counted}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def matrix(coverage: Coverage) -> Matrix:
    """Lay out operations and answers, grouped by document, with a column for each status code there is."""
    answers = {(answer.operation, answer.status): answer for answer in coverage.answers}
    columns = tuple(sorted({status for _, status in answers}))
    rows = [
        Row(name, coverage.route(name), tuple(answers.get((name, status)) for status in columns))
        for name in coverage.operations
    ]
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.operation.partition(".")[0], []).append(row)
    return Matrix(columns, tuple((document, tuple(of)) for document, of in groups.items()))
