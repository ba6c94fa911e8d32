"""The layout of states and transitions."""

from __future__ import annotations

from itertools import combinations

import pytest

from mockserver.reports.html import HEIGHT, NODE_HEIGHT, NODE_WIDTH, WIDTH, lay_out
from mockserver.traffic.coverage import StateCount, TransitionCount

NAMES = ["waiting", "completed", "refunded", "expired", "lost", "found", "kept"]


def states(number: int) -> list[StateCount]:
    return [StateCount(name, 0, listed=True) for name in NAMES[:number]]


def every(number: int) -> list[TransitionCount]:
    return [TransitionCount(a, b, 0, listed=True) for a in NAMES[:number] for b in NAMES[:number]]


@pytest.mark.parametrize("number", range(1, 8))
def test_every_state_is_inside_the_drawing(number: int) -> None:
    for node in lay_out(states(number), ()).nodes:
        assert NODE_WIDTH / 2 <= node.x <= WIDTH - NODE_WIDTH / 2
        assert NODE_HEIGHT / 2 <= node.y <= HEIGHT - NODE_HEIGHT / 2


@pytest.mark.parametrize("number", range(2, 7))
def test_no_state_covers_another(number: int) -> None:
    for one, other in combinations(lay_out(states(number), ()).nodes, 2):
        assert abs(one.x - other.x) >= NODE_WIDTH or abs(one.y - other.y) >= NODE_HEIGHT


@pytest.mark.parametrize("number", range(1, 8))
def test_every_label_is_inside_the_drawing(number: int) -> None:
    for arrow in lay_out(states(number), every(number)).arrows:
        assert 0 < arrow.x < WIDTH
        assert 0 < arrow.y < HEIGHT


@pytest.mark.parametrize("number", range(1, 6))
def test_no_label_covers_another(number: int) -> None:
    spots = [(arrow.x, arrow.y) for arrow in lay_out(states(number), every(number)).arrows]

    assert len(set(spots)) == number * number


def test_a_transition_of_an_unknown_state_is_left_out() -> None:
    assert lay_out(states(1), [TransitionCount("waiting", "lost", 1, listed=False)]).arrows == ()


def test_nothing_is_laid_out_from_nothing() -> None:
    drawing = lay_out((), ())

    assert (drawing.nodes, drawing.arrows) == ((), ())
