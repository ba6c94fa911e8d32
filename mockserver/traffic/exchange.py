"""A request and its response as recorded, with the content coding of its bodies."""

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


LIMIT = 16 * 1024 * 1024
"""How many bytes a body may unpack to: a small one can hold gigabytes."""

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""The formats of zlib that a coding may mean: servers send `deflate` with and without the header of zlib."""


def decode(codings: str, body: bytes) -> bytes | None:
    """Return the content of a body, given the value of its Content-Encoding header.

    Of a body that ends too early, what is there. None if it cannot be read: a coding is unknown here, the body is not
    what the header says, or its content is longer than `LIMIT`.
    """
    content: bytes | None = body
    for coding in reversed(codings.lower().replace(" ", "").split(",")):
        if content and coding not in ("", "identity"):
            tries = (_unpack(content, window) for window in _WINDOWS.get(coding, ()))
            content = next((unpacked for unpacked in tries if unpacked is not None), None)
    return content


def _unpack(packed: bytes, window: int) -> bytes | None:
    """Unpack one stream after another, as a body in gzip may have several; None if that fails."""
    content = b""
    while packed:
        stream = zlib.decompressobj(window)
        try:
            content += stream.decompress(packed, LIMIT + 1 - len(content))
        except zlib.error:
            return None
        if len(content) > LIMIT:
            return None
        packed = stream.unused_data
    return content


Headers = tuple[tuple[str, str], ...]
"""Names and values in their order; a name may come several times, its case does not matter."""


class Request(NamedTuple):
    """What a client sent. `url` is absolute and percent-encoded, `body` is as it was on the wire."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    @property
    def authority(self) -> str:
        """The host of the URL, with its port if there is one."""
        return _parts(self.url)[0]

    @property
    def path(self) -> str:
        """The path of the URL, still percent-encoded."""
        return _parts(self.url)[1]

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The pairs of the query, decoded."""
        return tuple(parse_qsl(_parts(self.url)[2], keep_blank_values=True))

    @property
    def content(self) -> bytes:
        """The body without its content coding."""
        return _content(self.headers, self.body)

    @property
    def json(self) -> Any:
        """What the JSON of the body says; `ABSENT` if the body is empty or is not JSON."""
        return _json(self.content)


class Answer(NamedTuple):
    """What a server answered. `body` is as it was on the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    @property
    def content(self) -> bytes:
        """The body without its content coding."""
        return _content(self.headers, self.body)

    @property
    def json(self) -> Any:
        """What the JSON of the body says; `ABSENT` if the body is empty or is not JSON."""
        return _json(self.content)


class Exchange(NamedTuple):
    """A request and its answer; without an answer (None) the connection ended before there was one.

    `started` is in milliseconds since the epoch, in real time; `duration` is in milliseconds. `operation` is such as
    `v3.orderNumber`, empty if none is known. `notes` hold what a recorder knows beside the traffic, as JSON values:
    virtual time, world, faults, violations.
    """

    request: Request
    answer: Answer | None
    started: int
    duration: float
    operation: str = ""
    notes: Mapping[str, Any] = MappingProxyType({})


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, whatever its case; None if it is missing."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


_URL = re.compile(r"(?:[^:/?#]+:)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.DOTALL)
"""RFC 3986, appendix B. It matches every text: a recorded URL may be broken, and `urlsplit` refuses some."""


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
    """Return headers as they fit a body: most recorders keep it without the content coding that the headers name."""
    codings = header(headers, "content-encoding")
    if not codings or decode(codings, body) is not None:
        return headers
    return tuple((name, value) for name, value in headers if name.lower() not in ("content-encoding", "content-length"))


class RecordingError(ValueError):
    """A recording cannot be read. The text says the file, where in it (line, entry), and why; it quotes no value."""


class CutOffError(RecordingError):
    """A recording ends in the middle, as when its recorder was killed. All that was whole has been given out."""
