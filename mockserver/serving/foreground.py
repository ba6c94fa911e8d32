"""The mock as a process of its own until it is interrupted, restarted when the files of its scenario change."""

import asyncio
import errno
import gc
import os
import socket
from asyncio import Event, get_running_loop
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from watchfiles import Change, awatch

from mockserver.contract import LocatedError
from mockserver.control.errors import ControlError
from mockserver.scenario.error import ScenarioError
from mockserver.serving.connection import Connection
from mockserver.serving.report import Reloads
from mockserver.serving.setup import Mock
from mockserver.web.message import STOPPING

Task = Coroutine[Any, Any, None]

_BACKLOG = 2048
_SHUTDOWN_SECONDS = 1
_NUMERIC = frozenset("0123456789.")
"""What an IPv4 address is made of."""


class AddressError(OSError):
    """The address cannot be listened on; the text says why and what would help."""


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; `port` is 0 to 65535, and 0 takes a free one. Raises AddressError."""
    try:
        # Text would go through the codec of international names, which takes milliseconds to import.
        name = host.encode() if _NUMERIC.issuperset(host) else host
        family, *_, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
        # asyncio sends small answers at once only through sockets that say that they are TCP.
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, listener.detach())
    except OSError as error:
        raise AddressError(_explain(host, port, error)) from None
    except UnicodeError:
        raise AddressError(f"{host} is no name of a host: choose another with --host") from None


def url(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    app: ASGIApp,
    listener: socket.socket,
    ready: Callable[[], None],
    beside: Callable[[Event], Task] | None = None,
    *,
    dated: bool = True,
) -> None:
    """Serve until interrupted; `ready` is called when requests are answered.

    What runs `beside` has begun by then, and ends when the event is set that it is given. Without `dated`, an answer
    has no other date than its own.
    """
    # uvicorn's access log would print the query, and with it the API key.
    config = uvicorn.Config(
        app,
        http=Connection,
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        date_header=dated,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Foreground(config, ready, beside)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class UvicornServer(uvicorn.Server):
    """A uvicorn server that no fault holds up when it stops."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        self.lifespan.state[STOPPING] = self._stopping
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what waits, and stop."""
        self._stopping.set()
        await super().shutdown(sockets)


class _Foreground(UvicornServer):
    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], beside: Callable[[Event], Task] | None
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._beside = beside
        self._running: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is loaded by now stays: the collector need not look at it again with every request's garbage. The little
        # garbage that is in it stays, too: to look for it would take as long as a tenth of the launch.
        gc.freeze()
        if self._beside is not None:
            self._running = asyncio.create_task(self._beside(self._stopping))
            await asyncio.sleep(0)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._running is not None:
            await self._running


def _explain(host: str, port: int, error: OSError) -> str:
    hints = {
        errno.EADDRINUSE: "is in use: stop what listens there, or choose another with --port (0 takes a free one)",
        errno.EACCES: "needs more rights: choose a port above 1023 with --port",
        errno.EADDRNOTAVAIL: "is no address of this machine: choose another with --host",
    }
    return f"{host}:{port} {hints.get(error.errno or 0, f'cannot be listened on: {error.strerror or error}')}"


class Current:
    """The application that answers now. Between two requests another one may take its place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the application of this moment, until the answer is complete."""
        await self.app(scope, receive, send)


class Watch:
    """Plays a scenario anew when one of its files has changed; if it is broken then, the last good one goes on.

    `make` makes a mock in the place of the one before. Raises LocatedError.
    """

    def __init__(self, mock: Mock, make: Callable[..., Mock], reloads: Reloads) -> None:
        self.app = Current(mock.app)
        self._mock = mock
        self._make = make
        self._reloads = reloads
        self._files = _all_real(mock.scenario.files)

    async def run(self, stopping: Event) -> None:
        """Watch until the event is set. The files are watched from the first step on."""
        while not stopping.is_set():
            folders = self._folders()
            # Once they are watched: what has changed between reading the files and now is not missed.
            get_running_loop().call_soon(self.reload)
            # An editor may write another file and rename it, so it is the folders that are watched.
            async for _ in awatch(*folders, watch_filter=self._concerns, stop_event=stopping, recursive=False):
                self.reload()
                if not self._folders() <= folders:
                    break

    def reload(self) -> None:
        """Read the scenario anew, and play it if it is another one and good."""
        try:
            mock = self._make(before=self._mock)
        except (LocatedError, ControlError) as error:
            if isinstance(error, ScenarioError):
                self._files |= _all_real(error.files)
            self._reloads.refused(error)
            return
        before, self._files = self._mock.scenario, _all_real(mock.scenario.files)
        if mock.scenario.data != before.data:
            self._mock, self.app.app = mock, mock.app
            self._reloads.loaded(before, mock.scenario)

    def _folders(self) -> set[Path]:
        return {file.parent for file in self._files if file.parent.is_dir()}

    def _concerns(self, _: Change, path: str) -> bool:
        return _real(path) in self._files


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _all_real(files: Iterable[Path]) -> frozenset[Path]:
    return frozenset(map(_real, files))
