"""An ASGI application as a transport of httpx: without a socket and without an event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from starlette.applications import Starlette


def respond(app: Starlette, request: httpx.Request) -> httpx.Response:
    """Let an application answer a request. Raises AssertionError if it waits for anything but the request."""
    path, _, query = request.url.raw_path.partition(b"?")
    scope = {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "raw_path": path,
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port),
        "scheme": request.url.scheme,
        "root_path": "",
    }
    sent: list[Any] = []
    body = request.read()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        app(scope, receive, send).send(None)
    except StopIteration:
        start, *parts = sent
        content = b"".join(part.get("body", b"") for part in parts)
        return httpx.Response(start["status"], headers=start["headers"], content=content)
    raise AssertionError("the mock waited for something")
