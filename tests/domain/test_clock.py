"""A world's time moves as told, paced or stepped, and never back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.clock import DAY, HOUR, MINUTE, SECOND, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

START = 1_750_000_000_000

durations = st.lists(st.integers(0, 10**12), max_size=20)


def readings(values: Iterable[int]) -> Callable[[], int]:
    """Make a wall clock that shows these values one after another."""
    return iter(values).__next__


def still() -> Clock:
    """Make a clock that only moves when told."""
    return Clock(START, pace=0, wall=lambda: 5)


def test_units_are_in_milliseconds() -> None:
    assert (SECOND, MINUTE, HOUR, DAY) == (1_000, 60_000, 3_600_000, 86_400_000)


def test_a_clock_begins_at_its_start_whatever_the_wall_shows() -> None:
    assert Clock(START, wall=lambda: 5).now() == START


def test_at_pace_1_as_much_time_passes_as_on_the_wall() -> None:
    assert Clock(START, wall=readings([100, 350])).now() == START + 250


def test_at_pace_60_a_minute_passes_in_a_second() -> None:
    assert Clock(START, pace=60, wall=readings([0, 1_000])).now() == START + 60_000


def test_at_pace_0_the_wall_does_not_matter() -> None:
    assert Clock(START, pace=0, wall=readings([0, 1_000])).now() == START


def test_a_manual_advance_comes_on_top_of_the_pace() -> None:
    assert Clock(START, wall=readings([0, 10])).advance(5) == START + 15


def test_advance_answers_the_new_time() -> None:
    clock = still()
    assert clock.advance(7) == clock.now() == START + 7


def test_a_tick_lets_one_step_pass() -> None:
    clock = Clock(START, pace=0, step=3, wall=lambda: 5)
    clock.tick()
    assert clock.now() == START + 3


def test_without_a_step_a_tick_lets_no_time_pass() -> None:
    clock = still()
    clock.tick()
    assert clock.now() == START


def test_a_negative_advance_is_refused() -> None:
    with pytest.raises(ValueError, match="never runs backwards: cannot advance by -1 ms"):
        still().advance(-1)


def test_a_refused_advance_leaves_the_time_as_it_was() -> None:
    clock = still()
    with pytest.raises(ValueError, match="never runs backwards"):
        clock.advance(-1)
    assert clock.now() == START


@pytest.mark.parametrize(("pace", "step"), [(-1, 0), (0, -1)])
def test_a_clock_that_would_run_back_cannot_be_made(pace: int, step: int) -> None:
    with pytest.raises(ValueError, match="never runs backwards"):
        Clock(START, pace=pace, step=step, wall=lambda: 0)


def test_after_the_wall_jumped_back_time_goes_on_from_there() -> None:
    clock = Clock(START, wall=readings([1_000, 1_500, 200, 300]))
    assert [clock.now(), clock.now(), clock.now()] == [START + 500, START + 500, START + 600]


def test_a_clock_that_was_still_does_not_catch_up_when_it_runs() -> None:
    clock = Clock(START, pace=0, wall=readings([0, 1_000, 1_500]))
    clock.run(pace=1)
    assert clock.now() == START + 500


def test_what_passed_at_the_old_pace_stays_when_the_pace_changes() -> None:
    clock = Clock(START, pace=2, wall=readings([0, 100, 110]))
    clock.run(pace=60)
    assert clock.now() == START + 200 + 600


def test_a_clock_that_is_stopped_keeps_the_present_time() -> None:
    clock = Clock(START, wall=readings([0, 100, 1_000]))
    clock.run(pace=0)
    assert clock.now() == START + 100


def test_another_step_passes_from_the_next_tick_on() -> None:
    clock = still()
    clock.run(step=250)
    clock.tick()
    assert clock.now() == START + 250


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, (2, 3)), ({"pace": 0}, (0, 3)), ({"step": 0}, (2, 0)), ({"pace": 5, "step": 7}, (5, 7))],
)
def test_what_is_not_named_runs_on_as_before(change: dict[str, int], expected: tuple[int, int]) -> None:
    clock = Clock(START, pace=2, step=3, wall=lambda: 5)
    clock.run(**change)
    assert (clock.pace, clock.step) == expected


@pytest.mark.parametrize("change", [{"pace": -1}, {"step": -1}, {"pace": 5, "step": -1}, {"pace": -1, "step": 5}])
def test_a_clock_cannot_be_made_to_run_back(change: dict[str, int]) -> None:
    clock = Clock(START, pace=2, step=3, wall=lambda: 5)
    with pytest.raises(ValueError, match="never runs backwards: pace and step must be 0 or more"):
        clock.run(**change)
    assert (clock.pace, clock.step) == (2, 3)


@given(st.integers(0, 100), st.lists(st.integers(), min_size=1))
@settings(deadline=None)
def test_time_never_runs_back_whatever_the_wall_does(pace: int, wall: list[int]) -> None:
    clock = Clock(START, pace=pace, wall=readings([0, *wall]))
    seen = [START, *(clock.now() for _ in wall)]
    assert seen == sorted(seen)


@given(durations)
@settings(deadline=None)
def test_many_advances_come_to_the_same_time_as_one(parts: list[int]) -> None:
    clock = still()
    for part in parts:
        clock.advance(part)
    assert clock.now() == still().advance(sum(parts))


@given(st.integers(1, 100), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
@settings(deadline=None)
def test_looking_often_at_a_paced_clock_changes_nothing(pace: int, parts: list[int]) -> None:
    sums = [sum(parts[: count + 1]) for count in range(len(parts))]
    watched = Clock(START, pace=pace, wall=readings([0, *sums]))
    seen = [watched.now() for _ in parts]
    assert seen[-1] == Clock(START, pace=pace, wall=readings([0, sums[-1]])).now()
