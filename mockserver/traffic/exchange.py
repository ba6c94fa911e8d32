"""Exchanges: a recorded request and its response, the bodies that are unknown, and the errors of reading recordings."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from mockserver.contract import ABSENT
from mockserver.traffic.codings import decode as decode
from mockserver.traffic.codings import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract import Operation
    from mockserver.contract.operation import AnswerFacts


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
    def raw_query(self) -> bytes:
        """The query of the URL, percent-encoded."""
        return _parts(self.url)[2].encode("latin-1", "replace")

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
    violations, and which bodies are unknown.
    """

    request: Request
    answer: Answer | None
    started: int
    duration: float
    operation: str = ""
    notes: Mapping[str, Any] = MappingProxyType({})

    def knows(self, side: str) -> bool:
        """Whether the body of a side, `REQUEST` or `ANSWER`, is known.

        It is unknown if the recorder omitted it, if it is cut off, or if its content coding cannot be decoded. An
        unknown body is neither empty nor wrong.
        """
        return side not in self.notes.get(LEFT_OUT, ())


REQUEST, ANSWER = "request", "answer"
"""The sides of an exchange, as notes name them."""

LEFT_OUT = "left_out"
"""The note that lists the sides whose body is unknown."""
SHORT = "short"
"""The note that lists the sides whose body is shorter than its content-length."""
PACKED = "packed"
"""The note that lists the sides whose body has a content coding that cannot be decoded."""

EARLIEST, LATEST = 0, 253_402_300_799_999
"""The range of `started`: the years 1970 to 9999."""


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, matched case-insensitively; None if it is missing."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None


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


_WITHOUT_BODY = frozenset({204, 304})


def without_unknown_bodies(exchange: Exchange) -> Exchange:
    """Return an exchange without the bodies that are cut off or cannot be decoded; its notes name their sides.

    A body that is shorter than its content-length, but is complete JSON, is kept: its header may be wrong.
    """
    request, answer, notes = exchange.request, exchange.answer, exchange.notes
    sides = [(REQUEST, request, True), (ANSWER, answer, answer is not None and _may_have_body(request, answer))]
    found: dict[str, list[str]] = {}
    for side, message, may_have_body in sides:
        if message is None or not exchange.knows(side):
            continue
        problem = SHORT if side in notes.get(SHORT, ()) else _problem(message, may_have_body=may_have_body)
        if problem:
            found.setdefault(problem, []).append(side)
            if problem == PACKED or message.json is ABSENT:
                found.setdefault(LEFT_OUT, []).append(side)
    if not found:
        return exchange
    unknown = found.get(LEFT_OUT, ())
    return exchange._replace(
        request=request._replace(body=b"") if REQUEST in unknown else request,
        answer=answer._replace(body=b"") if answer is not None and ANSWER in unknown else answer,
        notes={**notes, **{name: sorted({*notes.get(name, ()), *sides}) for name, sides in found.items()}},
    )


def _may_have_body(request: Request, answer: Answer) -> bool:
    return request.method != "HEAD" and answer.status not in _WITHOUT_BODY


def _problem(message: Request | Answer, *, may_have_body: bool) -> str:
    """Return why the body of a message is unknown: `SHORT`, `PACKED`, or nothing."""
    body = message.body
    for name, value in message.headers:
        lower = name.lower()
        if lower == "content-length":
            if may_have_body and value.isdecimal() and len(body) < int(value):
                return SHORT
        elif lower == "content-encoding" and body:
            unpacked = unpack(value, body)
            if unpacked is None or not unpacked.is_whole:
                return SHORT if unpacked else PACKED
    return ""


def facts_of(operation: Operation, answer: Answer) -> AnswerFacts:
    """Return the facts or the refusal of a response, by the names of the vocabulary."""
    return operation.read_answer(answer.status, answer.json, header(answer.headers, "content-type") or "")


class RecordingError(ValueError):
    """A recording cannot be read. The text has the file, the line or entry, and the reason, but no value."""


class UnreadableEntry(NamedTuple):
    """An entry of a recording that cannot be read: its place, such as `line 3`, and the reason without any value."""

    place: str
    reason: str


class UnknownFormatError(RecordingError):
    """A file is not in the format of any recording."""

    def __init__(self) -> None:
        super().__init__(
            "unknown format: a recording must be HAR, JSON Lines, a VCR cassette or the journal of the mock"
        )


class CutOffError(RecordingError):
    """A recording is truncated, for example because its recorder was killed. All complete exchanges were yielded."""
