"""How an answer is put on the wire when it does not come at once, in one piece and whole."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.simulation.faults.effect import Ending, ResponseDelivery
from mockserver.web import delivery
from mockserver.web.message import STOPPING, TRANSPORT, HttpResponse


class Line:
    """A transport whose client goes away after so many pieces."""

    def __init__(self, pieces: int = 1000) -> None:
        self.sent: list[Any] = []
        self.calls: list[str] = []
        self._pieces = pieces

    def is_closing(self) -> bool:
        """Whether the client is gone."""
        return len(self.sent) > self._pieces

    def close(self) -> None:
        """Take note."""
        self.calls.append("close")

    async def send(self, message: Any) -> None:
        """Take a message of the application."""
        self.sent.append(message)

    async def receive(self) -> dict[str, str]:
        """Say that the client is gone."""
        return {"type": "http.disconnect"}

    @property
    def bodies(self) -> list[bytes]:
        """The pieces of the body that were sent."""
        return [message["body"] for message in self.sent if message["type"] == "http.response.body"]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lets all waiting pass at once."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(delivery, "sleep", sleep)
    return waited


def deliver(line: Line, body: bytes, how: ResponseDelivery | None) -> None:
    """Deliver an answer."""
    scope = {"type": "http", "extensions": {TRANSPORT: line}}
    asyncio.run(delivery.deliver(HttpResponse(200, [], body, how), scope, line.receive, line.send))


@pytest.mark.parametrize(
    ("body", "chunk", "pieces"),
    [
        (b"abcde", 2, [b"ab", b"cd", b"e", b""]),
        (b"abcd", 2, [b"ab", b"cd", b""]),
        (b"abc", 9, [b"abc", b""]),
        (b"abc", None, [b"abc", b""]),
        (b"", 2, [b""]),
        (b"", None, [b""]),
    ],
)
def test_a_body_comes_in_pieces_and_an_end(
    waits: list[float], body: bytes, chunk: int | None, pieces: list[bytes]
) -> None:
    line = Line()
    deliver(line, body, ResponseDelivery(chunk=chunk, every=50))
    assert line.bodies == pieces


def test_between_two_pieces_time_passes(waits: list[float]) -> None:
    deliver(Line(), b"abcde", ResponseDelivery(chunk=2, every=50))
    assert waits == [0.05, 0.05]


def test_nothing_drips_for_a_client_that_is_gone(waits: list[float]) -> None:
    line = Line(pieces=2)
    deliver(line, b"abcdefgh", ResponseDelivery(chunk=1, every=50))
    assert line.bodies[:2] == [b"a", b"b"]
    assert b"c" not in line.bodies


def test_what_is_cut_may_drip_too(waits: list[float]) -> None:
    line = Line()
    deliver(line, b"abcdefgh", ResponseDelivery(chunk=2, every=50, ending=Ending.CUT, kept=3))
    assert (line.bodies, line.calls) == ([b"ab", b"c"], ["close"])


@pytest.mark.parametrize("ending", [Ending.CLOSED, Ending.RESET])
def test_a_client_that_is_gone_cannot_be_cut_off(waits: list[float], ending: Ending) -> None:
    line = Line(pieces=-1)
    deliver(line, b"abc", ResponseDelivery(ending=ending))
    assert (line.sent, line.calls) == ([], ["close"])


def test_a_pause_ends_when_the_server_stops() -> None:
    async def stop() -> bool:
        stopping = asyncio.Event()
        waiting = asyncio.create_task(delivery.pause(600_000, {"state": {STOPPING: stopping}}))
        await asyncio.sleep(0)
        stopping.set()
        await waiting
        return True

    assert asyncio.run(stop())


def test_a_pause_ends_in_time_when_the_server_goes_on() -> None:
    asyncio.run(delivery.pause(1, {"state": {STOPPING: asyncio.Event()}}))
