"""When a call above a rate limit is to come back."""

from __future__ import annotations

import pytest

from mockserver.simulation.faults.kinds.rate_limit import RateLimit
from mockserver.simulation.faults.kinds.status import ErrorAnswer
from tests.simulation.faults.conftest import call


@pytest.mark.parametrize(
    ("elapsed", "seconds"), [(0, "60"), (1, "60"), (1000, "59"), (59_000, "1"), (59_999, "1"), (60_000, "60")]
)
def test_a_refusal_says_in_whole_seconds_when_the_window_is_over(elapsed: int, seconds: str) -> None:
    assert RateLimit(0, 60_000).drawn(call(elapsed=elapsed)) == ErrorAnswer(429, headers=(("retry-after", seconds),))
