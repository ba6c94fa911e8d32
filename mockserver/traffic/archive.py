"""Reading exchanges from large JSON files entry by entry: HAR 1.2 from any writer, and the journal of the mock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import ijson  # type: ignore[import-untyped]

from mockserver.traffic import base64_text
from mockserver.traffic.exchange import (
    ANSWER,
    EARLIEST,
    LATEST,
    LEFT_OUT,
    PACKED,
    REQUEST,
    SHORT,
    Answer,
    CutOffError,
    Exchange,
    RecordingError,
    Request,
    UnreadableEntry,
    fitting,
    header,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.traffic.exchange import Headers

_ORIGIN = "http://smsonline-mock"
_TRUNCATED = ("premature EOF", "ncomplete JSON")
"""Parts of the messages of the ijson parsers for a truncated text."""
_WITHOUT_REQUEST_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"})
_WITHOUT_ANSWER_BODY = frozenset({204, 304})


def read(file: IO[bytes], stamp: int) -> Iterator[Exchange | UnreadableEntry]:
    """Read the entries of a HAR file. `stamp` is the time of entries without a valid time, in milliseconds.

    Raises RecordingError if the file is not JSON, and CutOffError if it is truncated.
    """
    return _read(file, "log.entries.item", "entry", lambda entry: _entry(entry, stamp))


def read_journal(file: IO[bytes], stamp: int) -> Iterator[Exchange | UnreadableEntry]:
    """Read the exchanges of a journal in the format of the control API. Raises as `read` does."""
    return _read(file, "exchanges.item", "exchange", lambda record: _journal_exchange(record, stamp))


def _read(
    file: IO[bytes], prefix: str, noun: str, exchange: Callable[[Any], Exchange]
) -> Iterator[Exchange | UnreadableEntry]:
    number = 0
    try:
        for number, item in enumerate(ijson.items(file, prefix, use_float=True), 1):
            try:
                entry: Exchange | UnreadableEntry = exchange(item)
            except _EntryError as error:
                entry = UnreadableEntry(f"{noun} {number}", str(error))
            yield entry
    except (ijson.JSONError, UnicodeDecodeError) as error:
        message = next(iter(str(error).strip().splitlines()), "")
        if any(sign in message for sign in _TRUNCATED):
            raise CutOffError(f"the file ends in {noun} {number + 1}; it was cut off") from None
        raise RecordingError(f"after {noun} {number}: this is not JSON: {message}") from None


class _EntryError(ValueError):
    """An entry is invalid. The text names the field and the problem."""


def _entry(entry: Any, stamp: int) -> Exchange:
    sent, received = _field(entry, "request", dict), _optional(entry, "response", dict, {})
    request, has_request = _request(sent)
    status = _status(received.get("status"))
    answer, problem = _answer(received, status, request) if status else (None, "")
    notes = _notes(sent)
    if not has_request:
        _note(notes, LEFT_OUT, REQUEST)
    if problem:
        _note(notes, problem, ANSWER)
    return Exchange(
        request,
        answer,
        _time(entry.get("startedDateTime"), stamp),
        _number(entry.get("time")),
        str(sent.get("_operation") or ""),
        notes,
    )


def _notes(sent: dict[str, Any]) -> dict[str, Any]:
    notes = dict(_optional(sent, "_notes", dict, {}, "request."))
    for name in notes.keys() & {LEFT_OUT, SHORT, PACKED}:
        _field(notes, name, list, "request._notes.")
    return notes


def _note(notes: dict[str, Any], name: str, side: str) -> None:
    notes[name] = sorted({*notes.get(name, ()), side})


def _request(sent: dict[str, Any]) -> tuple[Request, bool]:
    """Return a request, and whether its body is in the recording."""
    method, url = _field(sent, "method", str, "request.").upper(), _field(sent, "url", str, "request.")
    posted, headers = _optional(sent, "postData", dict, {}, "request."), _records(sent, "request")
    size = _whole_number(sent.get("bodySize"))
    body = _body(posted, posted.get("encoding") or posted.get("_encoding"), size)
    request = Request(method, url, fitting(headers, body), body)
    return request, bool(body) or _is_empty(request, size, posted)


def _is_empty(request: Request, size: int | None, posted: dict[str, Any]) -> bool:
    """Return whether a request without a recorded body had none."""
    if posted.get("_file") or posted.get("params"):
        return False
    if size is not None:
        return size == 0
    if request.method in _WITHOUT_REQUEST_BODY or posted.get("text") == "":
        return True
    return header(request.headers, "content-length") == "0"


def _answer(received: dict[str, Any], status: int, request: Request) -> tuple[Answer, str]:
    """Return a response, and why its body is unknown: `LEFT_OUT`, `SHORT`, or nothing."""
    content = _optional(received, "content", dict, {}, "response.")
    size = _whole_number(content.get("size"))
    body = _body(content, content.get("encoding"), size)
    answer = Answer(status, fitting(_records(received, "response"), body), body)
    if body:
        return answer, SHORT if size and len(body) < size and len(answer.content) < size else ""
    if status in _WITHOUT_ANSWER_BODY or request.method == "HEAD":
        return answer, ""
    is_unknown = content.get("_file") or size or content.get("size") == -1
    is_empty = size == 0 or content.get("text") == "" or received.get("bodySize") == 0
    return answer, LEFT_OUT if is_unknown or not is_empty else ""


def _journal_exchange(record: Any, stamp: int) -> Exchange:
    """Read an exchange of the journal. It has the path and the query separately, and headers as pairs."""
    request, answer = _field(record, "request", dict), _field(record, "answer", dict)
    headers = _pairs(request, "request")
    host = header(headers, "host")
    query = record.get("query")
    url = f"{f'http://{host}' if host else _ORIGIN}{_field(record, 'path', str)}{f'?{query}' if query else ''}"
    status = _field(record, "status", int)
    return Exchange(
        Request(_field(record, "method", str), url, headers, str(request.get("body") or "").encode()),
        Answer(status, _pairs(answer, "answer"), str(answer.get("body") or "").encode()) if status else None,
        _time(record.get("began"), stamp),
        _number(record.get("milliseconds")),
        str(record.get("operation") or ""),
        {name: record[name] for name in ("world", "at", "faults", "rules") if name in record},
    )


_KINDS = {dict: "an object", list: "a list", str: "a string", int: "an integer"}


def _field(holder: Any, name: str, kind: type, prefix: str = "") -> Any:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        problem = "is missing: it must be" if value is None else "must be"
        raise _EntryError(f"{prefix}{name} {problem} {_KINDS[kind]}")
    return value


def _optional(holder: dict[str, Any], name: str, kind: type, default: Any, prefix: str = "") -> Any:
    return default if holder.get(name) is None else _field(holder, name, kind, prefix)


def _records(message: dict[str, Any], side: str) -> Headers:
    """Return the headers of a message, without the pseudo-headers of HTTP/2 such as `:path`."""
    try:
        pairs = [(str(record["name"]), str(record["value"])) for record in message.get("headers") or ()]
    except (KeyError, TypeError):
        raise _EntryError(f"{side}.headers must be a list of objects with name and value") from None
    return tuple((name, value) for name, value in pairs if not name.startswith(":"))


def _pairs(message: dict[str, Any], side: str) -> Headers:
    try:
        return tuple((str(name), str(value)) for name, value in message.get("headers") or ())
    except (TypeError, ValueError):
        raise _EntryError(f"{side}.headers must be a list of pairs of name and value") from None


def _body(content: dict[str, Any], encoding: object, size: int | None) -> bytes:
    text = content.get("text")
    if not isinstance(text, str):
        return b""
    return base64_text.decode(text, size) if encoding == "base64" else text.encode(errors="surrogatepass")


def _status(value: object) -> int:
    """Return a status; 0 if there is none, since the connection ended before the response."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:4])
    return int(value) if isinstance(value, int | float) and 100 <= value < 1000 else 0


def _whole_number(value: object) -> int | None:
    """Return a number of bytes; None if it is unknown, which HAR writes as -1."""
    return int(value) if isinstance(value, int | float) and 0 <= value < float("inf") else None


def _time(text: object, stamp: int) -> int:
    try:
        moment = datetime.fromisoformat(str(text))
        milliseconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return stamp
    return milliseconds if EARLIEST <= milliseconds <= LATEST else stamp


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < float("inf") else 0.0
