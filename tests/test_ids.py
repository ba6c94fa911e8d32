"""Every test has an id of its own: of those that share one, pytest-xdist runs one, and nobody misses the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def test_no_two_tests_have_one_id(request: pytest.FixtureRequest) -> None:
    times = Counter(item.nodeid for item in request.session.items)
    assert [name for name, count in times.items() if count > 1] == []
