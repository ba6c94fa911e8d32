"""Between ASGI and the pipeline: reads a request off the wire and puts the answer on it."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.web.message import Header, Pause, Request
from mockserver.web.pipeline import Pipeline

BODY_LIMIT = 1024 * 1024
"""How many bytes of a body are read."""

DRAIN_LIMIT = 64 * BODY_LIMIT
"""How many bytes of a longer body are thrown away, so that its sender gets to read the answer."""

TRANSPORT = "smsonline_mock.transport"
"""The extension of a scope in which a server hands over its transport, so that a fault can break the connection."""

STOPPING = "smsonline_mock.stopping"
"""Where the state of a scope has the asyncio.Event that a server sets when it stops, so that no fault holds it up."""

_CLOSE: Header = (b"connection", b"close")


class Dialects:
    """Middleware that answers all paths under a dialect's prefix and passes on the others.

    The contract document routes below a prefix. Starlette's router would try one pattern after the other.
    """

    def __init__(self, app: ASGIApp, pipelines: Sequence[Pipeline]) -> None:
        self._app = app
        self._pipelines = {pipeline.prefix.strip("/"): pipeline for pipeline in pipelines}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        pipeline = self._pipelines.get(_path(scope)[1:].partition("/")[0]) if scope["type"] == "http" else None
        if pipeline is None:
            await self._app(scope, receive, send)
        else:
            await _answer(pipeline, scope, receive, send)


async def _answer(pipeline: Pipeline, scope: Scope, receive: Receive, send: Send) -> None:
    headers: Sequence[Header] = scope["headers"]
    body = await _read(receive) if _has_body(headers) else b""
    try:
        response = pipeline(Request(scope["method"], _path(scope), scope["query_string"], headers, body))
    except Pause as asked:
        from mockserver.web.delivery import pause

        await pause(asked.duration, scope)
        response = pipeline(asked.request)
    if body is None:
        response.headers.append(_CLOSE)
    if response.delivery is not None:
        from mockserver.web.delivery import deliver

        await deliver(response, scope, receive, send)
        return
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    await send({"type": "http.response.body", "body": response.body})


def _path(scope: Scope) -> str:
    """The path as it was sent, percent-encoded: decoded, a slash in a parameter would look like one between them."""
    raw: bytes | None = scope.get("raw_path")
    return raw.decode("latin-1") if raw else quote(scope["path"])


def _has_body(headers: Sequence[Header]) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)


async def _read(receive: Receive) -> bytes | None:
    """The body, or None when it is longer than the limit; what is over the limit is never held."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more and size < DRAIN_LIMIT:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= BODY_LIMIT:
            chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks) if size <= BODY_LIMIT else None
