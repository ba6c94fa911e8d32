"""HTTP messages as plain values, between the server and the pipeline."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mockserver.domain.clock import Duration
from mockserver.simulation.journal import Header

if TYPE_CHECKING:
    from mockserver.simulation.faults.effect import ResponseDelivery
    from mockserver.simulation.faults.state import AppliedFault

__all__ = ["Header", "HttpRequest", "HttpResponse", "Pause"]


class HttpRequest(NamedTuple):
    """A request as it came; header names are lower case.

    `path` is percent-encoded and has no query. `body` is None when it was longer than is read. `applied_faults` are the
    faults that apply to it, once that is decided; `began` is then when it came, in nanoseconds of the wall clock.
    """

    method: str
    path: str
    query: bytes
    headers: Sequence[Header]
    body: bytes | None = b""
    applied_faults: "tuple[AppliedFault, ...] | None" = None
    began: int = 0

    def header(self, name: bytes) -> str:
        """The first header of that (lower-case) name, or an empty text."""
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
        """The key of an `Authorization: Bearer` header, if there is one."""
        scheme, _, key = self.header(b"authorization").partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None


class Pause(Exception):  # noqa: N818 - nothing went wrong
    """Nothing has happened yet: the request is to be made again, as it is here, in so many milliseconds."""

    def __init__(self, duration: Duration, request: HttpRequest) -> None:
        super().__init__(f"{duration} ms")
        self.duration = duration
        self.request = request


class HttpResponse(NamedTuple):
    """An answer ready to be sent; without a delivery, at once and in one piece."""

    status: int
    headers: list[Header]
    body: bytes
    delivery: "ResponseDelivery | None" = None


TRANSPORT = "smsonline_mock.transport"
"""The extension of a scope in which a server hands over its transport, so that a fault can break the connection."""

STOPPING = "smsonline_mock.stopping"
"""Where the state of a scope has the asyncio.Event that a server sets when it stops, so that no fault holds it up."""


def possible_keys(request: HttpRequest) -> Iterator[str]:
    """The bearer token, the values of the query, and the texts at the top of a JSON body."""
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
