"""Writing exchanges as HAR 1.2, the archive format of browsers and proxies."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

import harfile

from mockserver.traffic.exchange import ANSWER, REQUEST, header

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.traffic.exchange import Answer, Exchange, Headers, Request

_HTTP = "HTTP/1.1"
_UNKNOWN = "application/octet-stream"
_UNKNOWN_SIZE = -1


def write(exchanges: Iterable[Exchange], file: IO[str], version: str = "") -> None:
    """Write exchanges to a text file one by one. The caller redacts them.

    A lost response has the status 0. Bodies are decoded: UTF-8 as text, others as base64. Custom fields of the request
    begin with `_`: `_operation` and `_notes`, and in `postData` `_encoding` for a body in base64. An unknown body
    has no text, and -1 as its `bodySize`. `version` is the version of this program. Raises TypeError if notes are not
    JSON values.
    """
    creator = harfile.Creator(name="smsonline-mock", version=version)
    with harfile.HarFile.open(file, creator=creator) as archive:
        for exchange in exchanges:
            archive.add_entry(
                startedDateTime=datetime.fromtimestamp(exchange.started / 1000, UTC),
                time=exchange.duration,
                request=_request(exchange),
                response=_response(exchange.answer, known=exchange.knows(ANSWER)) if exchange.answer else _lost(),
                timings=harfile.Timings(send=0, wait=exchange.duration, receive=0),
            )


@dataclass
class _Request(harfile.Request):
    operation: str = ""
    notes: dict[str, Any] = field(default_factory=dict)

    def asdict(self) -> dict[str, Any]:
        own = {"_operation": self.operation, "_notes": self.notes}
        return super().asdict() | {name: value for name, value in own.items() if value}


@dataclass
class _PostData(harfile.PostData):
    encoding: str | None = None

    def asdict(self) -> dict[str, Any]:
        return super().asdict() | ({"_encoding": self.encoding} if self.encoding else {})


def _request(exchange: Exchange) -> _Request:
    request = exchange.request
    return _Request(
        method=request.method,
        url=request.url.partition("#")[0],
        httpVersion=_HTTP,
        headers=_records(request.headers),
        queryString=_records(request.query),
        postData=_post_data(request) if request.body else None,
        bodySize=len(request.body) if exchange.knows(REQUEST) else _UNKNOWN_SIZE,
        operation=exchange.operation,
        notes=dict(exchange.notes),
    )


def _post_data(request: Request) -> _PostData:
    text, encoding = _text(request.content)
    return _PostData(header(request.headers, "content-type") or _UNKNOWN, text=text, encoding=encoding)


def _response(answer: Answer, *, known: bool) -> harfile.Response:
    content = answer.content
    text, encoding = _text(content) if known else (None, None)
    return harfile.Response(
        status=answer.status,
        statusText=_phrase(answer.status),
        httpVersion=_HTTP,
        headers=_records(answer.headers),
        content=harfile.Content(
            size=len(content),
            compression=len(content) - len(answer.body) if content is not answer.body else None,
            mimeType=header(answer.headers, "content-type") or _UNKNOWN,
            text=text,
            encoding=encoding,
        ),
        redirectURL=header(answer.headers, "location") or "",
        bodySize=len(answer.body) if known else _UNKNOWN_SIZE,
    )


def _lost() -> harfile.Response:
    return harfile.Response(
        status=0, statusText="", httpVersion=_HTTP, content=harfile.Content(mimeType=_UNKNOWN), bodySize=-1
    )


def _records(pairs: Headers) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]


def _text(body: bytes) -> tuple[str, str | None]:
    """Return a body as text, and its encoding: None or `base64`."""
    try:
        return body.decode(), None
    except UnicodeDecodeError:
        return b64encode(body).decode(), "base64"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
