"""Running the mock in the foreground until it is interrupted, and reloading its scenario when the files change."""

import asyncio
import errno
import gc
import os
import socket
from asyncio import Event, get_running_loop
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from mockserver.serving.tls import Certificate

Task = Coroutine[Any, Any, None]

_BACKLOG = 2048
_SHUTDOWN_SECONDS = 1
_NUMERIC = frozenset("0123456789.")
"""The characters of an IPv4 address."""


class AddressError(OSError):
    """The mock cannot listen on the address; the text says why and what would help."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket; `port` is 0 to 65535, and 0 selects a free one. Raises AddressError."""
    try:
        # A str would load the IDNA codec, which takes milliseconds to import.
        name = host.encode() if _NUMERIC.issuperset(host) else host
        family, *_, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
        # asyncio disables Nagle's algorithm only for sockets with an explicit TCP protocol.
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, listener.detach())
    except OSError as error:
        raise AddressError(_explain(host, port, error)) from None
    except UnicodeError:
        raise AddressError(f"{host} is not a host name: choose another with --host") from None


def url(listener: socket.socket, scheme: str = "http") -> str:
    """Return the base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def run(
    app: ASGIApp,
    listener: socket.socket,
    ready: Callable[[], None],
    beside: Callable[[Event], Task] | None = None,
    *,
    dated: bool = True,
    certificate: "Certificate | None" = None,
) -> None:
    """Serve until interrupted, and call `ready` when the server accepts requests.

    `beside` returns a task that starts before `ready` is called and must end when its event is set. Without `dated`,
    the server adds no `date` header to a response. With a `certificate`, it speaks TLS.
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
        ssl_certfile=certificate and certificate.file,
        ssl_keyfile=certificate and certificate.key,
    )
    server = _Foreground(config, ready, beside)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class UvicornServer(uvicorn.Server):
    """A uvicorn server that ends the delays of faults when it stops."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, and publish the stopping event in the state of the scope."""
        self.lifespan.state[STOPPING] = self._stopping
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Set the stopping event, and stop."""
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
        # Keep the garbage collector from scanning the objects loaded so far. Collecting their garbage first would take
        # a tenth of the launch time.
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
        errno.EADDRNOTAVAIL: "is not an address of this machine: choose another with --host",
    }
    return f"{host}:{port} {hints.get(error.errno or 0, f'cannot be listened on: {error.strerror or error}')}"


class Current:
    """An ASGI application that forwards to the current one, which may be replaced between requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request to the current application."""
        await self.app(scope, receive, send)


class Watch:
    """Reloads a scenario when one of its files changes; an invalid one is reported, and the last valid one stays.

    `make` makes a mock in the place of the one before, and raises LocatedError or ControlError.
    """

    def __init__(self, mock: Mock, make: Callable[..., Mock], reloads: Reloads) -> None:
        self.app = Current(mock.app)
        self._mock = mock
        self._make = make
        self._reloads = reloads
        self._files = _all_real(mock.scenario.files)

    async def run(self, stopping: Event) -> None:
        """Watch the files until the event is set."""
        while not stopping.is_set():
            folders = self._folders()
            # Reload after the watch has started, to catch changes since the files were read.
            get_running_loop().call_soon(self.reload)
            # Watch the folders, because an editor may write another file and rename it.
            async for _ in awatch(*folders, watch_filter=self._concerns, stop_event=stopping, recursive=False):
                self.reload()
                if not self._folders() <= folders:
                    break

    def reload(self) -> None:
        """Load the scenario again, and serve it if it is valid and has changed."""
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
