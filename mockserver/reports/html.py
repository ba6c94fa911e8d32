"""A run as a self-contained HTML page, without network access or scripts.

The template `page.html.jinja` has the text and the style. This module provides its data: the order diagram and the
matrix of operations and responses.
"""

from __future__ import annotations

from functools import cache
from math import cos, hypot, pi, sin
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mockserver.findings import codes
from mockserver.reports import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from mockserver.findings import Run
    from mockserver.traffic.coverage import AnswerCount, Coverage, Route, StateCount, TransitionCount


WIDTH, HEIGHT = 640, 400
NODE_WIDTH, NODE_HEIGHT = 128, 46
BEND = 0.16
"""Offset of an arrow to its left, as a fraction of its length: it keeps opposite arrows apart."""


class Node(NamedTuple):
    """A state and the centre of its box, in SVG units."""

    state: StateCount
    x: float
    y: float


class Arrow(NamedTuple):
    """A transition, its SVG path, and the centre of its label."""

    transition: TransitionCount
    path: str
    x: float
    y: float


class Diagram(NamedTuple):
    """A diagram of states and transitions; sizes are in SVG units."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def lay_out(states: Sequence[StateCount], transitions: Sequence[TransitionCount]) -> Diagram:
    """Lay out states clockwise from the left, and the transitions between them.

    Transitions from or to other states are omitted.
    """
    turn = 2 * pi / max(len(states), 1)
    across, down = (WIDTH - NODE_WIDTH) / 2 - 30, (HEIGHT - NODE_HEIGHT) / 2 - 54
    nodes = {
        state.state: Node(
            state,
            round(WIDTH / 2 - across * cos(turn * number), 1),
            round(HEIGHT / 2 - down * sin(turn * number), 1),
        )
        for number, state in enumerate(states)
    }
    arrows = tuple(
        _arrow(each, nodes[each.before], nodes[each.after])
        for each in transitions
        if each.before in nodes and each.after in nodes
    )
    return Diagram(WIDTH, HEIGHT, tuple(nodes.values()), arrows)


def _arrow(transition: TransitionCount, start: Node, end: Node) -> Arrow:
    return _loop(transition, start) if start == end else _curve(transition, start, end)


def _loop(transition: TransitionCount, node: Node) -> Arrow:
    """Return an arrow from the top of a box back to it."""
    top = node.y - NODE_HEIGHT / 2
    path = f"M{node.x - 26:.1f},{top:.1f} C{node.x - 50:.1f},{top - 50:.1f} {node.x + 50:.1f},{top - 50:.1f} "
    return Arrow(transition, f"{path}{node.x + 26:.1f},{top:.1f}", round(node.x, 1), round(top - 37, 1))


def _curve(transition: TransitionCount, start: Node, end: Node) -> Arrow:
    dx, dy = end.x - start.x, end.y - start.y
    bend_x, bend_y = (start.x + end.x) / 2 + dy * BEND, (start.y + end.y) / 2 - dx * BEND
    from_x, from_y = _edge(start, bend_x, bend_y)
    to_x, to_y = _edge(end, bend_x, bend_y)
    path = f"M{from_x:.1f},{from_y:.1f} Q{bend_x:.1f},{bend_y:.1f} {to_x:.1f},{to_y:.1f}"
    middle_x, middle_y = (from_x + 2 * bend_x + to_x) / 4, (from_y + 2 * bend_y + to_y) / 4
    return Arrow(transition, path, round(middle_x, 1), round(middle_y, 1))


def _edge(node: Node, x: float, y: float) -> tuple[float, float]:
    """Return the point where the line from the centre of a box to a point leaves the box, plus a margin."""
    dx, dy = x - node.x, y - node.y
    length = hypot(dx, dy) or 1.0
    reach = min(
        (NODE_WIDTH / 2) / abs(dx) if dx else float("inf"),
        (NODE_HEIGHT / 2) / abs(dy) if dy else float("inf"),
    )
    part = min(reach + 4 / length, 1.0)
    return node.x + dx * part, node.y + dy * part


TEMPLATE = Path(__file__).with_name("page.html.jinja")


class Row(NamedTuple):
    """An operation in the matrix, with a response per column; None if the contract lists none."""

    operation: str
    route: Route | None
    cells: tuple[AnswerCount | None, ...]


class Matrix(NamedTuple):
    """The matrix of operations and responses. `columns` are status codes."""

    columns: tuple[int, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]


def render(run: Run, *, strict: bool) -> bytes:
    """Return a run as an HTML page. If `strict`, notes fail the run."""
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
        node=(NODE_WIDTH, NODE_HEIGHT),
        diagram=lay_out(run.coverage.states, run.coverage.transitions),
    )
    return page.encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"dollars": summary.dollars, "counted": summary.counted}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def matrix(coverage: Coverage) -> Matrix:
    """Return the matrix of operations and responses, grouped by document, with a column per status code."""
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
