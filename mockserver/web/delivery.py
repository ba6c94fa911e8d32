"""The delivery of delayed, slow, cut and lost responses. The module is loaded with the first fault that needs it."""

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
"""SO_LINGER on with a timeout of 0: closing the socket resets the connection."""


async def pause(duration: Duration, scope: Scope) -> None:
    """Wait this many milliseconds, or until the server stops."""
    stopping: Event | None = scope.get("state", {}).get(STOPPING)
    if stopping is None:
        await sleep(duration / 1000)
    else:
        with suppress(TimeoutError):
            await wait_for(stopping.wait(), duration / 1000)


async def deliver(response: HttpResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response as its delivery says.

    Without a transport of the server, as in process, a broken connection raises ConnectionResetError or
    ConnectionAbortedError.
    """
    delivery = response.delivery or ResponseDelivery()
    if delivery.delay:
        await pause(delivery.delay, scope)
    if delivery.ending in (Ending.RESET, Ending.CLOSED):
        await _disconnect(scope, receive, reset=delivery.ending is Ending.RESET)
        return
    await send({"type": "http.response.start", "status": response.status, "headers": [*response.headers]})
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
    """Close or reset the connection, and wait for its end: the application must not return within a response."""
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
