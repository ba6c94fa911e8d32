from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.testing.asgi_bridge import _result_at_once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from mockserver.testing import Server, SmsOnline

VENDOR = "https://api-x.smsonline.cloud/v3"


def balance(server: Server, world: SmsOnline, base: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        assert server.app is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(server.app)) as client:
            return await client.get(f"{base}/customers/{world.user_id}/balance", params={"apiKey": world.api_key})

    return asyncio.run(ask())


def test_a_world_is_reached_without_a_socket(server: Server, world: SmsOnline) -> None:
    assert balance(server, world, world.base_url).json()["body"]["balance"] == world.balance


def test_a_client_keeps_the_vendors_own_url(server: Server, world: SmsOnline) -> None:
    assert balance(server, world, VENDOR).status_code == 200


def test_a_broken_connection_is_an_error_of_the_connection(server: Server, world: SmsOnline) -> None:
    world.fail("v3.getBalance", reset=True)
    with pytest.raises(ConnectionResetError):
        balance(server, world, VENDOR)


def test_a_body_in_parts_is_read_whole(server: Server, world: SmsOnline) -> None:
    body = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "99", "m": "", "n": ""}
    content = httpx.Request("PUT", VENDOR, json={**body, "apiKey": world.api_key}).read()

    async def parts() -> Any:
        yield content[:20]
        yield content[20:]

    async def order() -> int:
        assert server.app is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(server.app)) as client:
            headers = {"content-type": "application/json"}
            path = f"{VENDOR}/numbers/{world.user_id}/order"
            return (await client.put(path, content=parts(), headers=headers)).status_code

    assert asyncio.run(order()) == 200


def test_trio_will_do(server: Server, world: SmsOnline) -> None:
    trio = pytest.importorskip("trio")
    world.fail("v3.getBalance", status=503)

    async def ask() -> int:
        assert server.app is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(server.app)) as client:
            path = f"{VENDOR}/customers/{world.user_id}/balance"
            return (await client.get(path, params={"apiKey": world.api_key})).status_code

    run: Callable[[Callable[[], Awaitable[int]]], int] = trio.run
    assert run(ask) == 503


class Waiting:
    """What is not there at once."""

    def __await__(self) -> Generator[None, None, None]:
        yield


def test_what_nobody_said_may_wait_must_not() -> None:
    async def wait() -> None:
        await Waiting()

    with pytest.raises(RuntimeError, match="no `wait` was given"):
        _result_at_once(wait())


def test_a_websocket_is_refused(server: Server) -> None:
    async def connect() -> None:
        assert server.app is not None
        await server.app({"type": "websocket"}, None, None)  # type: ignore[arg-type]

    with pytest.raises(NotImplementedError, match="only supports HTTP, not websocket"):
        asyncio.run(connect())
