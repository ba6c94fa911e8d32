"""How latencies are drawn, rate limits refuse, and bodies are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.chance import Chance
from mockserver.simulation.faults.effects import LONGEST_WAIT, Cut, Lognormal, RateLimit, Uniform

CHANCE = Chance(1)


@given(st.integers(0, 10**5), st.integers(0, 10**5), st.integers())
@settings(deadline=None)
def test_a_uniform_latency_lies_within_its_bounds(low: int, spread: int, label: int) -> None:
    assert low <= Uniform(low, low + spread).draw(CHANCE, label).duration <= low + spread


def test_a_uniform_latency_reaches_both_bounds() -> None:
    assert {Uniform(1, 3).draw(CHANCE, label).duration for label in range(50)} == {1, 2, 3}


def test_half_of_lognormal_latencies_are_below_the_median() -> None:
    below = sum(Lognormal(1000, 0.5).draw(CHANCE, label).duration < 1000 for label in range(2000))
    assert 900 < below < 1100


def test_two_thirds_of_lognormal_latencies_are_within_one_sigma() -> None:
    drawn = [Lognormal(1000, 0.5).draw(CHANCE, label).duration for label in range(2000)]
    assert 1300 < sum(607 < duration < 1649 for duration in drawn) < 1430


@given(st.integers(0, LONGEST_WAIT), st.floats(0, 10), st.integers())
@settings(deadline=None)
def test_no_latency_is_longer_than_anybody_waits(median: int, sigma: float, label: int) -> None:
    assert 0 <= Lognormal(median, sigma).draw(CHANCE, label).duration <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("elapsed", "seconds"), [(0, "60"), (1, "60"), (1000, "59"), (59_000, "1"), (59_999, "1"), (60_000, "60")]
)
def test_a_refusal_says_in_whole_seconds_when_the_window_is_over(elapsed: int, seconds: str) -> None:
    assert RateLimit(1, 60_000).refusal(elapsed).headers == (("retry-after", seconds),)


@pytest.mark.parametrize(
    ("at", "length", "kept"),
    [(0.5, 10, 5), (0.5, 11, 5), (0.0, 10, 0), (0.99, 10, 9), (0, 10, 0), (4, 10, 4), (10, 10, 9), (99, 10, 9)],
)
def test_a_cut_keeps_a_share_or_so_many_bytes_but_never_all(at: float, length: int, kept: int) -> None:
    assert Cut(at).kept(length) == kept


@pytest.mark.parametrize("at", [0, 5, 0.5])
def test_of_nothing_a_cut_keeps_nothing(at: float) -> None:
    assert Cut(at).kept(0) == 0
