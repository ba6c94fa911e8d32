"""From another thread into the server's: requests that need no socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mockserver.testing.control_client import PATIENCE, SteeringError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, MutableMapping

    from starlette.types import ASGIApp

    from mockserver.serving.background import Background

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

T = TypeVar("T")

_HERE = (b"host", b"localhost")
"""Who calls in process may name any host: no page of another site can."""


class AsgiBridge:
    """An ASGI application that lets the server's own thread answer, whichever event loop asks.

    What would be a stream arrives in one piece.
    """

    def __init__(self, app: ASGIApp, background: Background) -> None:
        self._app = app
        self._background = background

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. A connection that a fault breaks is a ConnectionError."""
        if scope["type"] != "http":
            raise NotImplementedError(f"the mock speaks HTTP only, not {scope['type']}")
        from anyio.to_thread import run_sync

        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [*(header for header in scope["headers"] if header[0] != b"host"), _HERE]
        future = self._background.run(_exchange(self._app, {**scope, "headers": headers}, body))
        for message in await run_sync(future.result, abandon_on_cancel=True):
            await send(message)


class InProcess:
    """Leads to the control API of an application in a thread of this process."""

    def __init__(self, app: ASGIApp, background: Background) -> None:
        self._app = app
        self._background = background

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return status and body."""
        try:
            if wait is None:
                with self._background.turn(PATIENCE):
                    start, *parts = _at_once(self._exchange(method, target, body))
            else:
                future = self._background.run(self._exchange(method, target, body))
                start, *parts = future.result(PATIENCE + wait)
        except TimeoutError:
            silence = f"the mock has not answered {method} {target} for {PATIENCE + (wait or 0):g} seconds"
            raise SteeringError(silence) from None
        return start["status"], b"".join(part.get("body", b"") for part in parts)

    def together(self, task: Callable[[], T]) -> T:
        """Do something during which nothing else happens in the mock."""
        with self._background.turn(PATIENCE):
            return task()

    def _exchange(self, method: str, target: str, body: bytes | None) -> Coroutine[Any, Any, list[Message]]:
        return _exchange(self._app, _scope(method, target, body), body or b"")


def _at_once(exchange: Coroutine[Any, Any, T]) -> T:
    """The result of what waits for nothing."""
    try:
        exchange.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    exchange.close()
    raise RuntimeError("the mock waits for something, and nobody has said for how long it may")


def _scope(method: str, target: str, body: bytes | None) -> Scope:
    path, _, query = target.partition("?")
    length = [] if body is None else [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [_HERE, *length],
    }


def _exchange(app: ASGIApp, scope: Scope, body: bytes) -> Coroutine[Any, Any, list[Message]]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        sent.append(message)

    async def exchange() -> list[Message]:
        await app(scope, receive, send)
        return sent

    return exchange()
