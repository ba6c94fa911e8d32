"""The states of an order and the transitions between them, laid out on a circle to be drawn as SVG."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.traffic.coverage import StateCount, TransitionCount

WIDTH, HEIGHT = 640, 400
NODE_WIDTH, NODE_HEIGHT = 128, 46
BEND = 0.16
"""How far an arrow swerves to its left, as a part of its length, so that the one back does not cover it."""


class Node(NamedTuple):
    """A state, and the middle of its box."""

    state: StateCount
    x: float
    y: float


class Arrow(NamedTuple):
    """A transition, the path of its line in SVG, and the middle of its label."""

    transition: TransitionCount
    path: str
    x: float
    y: float


class Diagram(NamedTuple):
    """A drawing of this width and height."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def lay_out(states: Sequence[StateCount], transitions: Sequence[TransitionCount]) -> Diagram:
    """Lay out states clockwise from the left, and the transitions between them.

    A transition from or to a state that is not among them is left out.
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
    """Draw from the top of a box back to it."""
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
    """Return where the line from the middle of a box towards a point leaves the box, and a little farther."""
    dx, dy = x - node.x, y - node.y
    length = hypot(dx, dy) or 1.0
    reach = min(
        (NODE_WIDTH / 2) / abs(dx) if dx else float("inf"),
        (NODE_HEIGHT / 2) / abs(dy) if dy else float("inf"),
    )
    part = min(reach + 4 / length, 1.0)
    return node.x + dx * part, node.y + dy * part
