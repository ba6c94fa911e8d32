"""What the tests of the HTTP edge share: bytes in and out of the application, the model as it stands, a real socket."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import uvicorn

from mockserver.serving import foreground
from mockserver.serving.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.applications import Starlette

    from mockserver.domain.world import World
    from tests.conftest import Mock


@dataclass(frozen=True)
class Answer:
    """An answer as it left the application; header names are lower case."""

    status: int
    headers: dict[bytes, bytes]
    content: bytes

    @property
    def body(self) -> Any:
        """The answer's JSON as data."""
        return orjson.loads(self.content)

    @property
    def failure(self) -> str | None:
        """What a failure body of either generation says; None if it is none."""
        match self.body:
            case {"ok": False, "errorMessage": str(text)} | {"error": True, "message": str(text)}:
                return text
        return None


class Wire:
    """Calls an application with exactly these bytes: no client in between that would tidy them up."""

    def __call__(
        self,
        app: Starlette,
        method: str,
        target: bytes,
        *chunks: bytes,
        headers: Sequence[tuple[bytes, bytes]] = ((b"content-type", b"application/json"),),
        decoded: str = "/",
    ) -> Answer:
        """Send a request whose body comes in these chunks. `decoded` is the path as a server would decode it."""
        path, _, query = target.partition(b"?")
        length = [(b"transfer-encoding", b"chunked")] if chunks else []
        scope = {
            "type": "http",
            "method": method,
            "path": decoded,
            "raw_path": path,
            "query_string": query,
            "headers": [*length, *headers],
            "server": ("mock", 80),
            "scheme": "http",
            "root_path": "",
        }
        waiting = list(chunks)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            chunk = waiting.pop(0) if waiting else b""
            return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

        async def send(message: Any) -> None:
            sent.append(message)

        try:
            app(scope, receive, send).send(None)
        except StopIteration:
            start, *parts = sent
            return Answer(start["status"], dict(start["headers"]), b"".join(part["body"] for part in parts))
        raise AssertionError("the mock waited for something")


@pytest.fixture(scope="session")
def wire() -> Wire:
    """Sends raw requests into an application."""
    return Wire()


class Snapshot:
    """The model as it stands, to be compared with itself later."""

    def __call__(self, world: World) -> tuple[object, ...]:
        """Everything that a request could change."""
        return (
            world.clock.now(),
            list(world.ledger),
            dict(world.customers),
            dict(world._orders),
            dict(world._payments),
            dict(world._coupons),
            dict(world.placed),
            dict(world.stock.prices),
            dict(world.stock.stocks),
            len(world.schedule),
        )


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """Takes a picture of a world."""
    return Snapshot()


@contextmanager
def serving(app: Starlette) -> Iterator[tuple[str, int]]:
    """Let uvicorn serve an application in a thread; gives its host and port."""
    listener = foreground.listen("127.0.0.1", 0)
    config = uvicorn.Config(app, http=Connection, access_log=False, log_level="critical", lifespan="off")
    server = foreground.UvicornServer(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Mock], tuple[str, int]]]:
    """Puts a mock behind a real socket until the test is over; answers host and port."""
    with ExitStack() as stack:
        yield lambda mock: stack.enter_context(serving(mock.app))
