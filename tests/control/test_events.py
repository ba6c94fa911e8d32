"""The stream of everything that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.simulation.limits import WorldLimits
from tests.control.streams import events, heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.control.conftest import Steered

BRIEF = WorldLimits(stream=0.001)


@pytest.fixture
def brief(steer: Callable[..., Steered]) -> Steered:
    """A mock whose streams end at once, and in which something of every kind has happened."""
    steered = steer(limits=BRIEF)
    home, world = steered.home, steered.create()
    home.order()
    payment = home.pay()
    home("POST", f"/payments/{payment}/settle", json={"status": "paid"})
    home("PATCH", "/catalogue", json={"country": "12", "service": "ds", "price": 21, "stock": 5})
    home("POST", "/clock/advance", json={"by": "5s"})
    home("POST", "/faults", json={"then": {"status": 500}})
    world("DELETE")
    return steered


def test_every_kind_of_event_is_told(brief: Steered) -> None:
    kinds = {event.kind for event in events(heard(brief.app, "/events?after=0"))}
    assert kinds >= {"world", "order", "exchange", "ledger", "payment", "price", "stock", "clock", "fault"}


def test_ids_grow(brief: Steered) -> None:
    ids = [event.id for event in events(heard(brief.app, "/events?after=0"))]
    assert ids == list(range(1, len(ids) + 1))


def test_a_stream_without_a_start_begins_now(brief: Steered) -> None:
    assert events(heard(brief.app, "/events")) == []


@pytest.mark.parametrize("last", [0, 3])
def test_a_stream_is_resumed(brief: Steered, last: int) -> None:
    whole = events(heard(brief.app, "/events?after=0"))
    resumed = events(heard(brief.app, "/events", [(b"last-event-id", b"%d" % last)]))
    assert (resumed, events(heard(brief.app, f"/events?after={last}"))) == (whole[last:], whole[last:])


@pytest.mark.parametrize("last", [b"x", b"-1", b"1" * 400, b"\xff"])
def test_an_id_that_is_none_is_read_over(brief: Steered, last: bytes) -> None:
    assert events(heard(brief.app, "/events", [(b"last-event-id", last)])) == []


def test_an_id_from_before_a_restart_begins_anew(brief: Steered) -> None:
    assert events(heard(brief.app, "/events?after=1000000"))[0].id == 1


def test_what_is_forgotten_is_told(steer: Callable[..., Steered]) -> None:
    steered = steer(limits=BRIEF._replace(events=2))
    for _ in range(5):
        steered.home.v3.balance()
    told = events(heard(steered.app, "/events?after=0"))
    assert [(event.id, event.kind) for event in told] == [(3, "gap"), (4, "exchange"), (5, "exchange")]
    assert told[0].data == {"lost": 3}


def test_a_world_has_a_stream_of_its_own(brief: Steered) -> None:
    worlds = {event.data["world"] for event in events(heard(brief.app, "/worlds/default/events?after=0"))}
    assert worlds == {"default"}


def test_a_stream_that_has_ended_leaves_no_listener(brief: Steered) -> None:
    heard(brief.app, "/events")
    assert not brief.worlds.feed._listeners
