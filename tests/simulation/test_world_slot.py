"""A world and what goes with it: what is counted, kept and told of what happens there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from mockserver.contract import load
from mockserver.domain.catalogue import Catalogue, StockKey
from mockserver.domain.clock import Clock
from mockserver.domain.customer import Customer
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Order, State
from mockserver.domain.world import OrderChanged, PriceChanged, StockChanged, World
from mockserver.simulation.journal import EventLog, Journal, ServedExchange
from mockserver.simulation.worlds import NOTHING, Counts, WorldSlot
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from mockserver.domain.script import Script
    from mockserver.domain.world import WorldEvent

SHELF = StockKey("12", "ds", "verizon")
BALANCE = load("v3").operations["getBalance"]


def world() -> World:
    """Make a world of Alice, in which nothing is for sale."""
    script = cast("Script", SimpleNamespace())
    made = World(Catalogue({}, {}, {}), {}, Clock(0, pace=0, wall=lambda: 0), script, rules=DEFAULT)
    made.open_account(Customer("alice"), ["key"])
    return made


@pytest.fixture
def feed() -> EventLog:
    return EventLog(100)


@pytest.fixture
def slot(feed: EventLog) -> WorldSlot:
    return WorldSlot("s", world(), feed, Journal(10, 10))


def order(state: State) -> Order:
    return Order("1", "alice", "12", "any", "ds", "12025550100", 16, 0, 1_200_000, state=state)


def entry(cents: int) -> Entry:
    return Entry(0, "alice", EntryKind.PAYMENT, cents, "p")


def exchange(operation: Any = BALANCE, status: int = 200, **fields: Any) -> ServedExchange:
    return ServedExchange("v3", operation, "GET", "/v3/x", status, "s", **fields)


def told(feed: EventLog) -> list[tuple[str | None, str]]:
    return [(event.world, event.kind) for event in feed.after(0)]


# What is counted


@pytest.mark.parametrize(
    ("changes", "states", "moves"),
    [
        ([(None, State.WAITING)], {State.WAITING: 1}, {}),
        (
            [(None, State.WAITING), (State.WAITING, State.COMPLETED)],
            {State.WAITING: 1, State.COMPLETED: 1},
            {(State.WAITING, State.COMPLETED): 1},
        ),
        ([(State.COMPLETED, State.COMPLETED)], {}, {(State.COMPLETED, State.COMPLETED): 1}),
        (
            [(State.WAITING, State.REFUNDED)] * 2,
            {State.REFUNDED: 2},
            {(State.WAITING, State.REFUNDED): 2},
        ),
    ],
)
def test_states_that_are_reached_and_moves_between_them_are_counted(
    slot: WorldSlot,
    changes: list[tuple[State | None, State]],
    states: dict[str, int],
    moves: dict[tuple[str, str], int],
) -> None:
    for before, after in changes:
        slot.world.notify(OrderChanged(before, order(after)))
    assert (slot.counts.states, slot.counts.moves) == (states, moves)


def test_answers_are_counted_by_operation_and_status(slot: WorldSlot) -> None:
    for status in (200, 200, 401):
        slot.record(exchange(status=status))
    assert slot.counts.answers == {("v3.getBalance", 200): 2, ("v3.getBalance", 401): 1}


def test_a_path_that_leads_nowhere_counts_for_no_operation(slot: WorldSlot) -> None:
    slot.record(exchange(None, 404))
    assert (slot.counts, len(slot.journal)) == (Counts.none(), 1)


def test_counts_are_added_up() -> None:
    total, other = Counts.none(), Counts.none()
    other.answers["v3.getBalance", 200] += 2
    other.states["waiting"] += 1
    other.moves["waiting", "expired"] += 1
    for _ in range(2):
        total.add(other)
    assert total == ({("v3.getBalance", 200): 4}, {"waiting": 2}, {("waiting", "expired"): 2})


def test_what_one_counts_no_other_does() -> None:
    Counts.none().states["waiting"] += 1
    assert Counts.none() == ({}, {}, {})


def test_what_was_met_is_forgotten_with_what_came_and_went(slot: WorldSlot) -> None:
    slot.record(exchange())
    slot.world.notify(OrderChanged(None, order(State.WAITING)))
    slot.forget()
    assert (slot.counts, len(slot.journal), slot.journal.forgotten) == (Counts.none(), 0, 1)


# What is told


@pytest.mark.parametrize(
    ("occurrence", "kind"),
    [
        (OrderChanged(None, order(State.WAITING)), "order"),
        (PriceChanged(SHELF, 16), "price"),
        (StockChanged(SHELF, 3), "stock"),
    ],
)
def test_what_happens_is_told_under_its_name(
    slot: WorldSlot, feed: EventLog, occurrence: WorldEvent, kind: str
) -> None:
    slot.world.notify(occurrence)
    assert [(event.kind, event.what) for event in feed.after(0)] == [(kind, occurrence)]


def test_money_is_told_once_and_in_its_order(slot: WorldSlot, feed: EventLog) -> None:
    for cents in (1, 2):
        slot.world.ledger.post(entry(cents))
    for _ in range(2):
        slot.publish_ledger()
    assert [event.what for event in feed.after(0)] == [entry(1), entry(2)]


@pytest.mark.parametrize("last", ["exchange", "order", "fault"])
def test_money_is_told_before_what_follows_it(slot: WorldSlot, feed: EventLog, last: str) -> None:
    slot.world.ledger.post(entry(1))
    match last:
        case "exchange":
            slot.record(exchange())
        case "order":
            slot.world.notify(OrderChanged(None, order(State.WAITING)))
        case "fault":
            slot.publish("fault", {"done": "added"})
    assert told(feed) == [("s", "ledger"), ("s", last)]


def test_money_that_was_there_at_the_beginning_is_no_news(feed: EventLog) -> None:
    opened = world()
    opened.ledger.post(entry(1))
    WorldSlot("s", opened, feed, Journal(1, 1)).publish_ledger()
    assert told(feed) == []


def test_an_exchange_is_told_as_it_is_kept(slot: WorldSlot, feed: EventLog) -> None:
    slot.record(exchange(answer=b"x" * 99))
    [event], [kept] = feed.after(0), slot.journal
    assert event.what is kept.exchange


# Another world in its place


def test_a_world_that_takes_the_place_is_listened_to(slot: WorldSlot, feed: EventLog) -> None:
    slot.world = world()
    slot.world.notify(PriceChanged(SHELF, 16))
    assert told(feed) == [("s", "price")]


def test_the_money_of_a_world_that_takes_the_place_is_told_from_there_on(slot: WorldSlot, feed: EventLog) -> None:
    other = world()
    for _ in range(3):
        other.ledger.post(entry(1))
    slot.world = other
    other.ledger.post(entry(5))
    slot.publish_ledger()
    assert [event.what for event in feed.after(0)] == [entry(5)]


# The rest


def test_a_world_is_used_when_an_exchange_begins(slot: WorldSlot) -> None:
    slot.record(exchange(began=77))
    assert slot.used == 77


def test_a_world_without_a_scenario_has_no_rules_that_decide(slot: WorldSlot) -> None:
    assert slot.decided() == ()


def test_readings_are_those_that_the_scenario_chooses() -> None:
    origin = NOTHING._replace(data={"readings": {"failures": "status", "discount": "shown"}})
    assert (NOTHING.readings, origin.readings) == ((), (("discount", "shown"), ("failures", "status")))
