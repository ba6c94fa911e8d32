"""Between ASGI and the pipeline: reads a request off the wire and puts the answer on it."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from mockserver.web.message import Header, Request
from mockserver.web.pipeline import Pipeline

BODY_LIMIT = 1024 * 1024
"""How many bytes of a body are read."""

DRAIN_LIMIT = 64 * BODY_LIMIT
"""How many bytes of a longer body are thrown away, so that its sender gets to read the answer."""

_CLOSE: Header = (b"connection", b"close")


class DialectRoute(BaseRoute):
    """All paths under a dialect's prefix. The contract document routes further: Starlette's linear scan does not."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.prefix = pipeline.prefix
        self._below = f"{pipeline.prefix}/"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path belongs to the dialect."""
        path: str = scope.get("path", "")
        if scope["type"] == "http" and (path.startswith(self._below) or path == self.prefix):
            return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: Sequence[Header] = scope["headers"]
        body = await _read(receive) if _has_body(headers) else b""
        raw_path = scope.get("raw_path")
        request = Request(
            method=scope["method"],
            path=raw_path.decode("latin-1") if raw_path else quote(scope["path"]),
            query=scope["query_string"],
            headers=headers,
            body=body,
        )
        response = self._pipeline(request)
        sent = response.headers if body is not None else [*response.headers, _CLOSE]
        await send({"type": "http.response.start", "status": response.status, "headers": sent})
        await send({"type": "http.response.body", "body": response.body})


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
