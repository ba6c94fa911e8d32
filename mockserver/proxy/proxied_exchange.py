"""What has passed: a call from its first byte to its end, and what observers see of it."""

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
    """An exchange that has passed, redacted, and what was noticed of it.

    `violations` are those of both sides. `stopped` says why the request was not sent on, `failure` why there is no
    answer or no whole one; both are empty otherwise. The notes of the exchange say all this, too.
    """

    exchange: Exchange
    violations: tuple[Violation, ...] = ()
    stopped: str = ""
    failure: str = ""


class Body:
    """What is kept of a body that passes: all of it, or nothing if it is cut or longer than a limit in bytes.

    The rest of a body could begin in the middle of a key, which nobody could hide.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._size = 0
        self.ended = False

    def take(self, chunk: bytes) -> None:
        """Keep a chunk."""
        self._size += len(chunk)
        if self.fits:
            self._chunks.append(chunk)
        else:
            self._chunks.clear()

    async def keep(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """Keep chunks while they are passed on."""
        async for chunk in chunks:
            self.take(chunk)
            yield chunk
        self.ended = True

    @property
    def fits(self) -> bool:
        """Whether it is not longer than the limit, so far."""
        return self._size <= self._limit

    @property
    def whole(self) -> bool:
        """Whether all of it is kept."""
        return self.ended and self.fits

    @property
    def content(self) -> bytes:
        """The body; empty if it is not whole."""
        return b"".join(self._chunks) if self.whole else b""


class ProxiedCall:
    """A call on its way through, and what is known of it so far.

    `path` is what the client asked for, `target` is what the server is asked for; `held` are the cents that the gate
    held back when it let the request through, None if it did not.
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
        """Whether the answer has come to its end."""
        return self.answer_body.ended

    def request(self, origin: str) -> Request:
        """Return the request as it was sent to the origin of a URL."""
        return Request(self.method, origin + self.target.decode("latin-1"), _texts(self.headers), self.body.content)

    @property
    def answer(self) -> Answer | None:
        """The answer; None if there is none."""
        return Answer(self.status, _texts(self.answer_headers), self.answer_body.content) if self.status else None

    def exchange(self, origin: str, operation: str) -> Exchange:
        """Return what was exchanged with the origin of a URL. It is not redacted."""
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


def _texts(headers: RawHeaders) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
