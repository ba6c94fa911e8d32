"""HTTP requests and responses as plain values between the server and the pipeline, and the outcome of a request."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

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
    def is_preflight(self) -> bool:
        """Whether this is a preflight request of a browser, which no client sends by itself."""
        return self.method == "OPTIONS" and bool(self.header(b"access-control-request-method"))

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


def carried_key(request: HttpRequest, keys: Iterable[str]) -> str | None:
    """Return the API key among `keys` that stands anywhere in a request, the longest if there are several."""
    values = (value for _, value in request.headers)
    carried = b"\n".join((request.path.encode("latin-1"), request.query, *values, request.body or b""))
    # Without the zero bytes of UTF-16 and UTF-32.
    text = unquote_to_bytes(carried).replace(b"\0", b"")
    return max((key for key in keys if _is_word(key.encode(errors="surrogatepass"), text)), key=len, default=None)


def _is_word(key: bytes, text: bytes) -> bool:
    return key in text and re.search(rb"(?<![\w.-])" + re.escape(key) + rb"(?![\w.-])", text) is not None
