"""Between ASGI and the pipeline: reads a request off the wire and puts the answer on it."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from mockserver.web.message import Header, HttpRequest, Pause
from mockserver.web.pipeline import Pipeline

DRAIN_FACTOR = 64
"""How many times as much as is read of a body is thrown away, so that its sender gets to read the answer."""

_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})

_CLOSE: Header = (b"connection", b"close")


async def answer(pipeline: Pipeline, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of the API."""
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
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    await send({"type": "http.response.body", "body": response.body})


def raw_path(scope: Scope) -> str:
    """The path as it was sent, percent-encoded: decoded, a slash in a parameter would look like one between them."""
    raw: bytes | None = scope.get("raw_path")
    return raw.decode("latin-1") if raw else quote(scope["path"])


def has_body(headers: Sequence[Header]) -> bool:
    """Whether a request says that it has a body."""
    return not _BODY_HEADERS.isdisjoint([name for name, _ in headers])


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The body, or None when it is longer than the limit in bytes; what is over the limit is never held."""
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
