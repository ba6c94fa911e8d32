"""The proxy on real sockets: what it passes on, in both directions."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest

from mockserver.cli.proxy import hang_up
from mockserver.proxy import CheckedContract, Gate, Parts, Proxy, Upstream
from mockserver.traffic import header
from mockserver.traffic.exchange import ANSWER
from mockserver.traffic.spending import Allowance
from tests.proxy.wire import GET, HOST, OK, between, body, canned, headers, listening, proxied, read_request

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

ODD = b"/v3/a%2Fb/%7Euser/x;y=1/%E4%BD%A0?apiKey=k%20k&&q=+%2B&empty"


def sent(request: bytes, answer: bytes = OK) -> bytes:
    """Return what the server gets of a request."""

    async def run() -> bytes:
        heard: list[bytes] = []
        async with between(canned(answer, heard)) as proxy:
            await proxy.talk(request)
        return heard[0]

    return asyncio.run(run())


def received(answer: bytes, request: bytes = GET) -> bytes:
    """Return what the client gets of an answer."""

    async def run() -> bytes:
        async with between(canned(answer)) as proxy:
            return await proxy.talk(request)

    return asyncio.run(run())


def test_a_target_is_passed_on_byte_for_byte() -> None:
    assert sent(b"GET %s HTTP/1.1\r\nhost: p\r\nconnection: close\r\n\r\n" % ODD).startswith(b"GET %s HTTP/1.1" % ODD)


def test_the_path_of_the_upstream_goes_before_the_others() -> None:
    async def run() -> bytes:
        heard: list[bytes] = []
        async with (
            listening(canned(OK, heard)) as port,
            proxied(f"http://{HOST}:{port}/staging/") as proxy,
        ):
            await proxy.talk()
        return heard[0]

    assert asyncio.run(run()).startswith(b"GET /staging/v3/nothing HTTP/1.1")


def test_headers_are_passed_on_in_their_order_and_as_often_as_they_come() -> None:
    request = b"GET / HTTP/1.1\r\nhost: p\r\nx-b: 2\r\nx-a: 1\r\nx-b: 3\r\nconnection: close\r\n\r\n"
    assert headers(sent(request))[1:] == [b"x-b: 2", b"x-a: 1", b"x-b: 3"]


def test_the_host_is_that_of_the_upstream() -> None:
    async def run() -> tuple[bytes, int]:
        heard: list[bytes] = []
        async with listening(canned(OK, heard)) as port, proxied(f"http://{HOST}:{port}") as proxy:
            await proxy.talk()
            return heard[0], port

    request, port = asyncio.run(run())
    assert headers(request) == [b"host: 127.0.0.1:%d" % port]


def test_an_offer_of_another_protocol_stays_there_and_the_body_goes_on() -> None:
    head = (
        b"PATCH /v3/customers/u/favourites/1/ds HTTP/1.1\r\nhost: p\r\nconnection: Upgrade, HTTP2-Settings, close\r\n"
    )
    offer = b"upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQ\r\n"
    passed_on = sent(head + offer + b"content-length: 2\r\n\r\n{}").lower()
    assert (b"upgrade" in passed_on, b"http2-settings" in passed_on, passed_on.endswith(b"\r\n\r\n{}")) == (
        False,
        False,
        True,
    )


def test_headers_for_the_next_hop_stay_there() -> None:
    request = (
        b"GET / HTTP/1.1\r\nhost: p\r\nproxy-authorization: Bearer t\r\nte: trailers\r\nkeep-alive: 5\r\nx-mine: 1\r\n"
        b"connection: close, x-mine\r\n\r\n"
    )
    assert len(headers(sent(request))) == 1


def test_a_body_is_passed_on_as_it_is() -> None:
    packed = gzip.compress(b'{"a": 1}')
    head = (
        b"PATCH /v3/customers/u/favourites/1/ds HTTP/1.1\r\nhost: p\r\ncontent-encoding: gzip\r\nconnection: close\r\n"
    )
    assert body(sent(head + b"content-length: %d\r\n\r\n" % len(packed) + packed)) == packed


def test_a_chunked_body_stays_chunked() -> None:
    head = b"PATCH /v3/customers/u/favourites/1/ds HTTP/1.1\r\nhost: p\r\nconnection: close\r\n"
    request = sent(head + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert b"transfer-encoding: chunked" in headers(request)


def test_a_request_without_a_body_gets_none() -> None:
    assert not {b"content-length: 0", b"transfer-encoding: chunked"} & set(headers(sent(GET)))


def test_a_body_is_passed_on_before_it_has_ended() -> None:
    async def run() -> bytes:
        first: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            first.set_result(await reader.readexactly(3))
            await reader.readexactly(3)
            writer.write(OK)

        async with between(handle) as proxy:
            reader, writer = await proxy.connect()
            writer.write(b"PATCH /v3/customers/u/favourites/1/ds HTTP/1.1\r\nhost: p\r\ncontent-length: 6\r\n\r\nabc")
            begun = await first
            writer.write(b"def")
            await reader.readuntil(b"{}")
            writer.close()
        return begun

    assert asyncio.run(run()) == b"abc"


def test_an_answer_is_passed_on_before_it_has_ended() -> None:
    async def run() -> bytes:
        seen = asyncio.Event()

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc")
            await seen.wait()
            writer.write(b"def")
            await writer.drain()

        async with between(handle) as proxy:
            reader, writer = await proxy.connect()
            writer.write(GET)
            begun = (await reader.readuntil(b"\r\n\r\nabc"))[-3:]
            seen.set()
            rest = await reader.read()
            writer.close()
        return begun + b"|" + rest

    assert asyncio.run(run()) == b"abc|def"


def test_repeated_headers_of_an_answer_stay_apart() -> None:
    answer = received(b"HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n")
    assert [line for line in headers(answer) if b"set-cookie" in line] == [b"set-cookie: a=1", b"set-cookie: b=2"]


def test_a_content_coding_is_left_alone() -> None:
    packed = gzip.compress(b'{"ok": true}')
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    assert body(received(head + packed)) == packed


@pytest.mark.parametrize("status", [200, 222, 302, 404, 500, 503])
def test_a_status_is_passed_on(status: int) -> None:
    answer = received(b"HTTP/1.1 %d Word\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n" % status)
    assert answer.startswith(b"HTTP/1.1 %d" % status)


def test_what_comes_before_the_answer_is_passed_over() -> None:
    assert received(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + OK).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified\r\ncontent-length: 10"])
def test_an_answer_that_has_no_body_gets_none(status: bytes) -> None:
    assert not body(received(b"HTTP/1.1 %s\r\netag: x\r\n\r\n" % status))


def test_the_answer_to_head_keeps_its_length_and_has_no_body() -> None:
    answer = received(b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n", GET.replace(b"GET", b"HEAD"))
    assert (b"content-length: 1234" in headers(answer), body(answer)) == (True, b"")


def test_a_chunked_answer_is_whole() -> None:
    answer = received(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert body(answer).endswith(b"0\r\n\r\n")


def test_connections_to_the_upstream_are_used_again() -> None:
    async def run() -> int:
        connections = 0

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            nonlocal connections
            connections += 1
            while True:
                await read_request(reader)
                writer.write(OK)

        async with between(handle) as proxy:
            for _ in range(3):
                await proxy.talk()
        return connections

    assert asyncio.run(run()) == 1


def test_a_slow_call_holds_up_no_other() -> None:
    calls = 40

    async def run() -> int:
        all_here = asyncio.Barrier(calls)

        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            await read_request(reader)
            await all_here.wait()
            writer.write(OK)

        async with between(handle) as proxy:
            answers = await asyncio.gather(*(proxy.talk() for _ in range(calls)))
        return sum(answer.startswith(b"HTTP/1.1 200") for answer in answers)

    assert asyncio.run(run()) == calls


def test_an_exchange_is_told_as_it_was_between_proxy_and_upstream() -> None:
    async def run() -> tuple[str, bytes, str | None]:
        async with listening(canned(OK)) as port, proxied(f"http://{HOST}:{port}") as proxy:
            await proxy.talk(GET.replace(b"nothing", b"numbers/demo/countries"))
            exchange = (await proxy.relayed()).exchange
            assert exchange.answer
            url = exchange.request.url.replace(str(port), "PORT")
            return url, exchange.answer.body, header(exchange.answer.headers, "content-type")

    assert asyncio.run(run()) == ("http://127.0.0.1:PORT/v3/numbers/demo/countries", b"{}", "application/json")


def test_violations_of_both_sides_are_told() -> None:
    async def run() -> set[str]:
        async with between(canned(OK)) as proxy:
            await proxy.talk(GET.replace(b"nothing", b"numbers/demo/countries?wrong=1"))
            return {violation.place for violation in (await proxy.relayed()).violations}

    assert asyncio.run(run()) >= {"query.apiKey", "query.wrong", "body.ok"}


def test_a_body_over_the_limit_is_passed_on_and_left_out() -> None:
    async def run() -> tuple[bytes, bytes, object]:
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n" + b"x" * 100
        async with listening(canned(answer)) as port, proxied(f"http://{HOST}:{port}", body_limit=99) as proxy:
            got = body(await proxy.talk())
            exchange = (await proxy.relayed()).exchange
            return got, exchange.answer.body if exchange.answer else b"?", exchange.notes["left_out"]

    assert asyncio.run(run()) == (b"x" * 100, b"", ["answer"])


BROTLI = brotli.compress(b'{"ok": true, "body": []}')


@pytest.mark.parametrize(
    ("coding", "packed", "known", "broken"),
    [
        (b"br", BROTLI, True, set()),
        (b"br", BROTLI[:-4], False, set()),
        (b"secret", b"?", False, set()),
        (b"br", brotli.compress(b'{"ok": true}'), True, {"body.body"}),
    ],
    ids=["brotli", "cut brotli", "unknown", "brotli that breaks the contract"],
)
def test_a_packed_body_is_read_or_unknown(coding: bytes, packed: bytes, known: bool, broken: set[str]) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: %s\r\n" % coding

    async def run() -> tuple[bytes, bool, set[str]]:
        async with between(canned(head + b"content-length: %d\r\n\r\n" % len(packed) + packed)) as proxy:
            got = await proxy.talk(GET.replace(b"nothing", b"numbers/demo/countries?apiKey=k"))
            relayed = await proxy.relayed()
            return body(got), relayed.exchange.knows(ANSWER), {violation.place for violation in relayed.violations}

    assert asyncio.run(run()) == (packed, known, broken)


def test_only_http_is_spoken() -> None:
    async def receive() -> dict[str, object]:
        return {}

    async def send(_: object) -> None: ...

    async def run() -> None:
        proxy = Proxy(Parts(Upstream("http://localhost"), CheckedContract([]), Gate(Allowance()), hang_up))
        await proxy({"type": "websocket"}, receive, send)

    with pytest.raises(NotImplementedError, match="websocket"):
        asyncio.run(run())
