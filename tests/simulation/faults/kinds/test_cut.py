"""How much of a body is sent that is cut."""

from __future__ import annotations

import pytest

from mockserver.simulation.faults.kinds.cut import Cut


@pytest.mark.parametrize(
    ("at", "length", "kept"),
    [(0.5, 10, 5), (0.5, 11, 5), (0.0, 10, 0), (0.99, 10, 9), (0, 10, 0), (4, 10, 4), (10, 10, 9), (99, 10, 9)],
)
def test_a_cut_keeps_a_share_or_so_many_bytes_but_never_all(at: float, length: int, kept: int) -> None:
    assert Cut(at).kept(length) == kept


@pytest.mark.parametrize("at", [0, 5, 0.5])
def test_of_nothing_a_cut_keeps_nothing(at: float) -> None:
    assert Cut(at).kept(0) == 0
