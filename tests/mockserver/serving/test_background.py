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
    background = Background(set_up("default").app)
    monkeypatch.setattr(background._server, "run", lambda **_: None)
    with pytest.raises(RuntimeError, match="did not begin to serve"):
        background.start()
    background.stop()


def test_it_serves_beside_a_loop_of_the_program(background: Background) -> None:
    async def ask() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{background.url}/livez")).status_code

    assert asyncio.run(ask()) == 200
