"""Between ASGI and the pipeline: reads a request off the wire and puts the answer on it."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

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


async def answer(pipeline: Pipeline, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of a dialect."""
    headers: Sequence[Header] = scope["headers"]
    body = await _read(receive) if _has_body(headers) else b""
    try:
        response = pipeline(Request(scope["method"], raw_path(scope), scope["query_string"], headers, body))
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


def raw_path(scope: Scope) -> str:
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
