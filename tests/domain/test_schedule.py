"""What is due comes off the agenda in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.schedule import Agenda, OrderEnds

dues = st.lists(st.integers(0, 20))


def agenda_of(dues: list[int]) -> Agenda:
    """Make an agenda of ends of orders, whose ids count the plans from 0."""
    schedule = Agenda()
    for number, due in enumerate(dues):
        schedule.plan(due, OrderEnds(str(number)))
    return schedule


def taken(schedule: Agenda, now: int) -> list[tuple[int, int]]:
    """Take off what is due: its time, and its number in the order of planning."""
    found = []
    for due, scheduled in schedule.due(now):
        assert isinstance(scheduled, OrderEnds)
        found.append((due, int(scheduled.order)))
    return found


def test_nothing_is_due_on_an_empty_agenda() -> None:
    assert taken(Agenda(), 10**15) == []


def test_what_is_due_just_now_comes_off() -> None:
    assert taken(agenda_of([5]), 5) == [(5, 0)]


def test_what_is_due_later_stays() -> None:
    schedule = agenda_of([5])
    assert (taken(schedule, 4), len(schedule)) == ([], 1)


def test_what_came_off_does_not_come_again() -> None:
    schedule = agenda_of([5])
    taken(schedule, 5)
    assert taken(schedule, 5) == []


def test_equal_times_come_in_the_order_of_planning() -> None:
    assert taken(agenda_of([5, 5, 5]), 5) == [(5, 0), (5, 1), (5, 2)]


def test_what_gets_planned_meanwhile_comes_off_too() -> None:
    schedule = agenda_of([1])
    seen = []
    for due, _ in schedule.due(3):
        seen.append(due)
        schedule.plan(due + 1, OrderEnds("next"))
    assert seen == [1, 2, 3]


@given(dues, st.integers(0, 20))
@settings(deadline=None)
def test_what_is_due_comes_off_by_time_then_by_plan(dues: list[int], now: int) -> None:
    expected = sorted((due, number) for number, due in enumerate(dues) if due <= now)
    assert taken(agenda_of(dues), now) == expected


@given(dues, st.lists(st.integers(0, 20)).map(sorted))
@settings(deadline=None)
def test_looking_in_between_changes_nothing(dues: list[int], looks: list[int]) -> None:
    schedule = agenda_of(dues)
    in_parts = [row for now in [*looks, 20] for row in taken(schedule, now)]
    assert in_parts == taken(agenda_of(dues), 20)
