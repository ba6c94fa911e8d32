"""The application: every operation of every dialect over the given worlds, and health."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockserver.dialects.dialect import Dialect
from mockserver.simulation.exchange import Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.adapter import Dialects
from mockserver.web.pipeline import Pipeline


def create_app(dialects: Sequence[Dialect], worlds: Worlds, observers: Sequence[Observer] = ()) -> Starlette:
    """An ASGI application that speaks these dialects over these worlds."""
    pipelines = [Pipeline(dialect, worlds, observers) for dialect in dialects]
    prefixes = " and ".join(pipeline.prefix for pipeline in pipelines)

    async def not_found(request: Request, _: Exception) -> JSONResponse:
        return JSONResponse({"error": f"nothing is at {request.url.path}: the API is under {prefixes}"}, 404)

    app = Starlette(
        routes=[Route("/livez", _alive), Route("/readyz", _alive)],
        middleware=[Middleware(Dialects, pipelines)],
        exception_handlers={404: not_found},
    )
    app.router.redirect_slashes = False
    return app


async def _alive(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
