"""Running the mock in a background thread of the program that uses it."""

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

_START_TIMEOUT = 20.0
"""Seconds to wait for the thread to start."""
_BACKLOG = 2048


class Background:
    """An application in a background thread, on a free port of this machine.

    One thread at a time accesses the worlds: the event loop of this thread, or the holder of the `turn`. The server is
    loaded when `url` is first read, so a program that needs no socket does not load it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # asyncio disables Nagle's algorithm only for sockets with an explicit TCP protocol.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(_BACKLOG)
        self._address = "http://{}:{}".format(*self._listener.getsockname())
        self._thread = threading.Thread(target=self._run_loop, name="smsonline-mock", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = threading.RLock()
        self._begun = threading.Event()
        self._over = asyncio.Event()
        self._served: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL. Reading it starts the server; clients that connect before it is loaded wait for it."""
        if self._served is None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._serve)
        return self._address

    def start(self) -> Self:
        """Start the thread. Raises RuntimeError if it does not start."""
        self._thread.start()
        if not self._begun.wait(_START_TIMEOUT) or self._loop is None:
            raise RuntimeError("the mock's thread did not start")
        return self

    def stop(self) -> None:
        """Close all connections and stop the thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._listener.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the event loop of the thread."""
        assert self._loop is not None, "the thread has not been started"  # noqa: S101
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Hold exclusive access to the worlds while the event loop is paused.

        This is much cheaper than running a coroutine on the event loop. Raises TimeoutError after `patience` seconds.
        """
        if not self._turn.acquire(timeout=patience):
            raise TimeoutError
        try:
            yield
        finally:
            self._turn.release()

    def _run_loop(self) -> None:
        try:
            with self._turn, asyncio.Runner(loop_factory=self._new_loop) as runner:
                runner.run(self._until_over())
        finally:
            self._begun.set()

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        return _RealTimeLoop(_TurnReleasingSelector(self._turn))

    async def _until_over(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun.set()
        await self._over.wait()
        if self._served is not None:
            await self._served

    def _serve(self) -> None:
        if self._served is None and not self._over.is_set():
            self._served = asyncio.ensure_future(_serve(self._app, self._listener, self._over))
            # Closing the socket refuses clients that wait on a port without a server.
            self._served.add_done_callback(lambda _: self._listener.close())


class _RealTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that runs in real time while a test freezes time, so that delays and timeouts end."""

    def time(self) -> float:
        """Return the time by which callbacks are scheduled, in seconds."""
        return real_time.seconds()


class _TurnReleasingSelector(DefaultSelector):
    """A selector that releases the turn while the event loop waits in it."""

    def __init__(self, turn: threading.RLock) -> None:
        super().__init__()
        self._turn = turn

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Wait for events without the turn."""
        self._turn.release()
        try:
            return super().select(timeout)
        finally:
            self._turn.acquire()


async def _serve(app: ASGIApp, listener: socket.socket, over: asyncio.Event) -> None:
    """Serve on a listening socket until the event is set; requests in progress have one second to finish."""
    import uvicorn

    from mockserver.serving import foreground
    from mockserver.serving.connection import Connection

    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        access_log=False,  # the access log would print the query with the API key
        log_config=None,  # the program's own logging stays as it is
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    config.load()
    server = foreground.UvicornServer(config)
    server.lifespan = config.lifespan_class(config)
    # uvicorn's own `serve` would log its messages in the first test that reads the address.
    await server.startup([listener])
    ticking = asyncio.create_task(server.main_loop())
    await over.wait()
    ticking.cancel()
    await server.shutdown([listener])
