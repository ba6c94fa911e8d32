"""Exchanges: a recorded request and its response, their content codings, and the errors of reading recordings."""

from __future__ import annotations

import re
import zlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mockserver.contract import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract import Operation
    from mockserver.contract.operation import AnswerFacts


LIMIT = 16 * 1024 * 1024
"""The maximum size of a decompressed body in bytes: a small body may decompress to gigabytes."""

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""The zlib window sizes of each coding: servers send `deflate` with and without the zlib header."""


def decode(codings: str, body: bytes) -> bytes | None:
    """Return the decoded content of a body by the value of its Content-Encoding header.

    A truncated body is decoded as far as possible. Returns None if the body cannot be decoded: the coding is not
    supported, the body does not have this coding, or its content is longer than `LIMIT`.
    """
    content: bytes | None = body
    for coding in reversed(codings.lower().replace(" ", "").split(",")):
        if content and coding not in ("", "identity"):
            attempts = (_decompress(content, window) for window in _WINDOWS.get(coding, ()))
            content = next((decompressed for decompressed in attempts if decompressed is not None), None)
    return content


def _decompress(compressed: bytes, window: int) -> bytes | None:
    """Decompress all streams of a body, since gzip allows several; None if that fails."""
    content = b""
    while compressed:
        stream = zlib.decompressobj(window)
        try:
            content += stream.decompress(compressed, LIMIT + 1 - len(content))
        except zlib.error:
            return None
        if len(content) > LIMIT:
            return None
        compressed = stream.unused_data
    return content


Headers = tuple[tuple[str, str], ...]
"""Header names and values, in order. A name may be repeated, and is case-insensitive."""


class Request(NamedTuple):
    """A request. `url` is absolute and percent-encoded. `body` has the bytes of the wire, with its content coding."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    @property
    def authority(self) -> str:
        """The host of the URL, with the port if it has one."""
        return _parts(self.url)[0]

    @property
    def path(self) -> str:
        """The path of the URL, percent-encoded."""
        return _parts(self.url)[1]

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The decoded pairs of the query."""
        return tuple(parse_qsl(_parts(self.url)[2], keep_blank_values=True))

    @property
    def content(self) -> bytes:
        """The body with its content coding removed."""
        return _content(self.headers, self.body)

    @property
    def json(self) -> Any:
        """The JSON body as data; `ABSENT` if the body is empty or not JSON."""
        return _json(self.content)


class Answer(NamedTuple):
    """A response. `body` has the bytes of the wire, with its content coding."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    @property
    def content(self) -> bytes:
        """The body with its content coding removed."""
        return _content(self.headers, self.body)

    @property
    def json(self) -> Any:
        """The JSON body as data; `ABSENT` if the body is empty or not JSON."""
        return _json(self.content)


class Exchange(NamedTuple):
    """A request and its response. `answer` is None if the connection ended before the response.

    `started` is in milliseconds since the epoch, in real time; `duration` is in milliseconds. `operation` is a name
    such as `v3.orderNumber`, or empty. `notes` are additional JSON values of the recorder: virtual time, world, faults,
    violations.
    """

    request: Request
    answer: Answer | None
    started: int
    duration: float
    operation: str = ""
    notes: Mapping[str, Any] = MappingProxyType({})


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, matched case-insensitively; None if it is missing."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


_URL = re.compile(r"(?:[^:/?#]+:)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.DOTALL)
"""RFC 3986, appendix B. It matches every text: a recorded URL may be malformed, and `urlsplit` rejects some."""


def _parts(url: str) -> tuple[str, str, str]:
    match = _URL.match(url)
    assert match is not None  # noqa: S101 - every part is optional
    return match[1] or "", match[2], match[3] or ""


def _content(headers: Headers, body: bytes) -> bytes:
    name = header(headers, "content-encoding")
    content = decode(name, body) if name else body
    return body if content is None else content


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return ABSENT


def fitting(headers: Headers, body: bytes) -> Headers:
    """Return headers that match a recorded body: most recorders keep the body decoded but its headers unchanged."""
    codings = header(headers, "content-encoding")
    if not codings or decode(codings, body) is not None:
        return headers
    return tuple((name, value) for name, value in headers if name.lower() not in ("content-encoding", "content-length"))


def facts_of(operation: Operation, answer: Answer) -> AnswerFacts:
    """Return the facts or the refusal of a response, by the names of the vocabulary."""
    return operation.read_answer(answer.status, answer.json, header(answer.headers, "content-type") or "")


class RecordingError(ValueError):
    """A recording cannot be read. The text has the file, the line or entry, and the reason, but no value."""


class CutOffError(RecordingError):
    """A recording is truncated, for example because its recorder was killed. All complete exchanges were yielded."""
