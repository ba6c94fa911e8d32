"""Requests to a server in another thread of this process, without a socket."""

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
"""Host header of in-process requests. The host check protects from web pages, which cannot call in process."""


class AsgiBridge:
    """An ASGI application that runs requests in the server's thread. Any event loop can call it.

    Responses are not streamed: they arrive in one piece.
    """

    def __init__(self, app: ASGIApp, background: Background) -> None:
        self._app = app
        self._background = background

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request. Raises ConnectionError if a fault breaks the connection."""
        if scope["type"] != "http":
            raise NotImplementedError(f"the mock only supports HTTP, not {scope['type']}")
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
    """A transport to the control API of an application in a thread of this process."""

    def __init__(self, app: ASGIApp, background: Background) -> None:
        self._app = app
        self._background = background

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return its status and body. Raises SteeringError if no response comes in time."""
        try:
            if wait is None:
                with self._background.turn(PATIENCE):
                    start, *parts = _result_at_once(self._exchange(method, target, body))
            else:
                future = self._background.run(self._exchange(method, target, body))
                start, *parts = future.result(PATIENCE + wait)
        except TimeoutError:
            limit = PATIENCE + (wait or 0)
            raise SteeringError(f"the mock did not answer {method} {target} within {limit:g} seconds") from None
        return start["status"], b"".join(part.get("body", b"") for part in parts)

    def together(self, task: Callable[[], T]) -> T:
        """Run a task while the mock does nothing else."""
        with self._background.turn(PATIENCE):
            return task()

    def _exchange(self, method: str, target: str, body: bytes | None) -> Coroutine[Any, Any, list[Message]]:
        return _exchange(self._app, _scope(method, target, body), body or b"")


def _result_at_once(exchange: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that never waits. Raises RuntimeError if it waits."""
    try:
        exchange.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    exchange.close()
    raise RuntimeError("the operation waits, but no `wait` was given")


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
