"""Answers that are late, slow, cut off or never come. Loaded when a fault asks for the first of them."""

import socket
import struct
import sys
from asyncio import Event, Transport, sleep, wait_for
from collections.abc import Iterator
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from mockserver.domain.clock import Duration
from mockserver.simulation.faults.effect import Ending, ResponseDelivery
from mockserver.web.message import STOPPING, TRANSPORT, HttpResponse

_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""On, for no time: the connection is reset when it is closed."""


async def pause(duration: Duration, scope: Scope) -> None:
    """Let so many milliseconds pass, or fewer when the server stops."""
    stopping: Event | None = scope.get("state", {}).get(STOPPING)
    if stopping is None:
        await sleep(duration / 1000)
    else:
        with suppress(TimeoutError):
            await wait_for(stopping.wait(), duration / 1000)


async def deliver(response: HttpResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Put an answer on the wire as its delivery says.

    Where a server does not hand over its transport, as in process, a broken connection is an exception:
    ConnectionResetError or ConnectionAbortedError.
    """
    delivery = response.delivery or ResponseDelivery()
    if delivery.delay:
        await pause(delivery.delay, scope)
    if delivery.ending in (Ending.RESET, Ending.CLOSED):
        await _disconnect(scope, receive, reset=delivery.ending is Ending.RESET)
        return
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    body = response.body[: delivery.kept] if delivery.ending is Ending.CUT else response.body
    await _send_slowly(body, delivery, scope, send)
    if delivery.ending is Ending.CUT:
        await _disconnect(scope, receive, reset=False)
    else:
        await send({"type": "http.response.body", "body": b""})


async def _send_slowly(body: bytes, delivery: ResponseDelivery, scope: Scope, send: Send) -> None:
    transport = _transport(scope)
    for position, chunk in enumerate(_chunks(body, delivery.chunk or len(body))):
        if position:
            await pause(delivery.every, scope)
        if transport is not None and transport.is_closing():
            return
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


def _chunks(body: bytes, size: int) -> Iterator[bytes]:
    return (body[begin : begin + size] for begin in range(0, len(body), size or 1))


async def _disconnect(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """End the connection, and wait until it has ended: an application must not return in the middle of an answer."""
    transport = _transport(scope)
    if transport is None:
        if reset:
            raise ConnectionResetError("a fault of the scenario reset the connection")
        raise ConnectionAbortedError("a fault of the scenario closed the connection")
    if reset and not transport.is_closing():
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(scope: Scope) -> Transport | None:
    transport: Transport | None = scope.get("extensions", {}).get(TRANSPORT)
    return transport
