"""Waiting for a call: as soon as it has come, or when the time is over."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.simulation.limits import WorldLimits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    from tests.control.conftest import Opened, Steered

PATIENCE = 20
"""Seconds after which a test gives up; what it waits for is there at once."""

BALANCE = {"calls": [{"operation": "v3.getBalance"}], "within": "50s"}


class Client:
    """Calls of a mock that may wait, on an event loop."""

    def __init__(self, steered: Steered) -> None:
        self._steered = steered
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(steered.app), base_url="http://localhost")

    async def wait(self, world: Opened, expectation: dict[str, Any] = BALANCE) -> httpx.Response:
        return await self._client.post(f"/__mock__/worlds/{world.id}/journal/wait", json=expectation)

    async def control(self, method: str, path: str) -> None:
        await self._client.request(method, f"/__mock__{path}")

    async def balance(self, world: Opened) -> None:
        await self._client.get(f"/v3/customers/{world.user}/balance", params={"apiKey": world.key})

    async def until(self, waiting: int) -> None:
        """Until so many wait."""
        while len(self._steered.worlds.feed._listeners) != waiting:
            await asyncio.sleep(0)


def play(story: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """Run what happens in a test, which is over soon."""

    async def soon() -> httpx.Response:
        async with asyncio.timeout(PATIENCE):
            return await story

    return asyncio.run(soon())


def while_waiting(steered: Steered, world: Opened, deed: Callable[[Client], Awaitable[None]]) -> httpx.Response:
    """What somebody is answered who waits for a call while this is done."""

    async def story() -> httpx.Response:
        client = Client(steered)
        waiting = asyncio.create_task(client.wait(world))
        await client.until(1)
        await deed(client)
        return await waiting

    return play(story())


@pytest.fixture
def impatient(steer: Callable[..., Steered]) -> Steered:
    """A mock whose answers wait for a thousandth of a second at most."""
    return steer(limits=WorldLimits(wait=0.001))


def test_what_has_come_already_is_not_waited_for(steered: Steered, home: Opened) -> None:
    home.v3.balance()
    assert play(Client(steered).wait(home)).json()["verified"]


def test_a_call_that_comes_is_answered_at_once(steered: Steered, home: Opened) -> None:
    verdict = while_waiting(steered, home, lambda client: client.balance(home)).json()
    assert (verdict["verified"], verdict["exchanges"]) == (True, [1])


def test_a_call_in_another_world_is_waited_over(impatient: Steered) -> None:
    other = impatient.create()
    other.v3.balance()
    assert not play(Client(impatient).wait(impatient.home)).json()["verified"]


def test_who_waits_in_vain_is_told_what_came_nearest(impatient: Steered) -> None:
    impatient.home.v2.get("/getBalance")
    verdict = play(Client(impatient).wait(impatient.home)).json()
    assert (verdict["verified"], verdict["nearest"][0]["misses"]) == (
        False,
        ["operation is v2.getBalance, not v3.getBalance"],
    )


def test_nobody_waits_longer_than_the_limit(impatient: Steered) -> None:
    answer = play(Client(impatient).wait(impatient.home, {**BALANCE, "within": "1h"}))
    assert (answer.status_code, answer.json()["verified"]) == (200, False)


def test_many_wait_at_once_and_each_is_answered_by_its_own_call(steered: Steered) -> None:
    worlds = [steered.create() for _ in range(20)]

    async def story() -> list[httpx.Response]:
        client, answers = Client(steered), list[httpx.Response]()
        waiting = [asyncio.create_task(client.wait(world)) for world in worlds]
        for left, (world, task) in reversed([*enumerate(zip(worlds, waiting, strict=True))]):
            await client.until(left + 1)
            await client.balance(world)
            answers.append(await task)
        return answers

    async def soon() -> list[httpx.Response]:
        async with asyncio.timeout(PATIENCE):
            return await story()

    assert [answer.json()["exchanges"] for answer in asyncio.run(soon())] == [[1]] * len(worlds)


def test_two_may_wait_for_the_same_call(steered: Steered, home: Opened) -> None:
    async def story() -> httpx.Response:
        client = Client(steered)
        first, second = (asyncio.create_task(client.wait(home)) for _ in range(2))
        await client.until(2)
        await client.balance(home)
        await first
        return await second

    assert play(story()).json()["verified"]


def test_who_waits_in_a_world_that_is_deleted_is_told(steered: Steered) -> None:
    world = steered.create()
    answer = while_waiting(steered, world, lambda client: client.control("DELETE", f"/worlds/{world.id}"))
    assert (answer.status_code, world.id in answer.json()["error"]) == (404, True)


@pytest.mark.parametrize("change", ["reset", "fork"])
def test_who_waits_goes_on_waiting_when_the_world_changes(steered: Steered, change: str) -> None:
    world = steered.create()

    async def deed(client: Client) -> None:
        await client.control("POST", f"/worlds/{world.id}/{change}")
        await client.balance(world)

    assert while_waiting(steered, world, deed).json()["verified"]


def test_nobody_listens_when_the_waiting_is_over(impatient: Steered) -> None:
    play(Client(impatient).wait(impatient.home))
    assert not impatient.worlds.feed._listeners


@contextmanager
def process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A mock as a process, and its URL."""
    command = [sys.executable, "-c", "from mockserver.cli import main; main()", "serve", "--port", "0", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as mock:  # noqa: S603 - our own command
        try:
            assert mock.stdout is not None
            yield mock, mock.stdout.readline().strip()
        finally:
            mock.kill()


def test_a_mock_that_is_stopped_answers_who_waits() -> None:
    with process() as (mock, url):
        address = httpx.URL(url)
        body = json.dumps(BALANCE).encode()
        head = f"POST /__mock__/worlds/default/journal/wait HTTP/1.1\r\nhost: {address.host}:{address.port}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        with socket.create_connection((address.host, address.port or 80), timeout=PATIENCE) as waiting:
            waiting.sendall(head.encode() + body)
            httpx.get(f"{url}/livez", timeout=PATIENCE)  # when this is answered, what was sent before it is read
            mock.send_signal(signal.SIGTERM)
            answer = b"".join(iter(lambda: waiting.recv(65536), b""))
        assert (answer.partition(b"\r\n")[0], b'"verified":false' in answer) == (b"HTTP/1.1 200 OK", True)
        mock.wait(PATIENCE)
