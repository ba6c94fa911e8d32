"""Faults of the connection, over a real socket and with a client that tidies nothing up."""

from __future__ import annotations

import logging
import queue
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from logging.handlers import QueueHandler
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Mock

    Address = tuple[str, int]

SCENARIO = """description: Faults.
accounts: [{{userId: demo, key: demo-key, balance: 100000}}]
faults: [{{{fault}}}]
"""

BALANCE = b"GET /v3/customers/demo/balance?apiKey=demo-key HTTP/1.1\r\nhost: mock\r\n\r\n"
BODY = orjson.dumps(
    {"apiKey": "demo-key", "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
)
HEADERS = b"host: mock\r\ncontent-type: application/json\r\ncontent-length: %d" % len(BODY)
ORDER = b"PUT /v3/numbers/demo/order HTTP/1.1\r\n%b\r\n\r\n%b" % (HEADERS, BODY)

PATIENCE = 10.0


class Served:
    """A mock behind a socket."""

    def __init__(self, mock: Mock, address: Address) -> None:
        self.mock = mock
        self.address = address

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(self.address, timeout=PATIENCE)

    def healthy(self) -> bool:
        """Whether another client is served."""
        return httpx.get(f"http://{self.address[0]}:{self.address[1]}/readyz").status_code == 200

    @property
    def matched(self) -> int:
        """How many calls the fault has matched."""
        return self.mock.faults.matched[0] if self.mock.faults else 0

    def orders_until(self, come: Callable[[], bool]) -> int:
        """Serve another client until something has come; how many orders there are then."""
        deadline = time.monotonic() + PATIENCE
        while not come():
            assert time.monotonic() < deadline, "it never came"
            assert self.healthy()
        return self.mock.world.order_count()


@pytest.fixture
def watch() -> Iterator[Callable[[], None]]:
    """Watches the log of a server that runs; what it warns of until it has stopped fails the test."""
    logger = logging.getLogger("uvicorn.error")
    warned: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    handler = QueueHandler(warned)

    def watch() -> None:
        logger.setLevel(logging.WARNING)
        logger.addHandler(handler)

    yield watch
    logger.removeHandler(handler)
    assert warned.empty(), warned.get().getMessage()


@pytest.fixture
def served(
    start: Callable[[str], Mock], watch: Callable[[], None], serve: Callable[[Mock], Address]
) -> Callable[[str], Served]:
    """Serves a mock with one fault."""

    def served(fault: str) -> Served:
        mock = start(SCENARIO.format(fault=fault))
        made = Served(mock, serve(mock))
        watch()
        return made

    return served


def received(connection: socket.socket) -> bytes:
    """Read all until the other side closes. Raises ConnectionResetError when it resets."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def answered(connection: socket.socket) -> tuple[dict[str, str], bytes]:
    """Read one answer of the length that it says; its headers and its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return headers, body


# Broken connections


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_connection_is_reset_without_an_answer(served: Callable[[str], Served], at: str) -> None:
    with served(f"at: {at}, then: {{reset: true}}").connect() as connection:
        connection.sendall(BALANCE)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_a_connection_is_closed_without_an_answer(served: Callable[[str], Served]) -> None:
    with served("then: {empty: response}").connect() as connection:
        connection.sendall(BALANCE)
        assert received(connection) == b""


@pytest.mark.parametrize(("cut", "kept"), [("0.5", 164), ("20", 20), ("0", 0)])
def test_a_connection_is_closed_within_a_body_of_which_all_was_promised(
    served: Callable[[str], Served], cut: str, kept: int
) -> None:
    with served(f"then: {{cut: {cut}}}").connect() as connection:
        connection.sendall(BALANCE)
        head, _, body = received(connection).partition(b"\r\n\r\n")
    assert b"content-length: 328" in head
    assert len(body) == kept


def test_an_order_whose_answer_was_reset_is_charged(served: Callable[[str], Served]) -> None:
    mock = served("at: after, then: {reset: true}")
    with mock.connect() as connection:
        connection.sendall(ORDER)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert mock.mock.world.order_count() == 1


@pytest.mark.parametrize("then", ["reset: true", "empty: response", "cut: 0.5"])
def test_a_broken_connection_breaks_no_other(served: Callable[[str], Served], then: str) -> None:
    mock = served(f"then: {{{then}}}")
    with mock.connect() as connection:
        connection.sendall(BALANCE)
        with suppress(ConnectionResetError):
            received(connection)
        assert mock.healthy()


def test_an_empty_body_leaves_the_connection_open(served: Callable[[str], Served]) -> None:
    with served("when: {nth: 1}, then: {empty: true}").connect() as connection:
        connection.sendall(BALANCE)
        assert answered(connection)[1] == b""
        connection.sendall(BALANCE)
        assert orjson.loads(answered(connection)[1])["ok"]


@pytest.mark.parametrize(
    ("then", "status"), [("status: 204", b"204"), ("status: 304", b"304"), ("status: 599", b"599")]
)
def test_an_answer_of_any_status_leaves_the_connection_open(
    served: Callable[[str], Served], then: str, status: bytes
) -> None:
    with served(f"when: {{nth: 1}}, then: {{{then}}}").connect() as connection:
        connection.sendall(BALANCE)
        assert connection.recv(65536).split()[1] == status
        connection.sendall(BALANCE)
        assert orjson.loads(answered(connection)[1])["ok"]


# Slow answers


def test_a_body_drips(served: Callable[[str], Served]) -> None:
    with served("then: {drip: {bytes: 100, every: 30ms}}").connect() as connection:
        connection.sendall(BALANCE)
        begun = time.monotonic()
        _, body = answered(connection)
        assert time.monotonic() - begun >= 0.09
    assert orjson.loads(body)["ok"]


def test_the_first_piece_of_a_dripping_body_comes_at_once(served: Callable[[str], Served]) -> None:
    with served("then: {drip: {bytes: 100, every: 10m}}").connect() as connection:
        connection.sendall(BALANCE)
        data = b""
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < 100:
            data += connection.recv(65536)
    assert len(data.partition(b"\r\n\r\n")[2]) == 100


def test_a_late_order_does_not_exist_before_its_latency_is_over(served: Callable[[str], Served]) -> None:
    mock = served("when: {operation: v3.orderNumber}, then: {latency: 10m}")
    with mock.connect() as connection:
        connection.sendall(ORDER)
        assert mock.orders_until(lambda: mock.matched == 1) == 0


def test_a_late_order_exists_when_its_latency_is_over(served: Callable[[str], Served]) -> None:
    mock = served("when: {operation: v3.orderNumber}, then: {latency: 300ms}")
    with mock.connect() as connection:
        begun = time.monotonic()
        connection.sendall(ORDER)
        assert orjson.loads(answered(connection)[1])["ok"]
    assert time.monotonic() - begun >= 0.3
    assert mock.mock.world.order_count() == 1


def test_others_are_served_while_a_client_waits(served: Callable[[str], Served]) -> None:
    mock = served("when: {operation: v3.getBalance}, then: {latency: 10m}")
    with mock.connect() as connection:
        connection.sendall(BALANCE)
        assert mock.healthy()


def test_an_order_whose_client_went_away_while_it_waited_is_made(served: Callable[[str], Served]) -> None:
    mock = served("when: {operation: v3.orderNumber}, then: {latency: 50ms}")
    with mock.connect() as connection:
        connection.sendall(ORDER)
    assert mock.orders_until(lambda: mock.mock.world.order_count() == 1) == 1


@pytest.mark.parametrize(
    "fault",
    [
        "at: after, then: {latency: 20ms}",
        "then: {drip: {bytes: 10, every: 5ms}}",
        "then: {latency: 20ms}}, {then: {reset: true}",
        "then: {latency: 20ms}}, {then: {empty: response}",
        "then: {latency: 20ms}}, {then: {cut: 5}",
    ],
    ids=["late", "dripping", "reset", "closed", "cut"],
)
def test_a_client_that_goes_away_early_breaks_nothing(served: Callable[[str], Served], fault: str) -> None:
    mock = served(fault)
    with mock.connect() as connection:
        connection.sendall(BALANCE)
    assert mock.orders_until(lambda: len(mock.mock.exchanges) == 1) == 0
    assert mock.healthy()


# The end of the server

LATE = """description: Nobody is answered in time.
accounts: [{userId: demo, key: demo-key}]
faults:
  - {when: {operation: v3.getBalance}, then: {latency: 10m}}
  - {when: {operation: v3.getPopular}, then: {drip: {bytes: 1, every: 10m}}}
  - {when: {operation: v3.getCountries}, at: after, then: {latency: 10m}}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt is another thing there")
def test_a_server_that_is_interrupted_waits_for_no_latency(tmp_path: Path) -> None:
    (tmp_path / "late.yaml").write_text(LATE)
    command = ["-c", "from mockserver.cli import main; main()", "serve", "-q", "--port=0", "--scenario=late.yaml"]
    with (
        subprocess.Popen(  # noqa: S603
            [sys.executable, *command],
            cwd=tmp_path,
            env={"PYTHONPATH": ":".join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
        ExitStack() as stack,
    ):
        assert process.stdout is not None
        host, _, port = process.stdout.readline().strip().removeprefix("http://").partition(":")
        for path in (b"customers/demo/balance", b"numbers/demo/popular", b"numbers/demo/countries"):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=PATIENCE))
            connection.sendall(b"GET /v3/%b?apiKey=demo-key HTTP/1.1\r\nhost: mock\r\n\r\n" % path)
        httpx.get(f"http://{host}:{port}/readyz")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE)
    assert (rest, process.returncode) == ("", 0)
