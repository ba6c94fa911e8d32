"""How latencies are drawn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.faults.kinds.latency import Lognormal, Uniform
from mockserver.simulation.units import LONGEST_WAIT
from tests.simulation.faults.conftest import call


@given(st.integers(0, 10**5), st.integers(0, 10**5), st.integers())
@settings(deadline=None)
def test_a_uniform_latency_lies_within_its_bounds(low: int, spread: int, label: int) -> None:
    assert low <= Uniform(low, low + spread).drawn(call(label)).duration <= low + spread


def test_a_uniform_latency_reaches_both_bounds() -> None:
    assert {Uniform(1, 3).drawn(call(label)).duration for label in range(50)} == {1, 2, 3}


def test_half_of_lognormal_latencies_are_below_the_median() -> None:
    below = sum(Lognormal(1000, 0.5).drawn(call(label)).duration < 1000 for label in range(2000))
    assert 900 < below < 1100


def test_two_thirds_of_lognormal_latencies_are_within_one_sigma() -> None:
    drawn = [Lognormal(1000, 0.5).drawn(call(label)).duration for label in range(2000)]
    assert 1300 < sum(607 < duration < 1649 for duration in drawn) < 1430


@given(st.integers(0, LONGEST_WAIT), st.floats(0, 10), st.integers())
@settings(deadline=None)
def test_no_latency_is_longer_than_anybody_waits(median: int, sigma: float, label: int) -> None:
    assert 0 <= Lognormal(median, sigma).drawn(call(label)).duration <= LONGEST_WAIT
