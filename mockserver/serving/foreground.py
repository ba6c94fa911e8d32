"""The mock as a process of its own, until it is interrupted."""

import errno
import gc
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

_BACKLOG = 2048
_SHUTDOWN_SECONDS = 1


class AddressError(OSError):
    """The address cannot be listened on; the text says why and what would help."""


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes a free one. Raises AddressError."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise AddressError(_explain(host, port, error)) from None
    except OverflowError:
        raise AddressError(f"port {port} is not between 0 and 65535") from None


def url(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(app: Starlette, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until interrupted; `ready` is called when requests are answered."""
    # uvicorn's access log would print the query, and with it the API key.
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Server(config, ready)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is loaded by now stays: the collector need not look at it again with every request's garbage.
        gc.collect()
        gc.freeze()
        self._ready()


def _explain(host: str, port: int, error: OSError) -> str:
    hints = {
        errno.EADDRINUSE: "is in use: stop what listens there, or choose another with --port (0 takes a free one)",
        errno.EACCES: "needs more rights: choose a port above 1023 with --port",
        errno.EADDRNOTAVAIL: "is no address of this machine: choose another with --host",
    }
    return f"{host}:{port} {hints.get(error.errno or 0, f'cannot be listened on: {error.strerror or error}')}"
