"""A client that offers another protocol is served as one that does not (RFC 9110, section 7.8)."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver.testing import Server, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    Address = tuple[str, int]

FIELDS = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}
OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQ\r\n"
CLIENT = Path(__file__).with_name("UpgradingClient.java")


class Client:
    """Speaks raw HTTP/1.1 to a mock, by the key of a world of its own."""

    def __init__(self, server: Server) -> None:
        self.world = server.begin(Wanted("instant", allow_violations=True))
        self.prefix = self.world.base_url.partition("//")[2].partition("/")
        self.body = json.dumps({"apiKey": self.world.api_key, **FIELDS}).encode()

    @property
    def order(self) -> bytes:
        """The head of an order without its end."""
        host, _, prefix = self.prefix
        path = f"/{prefix}/numbers/{self.world.user_id}/order"
        return f"PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n".encode()

    def orders(self, offer: bytes = OFFER, *, times: int = 1) -> bytes:
        """Whole requests, one after the other."""
        return (self.order + offer + b"Content-Length: %d\r\n\r\n" % len(self.body) + self.body) * times

    def talk(self, *parts: bytes, responses: int = 1) -> list[int]:
        """Send the parts one by one; return the statuses of so many responses."""
        host, _, port = self.prefix[0].partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in parts:
                connection.sendall(part)
            received = b""
            while received.count(b"HTTP/1.1 ") < responses or not received.endswith(b"}"):
                more = connection.recv(65536)
                assert more, received
                received += more
        return [int(each[:3]) for each in received.split(b"HTTP/1.1 ")[1:]]

    @property
    def ordered(self) -> int:
        """How many orders the mock has granted."""
        return len(self.world.orders)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server.here() as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(server)
    yield client
    client.world.close()


@pytest.mark.parametrize(
    "offer",
    [
        OFFER,
        b"Upgrade: h2c\r\nConnection: upgrade\r\n",
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n",
        b"Connection: keep-alive, Upgrade\r\nUpgrade: TLS/1.2\r\n",
    ],
    ids=["JDK", "lower", "websocket", "keep-alive"],
)
def test_the_body_of_a_request_with_an_offer_is_read(client: Client, offer: bytes) -> None:
    assert (client.talk(client.orders(offer)), client.ordered) == ([200], 1)


def test_a_request_without_a_body_may_offer_as_well(client: Client) -> None:
    host, _, prefix = client.prefix
    path = f"/{prefix}/customers/{client.world.user_id}/balance?apiKey={client.world.api_key}"
    assert client.talk(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n".encode() + OFFER + b"\r\n") == [200]


def test_a_chunked_body_is_read(client: Client) -> None:
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(client.body), client.body)
    assert client.talk(client.order + OFFER + b"Transfer-Encoding: chunked\r\n\r\n" + chunks) == [200]


@pytest.mark.parametrize("at", [1, 40, 120, -200, -120, -60, -1])
def test_a_request_may_come_in_two_pieces(client: Client, at: int) -> None:
    request = client.orders()
    assert (client.talk(request[:at], request[at:]), client.ordered) == ([200], 1)


def test_a_request_may_come_byte_by_byte(client: Client) -> None:
    assert client.talk(*(bytes([byte]) for byte in client.orders())) == [200]


def test_every_request_of_a_connection_may_offer(client: Client) -> None:
    assert (client.talk(client.orders(times=3), responses=3), client.ordered) == ([200] * 3, 3)


def test_a_body_with_the_bytes_of_an_offer_is_a_body(client: Client) -> None:
    client.body = json.dumps({"apiKey": client.world.api_key, **FIELDS, "note": OFFER.decode()}).encode()
    assert client.talk(client.orders(b""), responses=1) == [200]


@pytest.mark.skipif(not shutil.which("java"), reason="Java")
def test_the_jdk_s_own_client_orders(client: Client) -> None:
    url = f"{client.world.base_url}/numbers/{client.world.user_id}/order"
    command = ("java", str(CLIENT), url, client.body.decode())
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    assert (done.stdout.split(), client.ordered) == (["200", "401", "200"] * 2, 4)
