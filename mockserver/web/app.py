"""The ASGI application: the operations of all contract documents, the control API, and the health checks."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.api import ServedContract, ServedContracts
from mockserver.simulation.journal import Observer
from mockserver.simulation.worlds import Readings, Worlds
from mockserver.web.access import OPEN, AccessGuard, is_of_browser
from mockserver.web.adapter import answer, raw_path
from mockserver.web.pipeline import Pipeline

if TYPE_CHECKING:
    from mockserver.control.world_factory import WorldFactory

CONTROL = "__mock__"
"""The first segment of every path of the control API."""

_HEALTH = ("/livez", "/readyz")
"""The paths of the health checks. They tell nothing, so any host may ask: probes send the address of a pod, or none."""

_CACHE_SIZE = 128
"""The number of pipelines in the cache; others are built when a request needs them."""


class MockApp(Starlette):
    """Serves the paths under the prefixes of the documents itself, and leaves other paths to Starlette.

    The contract document routes the paths below its prefix: Starlette's router tries the patterns one by one, and its
    middleware takes as long as a whole request.
    """

    def __init__(self, apis: Mapping[str, ASGIApp], guard: AccessGuard, control: "Control", **options: Any) -> None:
        super().__init__(**options)
        self._apis = apis
        self._guard = guard
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or leave it to Starlette."""
        if scope["type"] == "http" and (path := raw_path(scope)) not in _HEALTH:
            if self._guard.hosts and (refusal := self._guard.wrong_host(scope["headers"])):
                await JSONResponse({"error": refusal}, 421)(scope, receive, send)
                return
            segment = path[1:].partition("/")[0]
            api = self._apis.get(segment)
            if api is not None:
                if is_of_browser(scope["headers"]):
                    from mockserver.web.cors import serve_page

                    await serve_page(api, self._guard, scope, receive, send)
                else:
                    await api(scope, receive, send)
                return
            if segment == CONTROL:
                await self._control(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


class Control:
    """The control API, loaded with its first request so that a mock without such requests starts faster."""

    def __init__(
        self,
        worlds: Worlds,
        service: ServedContract,
        services: ServedContracts,
        guard: AccessGuard,
        world_factory: "WorldFactory | None",
    ) -> None:
        self._parts = worlds, service, services, guard, world_factory
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if self._app is None:
            from mockserver.web.control import ControlApp

            self._app = ControlApp(*self._parts)
        await self._app(scope, receive, send)


def create_app(
    service: ServedContract,
    worlds: Worlds,
    observers: Sequence[Observer] = (),
    guard: AccessGuard = OPEN,
    world_factory: "WorldFactory | None" = None,
    services: ServedContracts | None = None,
    *,
    compress: bool = False,
) -> Starlette:
    """Return an ASGI application that serves these worlds, with the control API under `/__mock__/`.

    `guard` controls access; the host names of the vendor are allowed. `world_factory` makes further worlds; by default
    it is created on first use. `services` returns the service for other readings. With `compress`, the service
    compresses its responses for clients that accept it.
    """
    services = services or ServedContracts()
    guard = guard.answering(host for document in service.documents.values() for host in document.hosts)

    @lru_cache(_CACHE_SIZE)
    def other(readings: Readings | None, prefix: str) -> Pipeline:
        played = service if readings is None else services(dict(readings))
        [api] = (api for api in played.apis if api.document.prefix == prefix)
        return Pipeline(api, worlds, observers, readings, other)

    worlds.token = guard.token
    pipelines = [other(None, api.document.prefix) for api in service.apis]
    prefixes = " and ".join(pipeline.prefix for pipeline in pipelines)

    places = f"the API is under {prefixes}, and the control API is under /{CONTROL}"

    async def not_found(request: Request, _: Exception) -> JSONResponse:
        return JSONResponse({"error": f"there is nothing at {request.url.path}: {places}"}, 404)

    apis: dict[str, ASGIApp] = {pipeline.prefix.strip("/"): partial(answer, pipeline) for pipeline in pipelines}
    if compress:
        from starlette.middleware.gzip import GZipMiddleware

        apis = {prefix: GZipMiddleware(api, minimum_size=1) for prefix, api in apis.items()}
    app = MockApp(
        apis,
        guard,
        Control(worlds, service, services, guard, world_factory),
        routes=[Route(path, _alive, methods=["GET", "HEAD", "OPTIONS"]) for path in _HEALTH],
        exception_handlers={404: not_found},
    )
    app.router.redirect_slashes = False
    return app


async def _alive(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
