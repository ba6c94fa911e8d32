from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from mockserver.serving.background import Background
from mockserver.serving.setup import set_up

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def background() -> Iterator[Background]:
    background = Background(set_up("default").app).start()
    yield background
    background.stop()


def test_it_answers_at_its_url(background: Background) -> None:
    assert httpx.get(f"{background.url}/livez").json() == {"status": "ok"}


def test_a_coroutine_runs_in_its_thread(background: Background) -> None:
    async def thread() -> str:
        return threading.current_thread().name

    assert background.run(thread()).result(5) == "smsonline-mock"


def test_it_ends_with_connections_open() -> None:
    background = Background(set_up("default").app).start()
    with httpx.Client() as client:
        client.get(f"{background.url}/livez")
        background.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(background.url)


def test_the_programs_own_logging_stays() -> None:
    before = list(logging.getLogger("uvicorn").handlers)
    Background(set_up("default").app).start().stop()
    assert logging.getLogger("uvicorn").handlers == before


def test_two_have_ports_of_their_own(background: Background) -> None:
    other = Background(set_up("default").app).start()
    assert other.url != background.url
    other.stop()


def test_a_thread_that_does_not_begin_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def end() -> None:
        pass

    background = Background(set_up("default").app)
    monkeypatch.setattr(background, "_until_over", end)
    with pytest.raises(RuntimeError, match="did not start"):
        background.start()
    background.stop()


def test_nothing_happens_there_during_a_turn(background: Background) -> None:
    async def nothing() -> int:
        return 1

    with background.turn(5):
        future = background.run(nothing())
        with pytest.raises(TimeoutError):
            future.result(0.05)
    assert future.result(5) == 1


def test_a_turn_that_does_not_come_is_an_error(background: Background) -> None:
    begun, over = threading.Event(), threading.Event()

    async def block() -> None:
        begun.set()
        over.wait(5)

    future = background.run(block())
    begun.wait(5)
    with pytest.raises(TimeoutError), background.turn(0.01):
        pass
    over.set()
    future.result(5)


def test_the_log_of_who_connects_is_left_alone(caplog: pytest.LogCaptureFixture, background: Background) -> None:
    with caplog.at_level(logging.INFO):
        httpx.get(f"{background.url}/livez")
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_it_serves_beside_a_loop_of_the_program(background: Background) -> None:
    async def ask() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{background.url}/livez")).status_code

    assert asyncio.run(ask()) == 200
