"""The proxy on real sockets: when the server fails or the client goes away, the other side sees it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from typing import TYPE_CHECKING

import pytest
import trustme

from mockserver.traffic.spending import Allowance
from tests.proxy.wire import GET, HOST, OK, between, body, canned, listening, proxied, read_request

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from pathlib import Path

    from mockserver.proxy import ProxiedExchange
    from tests.proxy.wire import Handler

RESET = struct.pack("ii", 1, 0)
ORDER = (
    b"POST /cs/purchase HTTP/1.1\r\nhost: p\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n"
    b'{"maximumPrice":"0.50"}'
)


async def reset(writer: StreamWriter) -> None:
    """Reset a connection."""
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


def seen(handler: Handler) -> tuple[bytes, ProxiedExchange]:
    """Return what a client gets through the proxy, and what is told of it."""

    async def run() -> tuple[bytes, ProxiedExchange]:
        async with between(handler) as proxy:
            return await proxy.talk(), await proxy.relayed()

    return asyncio.run(run())


def test_a_server_that_refuses_resets_the_client() -> None:
    async def run() -> None:
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
        async with proxied(f"http://{HOST}:{port}") as proxy:
            with pytest.raises(ConnectionResetError):
                await proxy.talk()

    asyncio.run(run())


def test_a_server_that_refuses_is_told() -> None:
    async def run() -> str:
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
        async with proxied(f"http://{HOST}:{port}") as proxy:
            with pytest.raises(ConnectionResetError):
                await proxy.talk()
            return (await proxy.relayed()).failure.replace(str(port), "PORT")

    assert asyncio.run(run()) == "127.0.0.1:PORT refuses connections: does anything listen there?"


def test_a_server_that_closes_without_an_answer_closes_the_client() -> None:
    received, relayed = seen(canned(b""))
    assert (received, relayed.exchange.answer) == (b"", None)
    assert relayed.failure.endswith("closed the connection without a response")


def test_a_server_that_resets_resets_the_client() -> None:
    async def handle(reader: StreamReader, writer: StreamWriter) -> None:
        await read_request(reader)
        await reset(writer)

    with pytest.raises(ConnectionResetError):
        seen(handle)


@pytest.mark.parametrize(
    "begun",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
    ids=["content-length", "chunked"],
)
def test_an_answer_that_is_cut_is_cut_there_for_the_client(begun: bytes) -> None:
    received, relayed = seen(canned(begun))
    assert body(received) == body(begun)
    assert relayed.failure.endswith("closed the connection within its response")


def test_of_an_answer_that_is_cut_the_body_is_left_out() -> None:
    _, relayed = seen(canned(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"))
    assert relayed.exchange.answer
    assert (relayed.exchange.answer.body, relayed.exchange.notes["left_out"]) == (b"", ["answer"])


def test_a_cut_answer_breaks_no_contract() -> None:
    async def run() -> ProxiedExchange:
        async with between(canned(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")) as proxy:
            await proxy.talk(GET.replace(b"nothing", b"numbers/demo/countries?apiKey=k"))
            return await proxy.relayed()

    assert asyncio.run(run()).violations == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-odd: \x01\r\ncontent-length: 0\r\n\r\n",
    ],
    ids=["ssh", "status", "control"],
)
def test_what_is_not_http_ends_the_connection(answer: bytes) -> None:
    received, relayed = seen(canned(answer))
    assert (received, "sent an invalid HTTP response" in relayed.failure) == (b"", True)


def test_a_client_that_gives_up_waiting_gives_up_the_call() -> None:
    async def run() -> tuple[bytes, str]:
        asked, left = asyncio.Event(), asyncio.get_running_loop().create_future()

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await read_request(reader)
            asked.set()
            left.set_result(await reader.read())

        async with between(handle) as proxy:
            _, writer = await proxy.connect()
            writer.write(GET)
            await asked.wait()
            writer.close()
            return await left, (await proxy.relayed()).failure

    assert asyncio.run(run()) == (b"", "the client disconnected before the response ended")


def test_a_client_that_goes_away_within_the_answer_ends_it() -> None:
    async def run() -> str:
        left = asyncio.Event()

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc")
            await reader.read()
            left.set()

        async with between(handle) as proxy:
            reader, writer = await proxy.connect()
            writer.write(GET)
            await reader.readuntil(b"abc")
            writer.close()
            await left.wait()
            return (await proxy.relayed()).failure

    assert asyncio.run(run()) == "the client disconnected before the response ended"


def test_after_a_failure_the_next_call_is_passed_on() -> None:
    async def run() -> bytes:
        answers = iter([b"", OK])

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await read_request(reader)
            writer.write(next(answers))
            await writer.drain()

        async with between(handle) as proxy:
            await proxy.talk()
            return await proxy.talk()

    assert asyncio.run(run()).startswith(b"HTTP/1.1 200")


def test_a_server_that_answers_before_the_body_is_read_is_heard() -> None:
    async def run() -> bytes:
        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()

        async with between(handle) as proxy:
            head = b"PATCH /v3/customers/u/favourites/1/ds HTTP/1.1\r\nhost: p\r\nconnection: close\r\n"
            return await proxy.talk(head + b"content-length: 5\r\n\r\nabcde")

    assert asyncio.run(run()).startswith(b"HTTP/1.1 413")


def test_an_order_that_was_never_sent_costs_nothing() -> None:
    async def run() -> tuple[int, int]:
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
        async with proxied(f"http://{HOST}:{port}", Allowance(orders=True, limit=100)) as proxy:
            with pytest.raises(ConnectionResetError):
                await proxy.talk(ORDER)
            return proxy.gate.spent, proxy.gate.orders

    assert asyncio.run(run()) == (0, 0)


def test_an_order_whose_answer_was_lost_costs_its_maximum() -> None:
    async def run() -> tuple[int, int]:
        async with between(canned(b""), Allowance(orders=True, limit=100)) as proxy:
            await proxy.talk(ORDER)
            return proxy.gate.spent, proxy.gate.orders

    assert asyncio.run(run()) == (50, 1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """One that nobody trusts."""
    return trustme.CA()


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """Return what a server of this name needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def through_tls(context: ssl.SSLContext) -> tuple[bytes, str]:
    """Return what a client gets from a server with TLS, and how the proxy failed."""

    async def run() -> tuple[bytes, str]:
        async with listening(canned(OK), context) as port, proxied(f"https://localhost:{port}") as proxy:
            try:
                received = await proxy.talk()
            except ConnectionResetError:
                received = b"reset"
            return received, (await proxy.relayed()).failure

    return asyncio.run(run())


def test_a_certificate_that_is_not_trusted_ends_the_connection(authority: trustme.CA) -> None:
    received, failure = through_tls(tls(authority, "localhost"))
    assert received == b"reset"
    assert "has a certificate that is not trusted" in failure


def test_a_certificate_of_another_name_is_told(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert "Hostname mismatch" in through_tls(tls(authority, "elsewhere.example"))[1]


def test_a_certificate_that_the_environment_trusts_is_trusted(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert through_tls(tls(authority, "localhost"))[0].startswith(b"HTTP/1.1 200")


def test_a_server_without_tls_is_told() -> None:
    async def handle(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async def run() -> str:
        async with listening(handle) as port, proxied(f"https://localhost:{port}") as proxy:
            with pytest.raises(ConnectionResetError):
                await proxy.talk()
            return (await proxy.relayed()).failure

    assert "failed the TLS handshake" in asyncio.run(run())
