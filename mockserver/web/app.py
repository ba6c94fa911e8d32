"""The application: every operation of every dialect over the given worlds, and health."""

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mockserver.dialects.dialect import Dialect
from mockserver.simulation.exchange import Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.adapter import answer, raw_path
from mockserver.web.pipeline import Pipeline


class MockApp(Starlette):
    """Answers all paths under a dialect's prefix itself, and leaves the others to Starlette.

    The contract document routes below a prefix: Starlette's router would try one pattern after the other, and its
    middleware costs as much as a whole request.
    """

    def __init__(self, pipelines: Sequence[Pipeline], **options: Any) -> None:
        super().__init__(**options)
        self._pipelines = {pipeline.prefix.strip("/"): pipeline for pipeline in pipelines}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or leave it to Starlette."""
        if scope["type"] == "http":
            pipeline = self._pipelines.get(raw_path(scope)[1:].partition("/")[0])
            if pipeline is not None:
                await answer(pipeline, scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def create_app(dialects: Sequence[Dialect], worlds: Worlds, observers: Sequence[Observer] = ()) -> Starlette:
    """An ASGI application that speaks these dialects over these worlds."""
    pipelines = [Pipeline(dialect, worlds, observers) for dialect in dialects]
    prefixes = " and ".join(pipeline.prefix for pipeline in pipelines)

    async def not_found(request: Request, _: Exception) -> JSONResponse:
        return JSONResponse({"error": f"nothing is at {request.url.path}: the API is under {prefixes}"}, 404)

    app = MockApp(
        pipelines,
        routes=[Route("/livez", _alive), Route("/readyz", _alive)],
        exception_handlers={404: not_found},
    )
    app.router.redirect_slashes = False
    return app


async def _alive(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
