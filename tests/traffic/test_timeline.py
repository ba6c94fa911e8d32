"""Exchanges are in the order of time, however they come, and in little memory."""

from __future__ import annotations

import pickle
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import Answer, Exchange, Request, timeline
from mockserver.traffic.exchange import RecordingError
from mockserver.traffic.timeline import Timeline, Timelines
from tests.traffic.traffic import exchanges

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def started(exchange: Exchange) -> int:
    return exchange.started


@given(st.lists(exchanges, max_size=12), st.sampled_from([1, 5_000, 20_000, 10**9]), st.integers(1, 5))
@settings(deadline=None)
def test_exchanges_are_sorted_and_equal_ones_keep_their_order(written: list[Exchange], budget: int, step: int) -> None:
    coarse = [each._replace(started=each.started % step, duration=float(place)) for place, each in enumerate(written)]
    assert list(Timeline(coarse, budget)) == sorted(coarse, key=started)


@pytest.mark.parametrize("budget", [1, 10**9])
def test_a_timeline_can_be_read_again_while_it_is_read(budget: int) -> None:
    written = [Exchange(Request("GET", f"http://h/{at}"), None, at, 0.0) for at in (3, 1, 2)]
    read = Timeline(written, budget)
    assert [(one.started, other.started) for one, other in zip(read, read, strict=True)] == [(1, 1), (2, 2), (3, 3)]


def _day(count: int) -> Iterator[Exchange]:
    for number in range(count):
        body = bytes([number % 256]) * 20_000
        yield Exchange(Request("GET", "http://h/"), Answer(200, (), body), count - number, 0.0)


def test_a_large_recording_needs_little_memory() -> None:
    tracemalloc.start()
    count = sum(1 for _ in Timeline(_day(3000), budget=2_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, peak < 20_000_000) == (3000, True)


def test_a_small_recording_is_not_written_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "TemporaryFile", None)
    assert [each.started for each in Timeline(_day(3))] == [1, 2, 3]


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(timeline, "TemporaryFile", full)
    with pytest.raises(RecordingError, match="a temporary file cannot be written: No space left on device"):
        Timeline(_day(3), budget=1)


@pytest.mark.parametrize("budget", [1, 5_000, 10**9])
def test_exchanges_until_a_time_are_changed(budget: int) -> None:
    read = Timeline(_day(9), budget)
    read.change(lambda exchange: exchange._replace(operation="changed"), until=4)
    changed = [each.started for each in read if each.operation == "changed"]
    assert ([each.started for each in read], changed[:4]) == ([*range(1, 10)], [1, 2, 3, 4])


@pytest.mark.parametrize("budget", [1, 5_000, 10**9])
def test_a_timeline_in_a_file_is_sent_to_another_process(tmp_path: Path, budget: int) -> None:
    sent = Timeline(_day(9), budget, tmp_path / "spool")
    received = pickle.loads(pickle.dumps(sent))  # noqa: S301
    assert list(received) == list(sent)


def test_several_timelines_are_one() -> None:
    starts = {"one": (1, 3), "other": (2, 3)}
    read = Timelines(
        Timeline([Exchange(Request("GET", f"http://{host}/"), None, at, 0.0) for at in many])
        for host, many in starts.items()
    )
    assert [(each.started, each.request.authority) for each in read] == [
        (1, "one"),
        (2, "other"),
        (3, "one"),
        (3, "other"),
    ]
