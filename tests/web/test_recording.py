"""What is kept of an exchange takes no more memory than it has to."""

from __future__ import annotations

import tracemalloc

import httpx
import pytest

from mockserver.serving.setup import Mock, set_up
from mockserver.simulation.journal import ServedExchange
from tests.conftest import V3, InProcess

KIBIBYTE = 1024


@pytest.fixture(scope="module")
def served() -> Mock:
    """A mock as it is served."""
    return set_up("default")


@pytest.fixture
def v3(served: Mock) -> V3:
    """A customer of the mock."""
    return V3(httpx.Client(transport=InProcess(served.app), base_url="http://localhost"))


def test_a_short_answer_is_kept_in_little_memory(v3: V3) -> None:
    v3.balance()
    tracemalloc.start()
    try:
        for _ in range(100):
            v3.balance()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 100 * 4.5 * KIBIBYTE


def test_an_event_keeps_no_more_of_a_long_body_than_the_journal(served: Mock, v3: V3) -> None:
    v3.send("PUT", "/numbers/{user}/order", country="x" * 500 * KIBIBYTE)

    kept = [event.what.content for event in served.worlds.feed.after(0) if isinstance(event.what, ServedExchange)][-1]

    assert kept is not None
    assert len(kept) == served.worlds.limits.kept
