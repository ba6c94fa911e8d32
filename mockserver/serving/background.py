"""The mock in a thread, beside the program that uses it."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

import uvicorn
from starlette.types import ASGIApp

from mockserver.serving import foreground

T = TypeVar("T")

_PATIENCE = 20.0
"""Seconds after which a thread that does not begin to serve is given up."""


class Background:
    """A server on a free port of this machine; `url` is where it is.

    Its event loop is the one place where worlds are touched: whoever wants to do so from another thread hands a
    coroutine to `run`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._listener = foreground.listen("127.0.0.1", 0)
        self.url = foreground.url(self._listener)
        config = uvicorn.Config(
            app,
            http=foreground.Connection,
            access_log=False,  # it would print the query, and with it the API key
            log_config=None,  # the program's own logging stays as it is
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Heard(config)
        self._thread = threading.Thread(target=self._serve, name="smsonline-mock", daemon=True)

    def start(self) -> Self:
        """Serve. Raises RuntimeError if that does not succeed."""
        self._thread.start()
        if not self._server.begun.wait(_PATIENCE) or self._server.loop is None:
            raise RuntimeError("the mock's thread did not begin to serve")
        return self

    def stop(self) -> None:
        """End all connections and the thread."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Let a coroutine run on the server's event loop."""
        assert self._server.loop is not None, "the server has not been started"  # noqa: S101
        return asyncio.run_coroutine_threadsafe(coroutine, self._server.loop)

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._server.begun.set()


class _Heard(foreground.Server):
    """A server that says on which event loop it runs, once it does."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.begun.set()
