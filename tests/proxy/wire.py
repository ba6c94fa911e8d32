"""A proxy between bare sockets, all in one event loop: nothing in between tidies up what is on the wire."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

import uvicorn
from uvicorn.server import ServerState

from mockserver.cli.proxy import hang_up
from mockserver.contract import contract
from mockserver.proxy import CheckedContract, Gate, Parts, Proxy, Upstream
from mockserver.serving.connection import Connection
from mockserver.traffic.spending import Allowance

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mockserver.proxy import ProxiedExchange

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HOST = "127.0.0.1"
PATIENCE = 20.0
"""Seconds."""
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
GET = b"GET /v3/nothing HTTP/1.1\r\nhost: proxy\r\nconnection: close\r\n\r\n"


class Proxied(NamedTuple):
    """A proxy that runs: its port, what its observer has seen, and its gate."""

    port: int
    proxied_exchanges: list[ProxiedExchange]
    gate: Gate

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to it."""
        return await asyncio.open_connection(HOST, self.port)

    async def relayed(self) -> ProxiedExchange:
        """The first exchange that has passed, once it has."""
        async with asyncio.timeout(PATIENCE):
            while not self.proxied_exchanges:
                await asyncio.sleep(0)
        return self.proxied_exchanges[0]

    async def talk(self, request: bytes = GET) -> bytes:
        """Send a request; return all that comes until the connection ends. Raises ConnectionResetError."""
        reader, writer = await self.connect()
        async with asyncio.timeout(PATIENCE):
            writer.write(request)
            try:
                return await reader.read()
            finally:
                writer.close()


@asynccontextmanager
async def listening(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a server that does as its handler does; yields its port."""
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(handle(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(begin, HOST, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in running:
            task.cancel()


@asynccontextmanager
async def proxied(
    upstream: str,
    allowance: Allowance = Allowance(),  # noqa: B008 - a value
    *,
    secrets: tuple[str, ...] = (),
    body_limit: int = 1024 * 1024,
) -> AsyncIterator[Proxied]:
    """Run a proxy in front of a URL."""
    proxied_exchanges: list[ProxiedExchange] = []
    gate = Gate(allowance)
    parts = Parts(Upstream(upstream), CheckedContract(contract().documents.values()), gate, hang_up)
    proxy = Proxy(parts, [proxied_exchanges.append], secrets, body_limit)
    config = uvicorn.Config(proxy, http=Connection, log_level="critical", lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(config, state, {}), HOST, 0)
    stopping = asyncio.Event()
    try:
        yield Proxied(server.sockets[0].getsockname()[1], proxied_exchanges, gate)
    finally:
        server.close()
        stopping.set()
        for task in list(state.tasks):
            task.cancel()
        await proxy.close_after(stopping)


@asynccontextmanager
async def between(handler: Handler, allowance: Allowance = Allowance()) -> AsyncIterator[Proxied]:  # noqa: B008
    """Run a server and a proxy in front of it."""
    async with listening(handler) as port, proxied(f"http://{HOST}:{port}", allowance) as proxy:
        yield proxy


def canned(answer: bytes, heard: list[bytes] | None = None) -> Handler:
    """Return a handler that answers every request with these bytes, and closes the connection."""

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader)
        if heard is not None:
            heard.append(request)
        writer.write(answer)
        await writer.drain()

    return answer_one


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Return a request as it is on the wire, with its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    if b"transfer-encoding" in lines:
        return head + await reader.readuntil(b"0\r\n\r\n")
    return head + await reader.readexactly(int(lines.get(b"content-length", 0)))


def body(answer: bytes) -> bytes:
    """Return what follows the headers of an answer."""
    return answer.partition(b"\r\n\r\n")[2]


def headers(message: bytes) -> list[bytes]:
    """Return the header lines of a message."""
    return message.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
