"""The bounds of the service's time, by the times that it gives to orders."""

from __future__ import annotations

from math import inf

import pytest

from mockserver.drift.inference.knowledge import UNKNOWN, Knowledge
from mockserver.drift.inference.service_clock import ServiceClock
from tests.drift.inference.evidence import order


def known(*orders: tuple[str, int, int | None, int | None]) -> Knowledge:
    """Orders by id: when the recorder saw it placed, when the service says it was placed, and when it ends."""
    knowledge = Knowledge()
    for number, at, ordered, ends in orders:
        knowledge.issue(order(number), at)
        knowledge.learn(order(number), "ordered_at", ordered, at)
        knowledge.learn(order(number), "expires_at", ends, at)
    return knowledge


TWO = known(("1", 10, 1000, None), ("2", 20, 2000, None))


@pytest.mark.parametrize(
    ("at", "bounds"),
    [(9, (-inf, 1000)), (10, (1000, 2000)), (19, (1000, 2000)), (20, (2000, inf)), (99, (2000, inf))],
)
def test_the_time_is_between_the_orders_before_and_after(at: int, bounds: tuple[float, float]) -> None:
    assert ServiceClock(TWO).bounds(at) == bounds


def test_the_time_is_unknown_without_orders() -> None:
    assert ServiceClock(Knowledge()).bounds(10) == (-inf, inf)


def test_an_order_whose_creation_was_not_seen_shows_nothing() -> None:
    knowledge = Knowledge()
    knowledge.learn(order("1"), "ordered_at", 1000, 10)
    assert ServiceClock(knowledge).bounds(20) == (-inf, inf)


def test_an_order_of_which_only_the_end_is_known_was_placed_one_lifetime_before() -> None:
    assert ServiceClock(known(("1", 10, 1000, 1600), ("2", 20, None, 2600))).bounds(20) == (2000, inf)


@pytest.mark.parametrize("others", [[], [("1", 10, 1000, 1600), ("2", 11, 1001, 2301)]])
def test_an_end_shows_nothing_if_no_lifetime_is_the_usual_one(others: list[tuple[str, int, int, int]]) -> None:
    clock = ServiceClock(known(*others, ("9", 20, None, 2600)))
    assert clock.bounds(20) == ServiceClock(known(*others)).bounds(20)


def test_the_usual_lifetime_outweighs_an_order_that_was_renewed() -> None:
    orders = [("1", 10, 1000, 1600), ("2", 11, 1001, 2301), ("3", 12, 1002, 1602)]
    assert ServiceClock(known(*orders, ("9", 20, None, 2600))).bounds(20) == (2000, inf)


def test_the_clock_may_be_reset_before_an_order_id_is_issued_again() -> None:
    clock = ServiceClock(known(("1", 10, 1000, None), ("1", 20, 500, None)))
    assert [clock.bounds(at) for at in (15, 20)] == [(1000, inf), (500, inf)]


@pytest.mark.parametrize(("at", "bounds"), [(15, (1000, inf)), (25, (-inf, 500)), (30, (500, inf))])
def test_a_reset_counts_if_the_time_of_the_order_that_shows_it_is_unknown(at: int, bounds: tuple[float, float]) -> None:
    clock = ServiceClock(known(("1", 10, 1000, None), ("1", 20, None, None), ("2", 30, 500, None)))
    assert clock.bounds(at) == bounds


def test_times_that_contradict_each_other_show_nothing_in_between() -> None:
    assert ServiceClock(known(("1", 10, 1000, None), ("2", 20, 500, None))).bounds(15) == (-inf, inf)


@pytest.mark.parametrize(("ends", "has_ended"), [(999, True), (1000, True), (1500, None), (2000, None), (2001, False)])
def test_an_order_has_ended_if_the_earliest_time_is_past_its_end(ends: int, has_ended: bool | None) -> None:
    knowledge = known(("1", 10, 1000, None), ("2", 20, 2000, None))
    knowledge.learn(order("7"), "expires_at", ends, 5)
    assert ServiceClock(knowledge).has_ended(order("7"), 15) is has_ended


@pytest.mark.parametrize("ends", [None, UNKNOWN])
def test_whether_an_order_has_ended_is_unknown_without_its_end(ends: object) -> None:
    knowledge = known(("1", 10, 1000, 1600), ("2", 20, 2000, None))
    knowledge.learn(order("1"), "expires_at", ends, 12)
    unseen = order("7") if ends is None else order("1")
    assert ServiceClock(knowledge).has_ended(unseen, 25) is None


def test_an_end_that_is_seen_later_says_nothing_yet() -> None:
    knowledge = known(("1", 10, 1000, None), ("2", 20, 2000, None))
    knowledge.learn(order("1"), "expires_at", 900, 18)
    assert ServiceClock(knowledge).has_ended(order("1"), 15) is None
