"""A test that freezes or moves Python's clocks does not move those of the mock in its process."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import freezegun
import httpx
import pytest
import time_machine

from mockserver.simulation import real_time
from mockserver.testing import Server, SmsOnline, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

YEARS_AHEAD, YEARS_BACK = "2031-01-01", "2020-01-01"
CLOCKS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "as it is": nullcontext,
    "freezegun, ahead": lambda: freezegun.freeze_time(YEARS_AHEAD),
    "freezegun, back": lambda: freezegun.freeze_time(YEARS_BACK),
    "freezegun, ticking": lambda: freezegun.freeze_time(YEARS_AHEAD, tick=True),
    "time-machine, ahead": lambda: time_machine.travel(YEARS_AHEAD),
    "time-machine, still": lambda: time_machine.travel(YEARS_BACK, tick=False),
    "time-machine, an hour and a minute back": lambda: time_machine.travel(-3660),
}
MOST = 5
"""Seconds in which everything here is over, unless it hangs."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.here() as server:
        yield server


@pytest.fixture
def smsonline(server: Server) -> Iterator[SmsOnline]:
    world = server.begin(Wanted("instant"))
    yield world
    world.close()


@pytest.fixture(params=list(CLOCKS.values()), ids=list(CLOCKS))
def frozen(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[Any]]:
    clock: Callable[[], AbstractContextManager[Any]] = request.param
    return clock


def order(smsonline: SmsOnline) -> int:
    """Order a number over a socket; return the status."""
    fields = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}
    url = f"{smsonline.base_url}/numbers/{smsonline.user_id}/order"
    return httpx.put(url, json={"apiKey": smsonline.api_key, **fields}, timeout=MOST).status_code


def test_an_order_is_granted_and_its_world_is_there_at_the_end(
    smsonline: SmsOnline, frozen: Callable[[], AbstractContextManager[Any]]
) -> None:
    with frozen():
        assert order(smsonline) == 200
    assert len(smsonline.orders) == 1


def test_a_late_response_comes(smsonline: SmsOnline, frozen: Callable[[], AbstractContextManager[Any]]) -> None:
    smsonline.fail("v3.orderNumber", latency="50ms")
    with frozen():
        assert order(smsonline) == 200


def test_a_wait_ends_when_the_request_comes(
    smsonline: SmsOnline, frozen: Callable[[], AbstractContextManager[Any]]
) -> None:
    client = threading.Timer(0.05, order, [smsonline])
    with frozen():
        client.start()
        smsonline.journal.wait_for("v3.orderNumber", within=f"{MOST}s")
    client.join()


def test_a_wait_in_vain_ends(smsonline: SmsOnline, frozen: Callable[[], AbstractContextManager[Any]]) -> None:
    with frozen(), pytest.raises(AssertionError):
        smsonline.journal.wait_for("v3.orderNumber", within="50ms")


def test_the_clock_of_a_world_goes_on_as_if_nothing_were(
    server: Server, frozen: Callable[[], AbstractContextManager[Any]]
) -> None:
    world = server.begin(Wanted("instant", clock={"scaled": 1_000_000}))
    before = world.clock.now
    with frozen():
        order(world)
        passed = world.clock.now - before
    world.close()
    assert 0 < passed.total_seconds() < MOST * 1_000_000


def test_real_time_is_that_of_the_machine(frozen: Callable[[], AbstractContextManager[Any]]) -> None:
    before = real_time.nanoseconds()
    with frozen():
        during = real_time.nanoseconds()
    assert 0 <= during - before < MOST * 1_000_000_000
