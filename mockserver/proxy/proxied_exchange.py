"""A call through the proxy while it is open, and the exchange that observers get of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from mockserver.traffic import Answer, Exchange, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

    from mockserver.contract import Violation
    from mockserver.proxy.upstream import RawHeaders, UpstreamFailure
    from mockserver.traffic import Headers


class ProxiedExchange(NamedTuple):
    """A redacted exchange, with its contract violations and how it failed.

    `violations` are those of the request and the response. `stopped` says why the request was not forwarded, `failure`
    why the response is missing or incomplete; both are empty otherwise. The notes of the exchange repeat all three.
    """

    exchange: Exchange
    violations: tuple[Violation, ...] = ()
    stopped: str = ""
    failure: str = ""


class Body:
    """The copy of a streamed body: all of it, or nothing if it was cut off or exceeds the limit in bytes.

    A part of a body could begin or end within a key, which could not be redacted.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._size = 0
        self.ended = False

    def take(self, chunk: bytes) -> None:
        """Add a chunk."""
        self._size += len(chunk)
        if self.fits:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()

    async def keep(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """Add chunks as they are streamed."""
        async for chunk in chunks:
            self.take(chunk)
            yield chunk
        self.ended = True

    @property
    def fits(self) -> bool:
        """Whether the body is within the limit so far."""
        return self._size <= self._limit

    @property
    def whole(self) -> bool:
        """Whether the body is complete and within the limit."""
        return self.ended and self.fits

    @property
    def content(self) -> bytes:
        """The body in bytes; empty if it is not whole."""
        return b"".join(self._chunks) if self.whole else b""


class ProxiedCall:
    """An open call, with the parts of its request and response so far.

    `path` is the path that the client requested, `target` the path and query that are sent to the server. `held` are
    the cents that the gate reserved; None if it has not allowed the request.
    """

    def __init__(self, method: str, target: bytes, limit: int) -> None:
        self.method, self.target = method, target
        self.path = ""
        self.held: int | None = None
        self.headers: RawHeaders = []
        self.body = Body(limit)
        self.status = 0
        self.answer_headers: RawHeaders = []
        self.answer_body = Body(limit)
        self.stopped = ""
        self.failure: UpstreamFailure | None = None
        self._started = time.time_ns()

    @property
    def answered(self) -> bool:
        """Whether the response is complete."""
        return self.answer_body.ended

    def request(self, origin: str) -> Request:
        """Return the request as it was sent to an origin, such as `https://host:port`."""
        return Request(self.method, origin + self.target.decode("latin-1"), _decoded(self.headers), self.body.content)

    @property
    def answer(self) -> Answer | None:
        """The response; None if none has begun."""
        return Answer(self.status, _decoded(self.answer_headers), self.answer_body.content) if self.status else None

    def exchange(self, origin: str, operation: str) -> Exchange:
        """Return the exchange with an origin, not redacted."""
        left_out = [] if self.body.whole else ["request"]
        left_out += ["answer"] if self.status and not self.answer_body.whole else []
        notes = {
            "stopped": self.stopped,
            "failure": self.failure.reason if self.failure else "",
            "left_out": left_out,
        }
        return Exchange(
            self.request(origin),
            self.answer,
            self._started // 1_000_000,
            (time.time_ns() - self._started) / 1e6,
            operation,
            {name: note for name, note in notes.items() if note},
        )


def _decoded(headers: RawHeaders) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
