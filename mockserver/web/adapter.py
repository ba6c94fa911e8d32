"""The adapter between ASGI and the pipeline: it reads requests and sends responses."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from mockserver.web.message import Header, HttpRequest, Pause
from mockserver.web.pipeline import Pipeline

DRAIN_FACTOR = 64
"""A body is received and discarded up to this multiple of its limit, so that the client can read the response."""

_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})

_CLOSE: Header = (b"connection", b"close")


async def answer(pipeline: Pipeline, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one request of the API."""
    headers: Sequence[Header] = scope["headers"]
    body = await read_body(receive, pipeline.limit) if has_body(headers) else b""
    try:
        response = pipeline(HttpRequest(scope["method"], raw_path(scope), scope["query_string"], headers, body))
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
    # A copy: middleware changes the headers, and the journal keeps them.
    await send({"type": "http.response.start", "status": response.status, "headers": [*response.headers]})
    await send({"type": "http.response.body", "body": response.body})


def raw_path(scope: Scope) -> str:
    """Return the percent-encoded path: in a decoded one, a slash in a parameter would look like a separator."""
    raw: bytes | None = scope.get("raw_path")
    return raw.decode("latin-1") if raw else quote(scope["path"])


def has_body(headers: Sequence[Header]) -> bool:
    """Whether the headers of a request announce a body."""
    return not _BODY_HEADERS.isdisjoint([name for name, _ in headers])


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """Return the body, or None if it is longer than the limit in bytes; the bytes above the limit are discarded."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more and size < DRAIN_FACTOR * limit:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks) if size <= limit else None
