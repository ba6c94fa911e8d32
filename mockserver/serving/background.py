"""The mock in a thread, beside the program that uses it."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from selectors import DefaultSelector
from typing import TYPE_CHECKING, Any, Self, TypeVar

from mockserver.simulation import real_time

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from concurrent.futures import Future
    from selectors import SelectorKey

    from starlette.types import ASGIApp

T = TypeVar("T")

_PATIENCE = 20.0
"""Seconds after which a thread that does not begin is given up."""
_BACKLOG = 2048


class Background:
    """An application in a thread, on a free port of this machine.

    Worlds are touched by one thread at a time: by the event loop of this one, or by whoever has the `turn`. The port is
    served from when `url` is first asked for: who needs no socket loads no server.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # asyncio sends small answers at once only through sockets that say that they are TCP.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(_BACKLOG)
        self._address = "http://{}:{}".format(*self._listener.getsockname())
        self._thread = threading.Thread(target=self._live, name="smsonline-mock", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = threading.RLock()
        self._begun = threading.Event()
        self._over = asyncio.Event()
        self._served: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is served. Who connects before the server is loaded waits for it."""
        if self._served is None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._serve)
        return self._address

    def start(self) -> Self:
        """Begin. Raises RuntimeError if that does not succeed."""
        self._thread.start()
        if not self._begun.wait(_PATIENCE) or self._loop is None:
            raise RuntimeError("the mock's thread did not begin")
        return self

    def stop(self) -> None:
        """End all connections and the thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._listener.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Let a coroutine run on the event loop of the thread."""
        assert self._loop is not None, "it has not been started"  # noqa: S101
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Have the worlds to oneself, while the event loop stands still. A TimeoutError after so many seconds.

        That is much cheaper than to have something done over there, and to wait for it.
        """
        if not self._turn.acquire(timeout=patience):
            raise TimeoutError
        try:
            yield
        finally:
            self._turn.release()

    def _live(self) -> None:
        try:
            with self._turn, asyncio.Runner(loop_factory=self._new_loop) as runner:
                runner.run(self._until_over())
        finally:
            self._begun.set()

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        return _RealTimeLoop(_Polite(self._turn))

    async def _until_over(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun.set()
        await self._over.wait()
        if self._served is not None:
            await self._served

    def _serve(self) -> None:
        if self._served is None and not self._over.is_set():
            self._served = asyncio.ensure_future(_serve(self._app, self._listener, self._over))
            # Whoever waits on a port that nobody serves is told so.
            self._served.add_done_callback(lambda _: self._listener.close())


class _RealTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that goes on while a test freezes time: a delayed response comes, and a wait ends."""

    def time(self) -> float:
        """Return the time by which callbacks are scheduled, in seconds."""
        return real_time.seconds()


class _Polite(DefaultSelector):
    """What an event loop waits in; others have their turn meanwhile."""

    def __init__(self, turn: threading.RLock) -> None:
        super().__init__()
        self._turn = turn

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Wait until there is something to do."""
        self._turn.release()
        try:
            return super().select(timeout)
        finally:
            self._turn.acquire()


async def _serve(app: ASGIApp, listener: socket.socket, over: asyncio.Event) -> None:
    """Serve on a listening socket until it is over; what is being answered then has a second."""
    import uvicorn

    from mockserver.serving import foreground
    from mockserver.serving.connection import Connection

    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        access_log=False,  # it would print the query, and with it the API key
        log_config=None,  # the program's own logging stays as it is
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    config.load()
    server = foreground.UvicornServer(config)
    server.lifespan = config.lifespan_class(config)
    # Not by uvicorn's own `serve`: its messages would be in the log of whichever test asks for the address first.
    await server.startup([listener])
    ticking = asyncio.create_task(server.main_loop())
    await over.wait()
    ticking.cancel()
    await server.shutdown([listener])
