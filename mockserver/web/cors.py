"""Requests of web pages: pages of other sites are refused unless their origin is allowed (CORS)."""

from functools import lru_cache

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.web.access import AccessGuard, header

_EXPOSED = ["retry-after"]
"""The response headers that a page may read besides the harmless ones."""


async def serve_page(app: ASGIApp, guard: AccessGuard, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request of a browser. A page of another site changes nothing, not even the journal."""
    origin = header(scope["headers"], b"origin")
    if guard.allows(origin):
        app = _allowing(app, guard.origins)
    elif guard.cross_site(scope["headers"]):
        shown = origin or "ORIGIN"
        app = JSONResponse(
            {"error": f"a page of another site may not use this mock: start it with --cors {shown}"}, 403
        )
    await app(scope, receive, send)


@lru_cache(256)
def _allowing(app: ASGIApp, origins: frozenset[str]) -> ASGIApp:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_private_network=True,
        expose_headers=_EXPOSED,
    )
