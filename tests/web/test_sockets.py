"""The mock behind a real socket: what only bytes on a wire can show."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Address = tuple[str, int]

MEBIBYTE = 1024 * 1024
BALANCE = b"GET /v3/customers/demo/balance?apiKey=demo-key HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n"
ORDER = b"PUT /v3/numbers/demo/order HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"
PURCHASE = b"POST /cs/purchase HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"


@pytest.fixture
def address(mock: Mock, serve: Callable[[Mock], Address]) -> Address:
    """Host and port of the mock."""
    return serve(mock)


def talk(address: Address, *parts: bytes) -> bytes:
    """Send all parts as a simple client does, then read until the server closes the connection."""
    with socket.create_connection(address, timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


def chunked(body: bytes, size: int) -> bytes:
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_an_operation_answers(address: Address) -> None:
    assert status(talk(address, BALANCE + b"\r\n")) == 200


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (ORDER, b'{"ok":false,"errorMessage":"CONTENT_TOO_LARGE: '),
        (PURCHASE, b'{"error":true,"message":"CONTENT_TOO_LARGE: '),
    ],
    ids=["v3", "v2"],
)
@pytest.mark.parametrize("size", [MEBIBYTE + 1, 16 * MEBIBYTE], ids=["a byte too long", "16 MiB"])
def test_the_sender_of_a_long_body_gets_to_read_why(address: Address, request_: bytes, body: bytes, size: int) -> None:
    answer = talk(address, request_ + b"Content-Length: %d\r\n\r\n" % size, b"x" * size)
    assert (status(answer), body in answer) == (413, True)


@pytest.mark.parametrize("size", [1000, 65536, 4 * MEBIBYTE], ids=lambda size: f"chunks of {size}")
def test_the_sender_of_a_long_chunked_body_gets_to_read_why(address: Address, size: int) -> None:
    answer = talk(address, ORDER + b"Transfer-Encoding: chunked\r\n\r\n", chunked(b"x" * 4 * MEBIBYTE, size))
    assert (status(answer), b"CONTENT_TOO_LARGE" in answer) == (413, True)


def test_a_body_may_come_in_chunks(address: Address) -> None:
    body = b'{"apiKey":"demo-key","country":"12","service":"ds","carrier":"any","maximumPrice":"16","m":"","n":""}'
    answer = talk(address, ORDER + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n", chunked(body, 7))
    assert (status(answer), b'"ok":true' in answer) == (200, True)


def test_a_connection_serves_several_requests(address: Address) -> None:
    kept = BALANCE.replace(b"Connection: close\r\n", b"")
    answers = talk(address, kept + b"\r\n" + kept + b"\r\n" + BALANCE + b"\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    "request_",
    [
        b"OPTIONS * HTTP/1.1\r\nHost: mock\r\n",
        b"GET /nothing HTTP/1.1\r\nHost: [\r\n",
        b"GET /nothing HTTP/1.1\r\nHost: a:b:c\r\n",
        b"GET /nothing HTTP/1.1\r\n",
        b"GET //[ HTTP/1.1\r\nHost: mock\r\n",
        b"GET /v3/\xff HTTP/1.1\r\nHost: mock\r\n",
        b"GET /v3/customers/demo/balance?apiKey=\xff HTTP/1.1\r\nHost: mock\r\n",
        b"GET /v3/customers/demo/balance?apiKey=demo-key\0 HTTP/1.1\r\nHost: mock\r\n",
        b"GET /v3/customers/" + b"x" * 100_000 + b"/balance HTTP/1.1\r\nHost: mock\r\n",
        b"GET /v3/customers/demo/balance?apiKey=" + b"x" * 60_000 + b" HTTP/1.1\r\nHost: mock\r\n",
        b"GET /v3/customers/demo/balance HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer " + b"x" * 60_000 + b"\r\n",
        b"GET /v3/customers/demo/balance HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer \xff\r\n",
        b"BREW /v3/customers/demo/balance HTTP/1.1\r\nHost: mock\r\n",
        b"CONNECT mock:80 HTTP/1.1\r\nHost: mock\r\n",
        b"POST /livez HTTP/1.1\r\nHost: mock\r\n",
        ORDER + b"Content-Length: 5, 6\r\n",
        ORDER + b"Content-Length: -1\r\n",
        ORDER + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
    ],
    ids=lambda request_: repr(request_[:40]),
)
def test_what_is_no_sound_request_is_answered_4xx(address: Address, request_: bytes) -> None:
    assert 400 <= status(talk(address, request_ + b"Connection: close\r\n\r\n")) < 500


def test_many_headers_do_no_harm(address: Address) -> None:
    headers = b"".join(b"X-%d: y\r\n" % number for number in range(1000))
    assert status(talk(address, BALANCE + headers + b"\r\n")) == 200


def test_a_client_that_wants_another_protocol_is_answered_in_this_one(address: Address) -> None:
    wanting = (
        BALANCE.replace(b"close", b"Upgrade, HTTP2-Settings, close") + b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    )
    assert status(talk(address, wanting + b"\r\n")) == 200


def test_head_has_no_body(address: Address) -> None:
    head, _, body = talk(address, BALANCE.replace(b"GET", b"HEAD") + b"\r\n").partition(b"\r\n\r\n")
    assert (status(head), b"allow: GET" in head, body) == (405, True, b"")


def test_a_client_that_hangs_up_within_its_body_does_no_harm(address: Address) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(ORDER + b'Content-Length: 100\r\n\r\n{"apiKey"')
    assert status(talk(address, BALANCE + b"\r\n")) == 200
