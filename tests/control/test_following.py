"""Following what happens over a real socket: streams that end, and clients that go away."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.serving.background import Background

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.control.conftest import Opened, Steered

PATIENCE = 20
"""Seconds after which a test gives up."""


class Served:
    """A mock that is steered, on a socket."""

    def __init__(self, steered: Steered) -> None:
        self._feed = steered.worlds.feed
        self._background = Background(steered.app).start()
        self.client = httpx.Client(base_url=f"{self._background.url}/__mock__", timeout=PATIENCE)

    @contextmanager
    def follow(self, path: str = "/events", headers: dict[str, str] | None = None) -> Iterator[Iterator[str]]:
        """What a stream says, line by line."""
        with self.client.stream("GET", path, headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith(":")
            yield lines

    def until(self, listeners: int) -> bool:
        """Whether so many come to listen before patience ends."""

        async def listening() -> bool:
            async with asyncio.timeout(PATIENCE):
                while len(self._feed._listeners) != listeners:
                    await asyncio.sleep(0)
            return True

        return self._background.run(listening()).result()

    def call(self, world: Opened) -> None:
        """Ask for the balance in a world."""
        url = f"{self._background.url}/v3/customers/{world.user}/balance"
        assert httpx.get(url, params={"apiKey": world.key}).status_code == 200

    def stop(self) -> None:
        """Serve no more."""
        self._background.stop()


@pytest.fixture
def served(steered: Steered) -> Iterator[Served]:
    served = Served(steered)
    yield served
    served.client.close()
    served.stop()


def data_of(lines: Iterator[str], count: int) -> list[dict[str, Any]]:
    """The data of the next events."""
    data = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
    return [next(data) for _ in range(count)]


@pytest.mark.parametrize("path", ["/events", "/worlds/default/events"])
def test_what_happens_is_told_while_it_is_followed(served: Served, home: Opened, path: str) -> None:
    with served.follow(path) as lines:
        assert served.until(1)
        for _ in range(3):
            served.call(home)
            [told] = data_of(lines, 1)
            assert (told["world"], told["operation"]) == ("default", "v3.getBalance")


@pytest.mark.parametrize("path", ["/events", "/worlds/default/events"])
def test_a_client_that_goes_away_leaves_no_listener(served: Served, path: str) -> None:
    with served.follow(path):
        assert served.until(1)
    assert served.until(0)


def test_a_client_that_goes_away_leaves_the_others(served: Served, home: Opened) -> None:
    with served.follow() as staying:
        with served.follow():
            assert served.until(2)
        assert served.until(1)
        served.call(home)
        assert len(data_of(staying, 1)) == 1


def test_many_follow_the_same(served: Served, home: Opened) -> None:
    with served.follow() as one, served.follow() as other, served.follow() as third:
        assert served.until(3)
        served.call(home)
        told = [data_of(lines, 1) for lines in (one, other, third)]
        assert told[0] == told[1] == told[2]


def test_the_stream_of_a_world_ends_with_it(served: Served, steered: Steered) -> None:
    world = steered.create()
    with served.follow(f"/worlds/{world.id}/events") as lines:
        assert served.until(1)
        served.client.delete(f"/worlds/{world.id}")
        for _ in lines:
            pass
    assert served.until(0)


def test_the_last_that_is_told_of_a_world_is_its_end(served: Served, steered: Steered) -> None:
    world = steered.create()
    with served.follow(f"/worlds/{world.id}/events") as lines:
        assert served.until(1)
        served.client.delete(f"/worlds/{world.id}")
        told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert told == [{"world": world.id, "done": "deleted"}]


def test_the_stream_of_all_goes_on_when_a_world_is_deleted(served: Served, steered: Steered) -> None:
    world = steered.create()
    with served.follow() as lines:
        assert served.until(1)
        served.client.delete(f"/worlds/{world.id}")
        served.call(steered.home)
        told = data_of(lines, 2)
    assert [(event["world"], event.get("done")) for event in told] == [(world.id, "deleted"), ("default", None)]


def test_the_stream_of_a_world_goes_on_when_it_is_reset(served: Served, steered: Steered) -> None:
    world = steered.create()
    with served.follow(f"/worlds/{world.id}/events") as lines:
        assert served.until(1)
        served.client.post(f"/worlds/{world.id}/reset")
        assert data_of(lines, 1)[0]["done"] == "reset"


@pytest.mark.parametrize("last", [2, 10**6, 10**17])
def test_an_id_that_is_larger_than_any_begins_anew(served: Served, home: Opened, last: int) -> None:
    served.call(home)
    with served.follow(headers={"last-event-id": str(last)}) as lines:
        assert next(lines) == ""
        assert next(lines) == "id: 1"


def test_a_stream_ends_when_the_mock_is_stopped(steered: Steered) -> None:
    served = Served(steered)
    with served.follow() as lines:
        assert served.until(1)
        served.stop()
        assert [line for line in lines if line] == []
