"""Everything that happens, by its number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.journal import EventLog


@given(limit=st.integers(1, 5), count=st.integers(0, 12), after=st.integers(0, 12))
def test_what_was_not_told_yet_is_told_or_counted_as_lost(limit: int, count: int, after: int) -> None:
    feed = EventLog(limit)
    for _ in range(count):
        feed.publish(None, "x", {})
    told = [event.id for event in feed.after(after)]
    assert feed.lost(after) + len(told) == max(0, count - after)
    assert told == list(range(count - len(told) + 1, count + 1))


def test_who_listens_is_called_until_they_stop() -> None:
    feed, calls = EventLog(1), list[int]()

    def listen() -> None:
        calls.append(feed.last)

    feed.subscribe(listen)
    feed.publish(None, "x", {})
    feed.unsubscribe(listen)
    feed.publish(None, "x", {})
    assert calls == [1]
