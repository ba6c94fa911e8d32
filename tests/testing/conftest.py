"""A mock in a thread, worlds of it, and a client that orders and polls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.testing import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.testing import SmsOnline


TLS = httpx.create_ssl_context()
"""Made once: it takes longer than most tests."""


class Client:
    """What a client of V3 does, over a socket; each method answers status and body."""

    def __init__(self, world: SmsOnline) -> None:
        self._world = world
        self._client = httpx.Client(base_url=world.base_url, verify=TLS)

    def order(self, **changes: Any) -> httpx.Response:
        """Order a Discord number in the United States, unless told otherwise."""
        body = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
        body |= {"apiKey": self._world.api_key, **changes}
        return self._client.put(f"/numbers/{self._world.user_id}/order", json=body)

    def poll(self, order_id: str) -> httpx.Response:
        """Ask for an order."""
        params = {"apiKey": self._world.api_key}
        return self._client.get(f"/numbers/{self._world.user_id}/order/{order_id}", params=params)

    def pay(self) -> httpx.Response:
        """Ask for a wallet."""
        path = f"/customers/{self._world.user_id}/cryptomus/direct/USDT/BSC/500"
        return self._client.put(path, json={"apiKey": self._world.api_key})

    def ordered(self) -> str:
        """Order a number; answer the order's id."""
        order_id: str = self.order().json()["body"]["orderId"]
        return order_id

    def close(self) -> None:
        """End the connection."""
        self._client.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A mock for all tests here."""
    with Server.here() as server:
        yield server


@pytest.fixture
def world(server: Server) -> Iterator[SmsOnline]:
    """A world in which time stands still; its client may break the contract."""
    with server.open(clock="manual", allow_violations=True) as world:
        yield world


@pytest.fixture
def client(world: SmsOnline) -> Iterator[Client]:
    """The client of `world`."""
    client = Client(world)
    yield client
    client.close()
