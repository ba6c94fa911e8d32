"""HTTP requests and responses as plain values between the server and the pipeline, and the outcome of a request."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mockserver.contract import Arguments, FailureBody, Operation, Violation
from mockserver.domain.clock import Duration, Instant
from mockserver.simulation.journal import Header
from mockserver.simulation.worlds import WorldSlot

if TYPE_CHECKING:
    from mockserver.simulation.faults.effect import ResponseDelivery
    from mockserver.simulation.faults.state import AppliedFault

__all__ = ["Header", "HttpRequest", "HttpResponse", "Pause", "PipelineOutcome"]


class HttpRequest(NamedTuple):
    """A request; header names are lower case.

    `path` is percent-encoded and has no query. `body` is None if it was longer than the limit. A request that is
    repeated after a pause has the `applied_faults` that were decided, and `began`, the wall clock in nanoseconds when
    it arrived.
    """

    method: str
    path: str
    query: bytes
    headers: Sequence[Header]
    body: bytes | None = b""
    applied_faults: "tuple[AppliedFault, ...] | None" = None
    began: int = 0

    def header(self, name: bytes) -> str:
        """Return the first header of this lower-case name, or an empty string."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.header(b"content-type").partition(";")[0].strip().lower()

    @property
    def bearer(self) -> str | None:
        """The key of an `Authorization: Bearer` header, or None."""
        scheme, _, key = self.header(b"authorization").partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None


class PipelineOutcome(NamedTuple):
    """The outcome of a request: the response, and what the journal records about it.

    `slot` is the world that the key of the request selects. `applied_faults` are the faults that took part.
    `identity` is the user id and the key in the request.
    """

    reply: FailureBody
    operation: Operation | None = None
    slot: WorldSlot | None = None
    arguments: Arguments | None = None
    at: Instant | None = None
    violations: tuple[Violation, ...] = ()
    headers: tuple[Header, ...] = ()
    applied_faults: "tuple[AppliedFault, ...]" = ()
    identity: tuple[str | None, str | None] = (None, None)


class Pause(Exception):  # noqa: N818 - nothing went wrong
    """A fault delays the request: nothing has happened yet. Repeat `request` after `duration` milliseconds."""

    def __init__(self, duration: Duration, request: HttpRequest) -> None:
        super().__init__(f"{duration} ms")
        self.duration = duration
        self.request = request


class HttpResponse(NamedTuple):
    """A response to send; without a delivery, it is sent at once and in one piece."""

    status: int
    headers: list[Header]
    body: bytes
    delivery: "ResponseDelivery | None" = None


TRANSPORT = "smsonline_mock.transport"
"""The extension of an ASGI scope with the transport of the server, so that a fault can break the connection."""

STOPPING = "smsonline_mock.stopping"
"""The key in the state of an ASGI scope for the asyncio.Event that the server sets when it stops, to end delays."""


def possible_keys(request: HttpRequest) -> Iterator[str]:
    """Yield the values of a request that may be its API key.

    They are the bearer token, the values of the query, and the top-level strings of a JSON body.
    """
    if request.bearer:
        yield request.bearer
    for _, value in parse_qsl(request.query.decode("latin-1")):
        yield value
    try:
        body = orjson.loads(request.body or b"null")
    except orjson.JSONDecodeError:
        return
    if isinstance(body, dict):
        yield from (value for value in body.values() if isinstance(value, str))
