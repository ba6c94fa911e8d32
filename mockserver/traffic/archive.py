"""Reading exchanges from large JSON files entry by entry: HAR 1.2 from any writer, and the journal of the mock."""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import ijson  # type: ignore[import-untyped]

from mockserver.traffic.exchange import Answer, CutOffError, Exchange, RecordingError, Request, fitting, header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.traffic.exchange import Headers

_ORIGIN = "http://smsonline-mock"
_TRUNCATED = ("premature EOF", "ncomplete JSON")
"""Parts of the messages of the ijson parsers for a truncated text."""


def first_key(head: bytes) -> str:
    """Return the first key of the object at the beginning of a JSON text; empty if the text is too short."""
    try:
        return next((str(value) for event, value in ijson.basic_parse(head) if event == "map_key"), "")
    except ijson.JSONError:
        return ""


def read(file: IO[bytes], stamp: int) -> Iterator[Exchange]:
    """Read the entries of a HAR file. `stamp` is the time of entries without a valid time, in milliseconds.

    Raises RecordingError, and CutOffError if the file is truncated.
    """
    return _read(file, "log.entries.item", "entry", lambda entry: _entry(entry, stamp))


def read_journal(file: IO[bytes], stamp: int) -> Iterator[Exchange]:
    """Read the exchanges of a journal in the format of the control API. Raises as `read` does."""
    return _read(file, "exchanges.item", "exchange", lambda record: _journal_exchange(record, stamp))


def _read(file: IO[bytes], prefix: str, noun: str, exchange: Callable[[Any], Exchange]) -> Iterator[Exchange]:
    number = 0
    try:
        for number, item in enumerate(ijson.items(file, prefix, use_float=True), 1):
            try:
                yield exchange(item)
            except _EntryError as error:
                raise RecordingError(f"{noun} {number}: {error}") from None
    except (ijson.JSONError, UnicodeDecodeError) as error:
        message = next(iter(str(error).strip().splitlines()), "")
        if any(sign in message for sign in _TRUNCATED):
            raise CutOffError(f"the file ends in {noun} {number + 1}; it was cut off") from None
        raise RecordingError(f"after {noun} {number}: this is not JSON: {message}") from None


class _EntryError(ValueError):
    """An entry is invalid. The text names the field and the problem."""


def _entry(entry: Any, stamp: int) -> Exchange:
    request, response = _field(entry, "request", dict), _field(entry, "response", dict)
    content = response.get("content") or {}
    post_data = request.get("postData") or {}
    headers = _records(request, "request")
    body = _body(post_data, "request.postData", encoding=post_data.get("_encoding"))
    status = _field(response, "status", int, "response.")
    answer_body = _body(content, "response.content", encoding=content.get("encoding"))
    left_out = [
        side
        for side, lacking in (
            ("request", not body and (_size(request) > 0 or bool(post_data.get("params")))),
            ("answer", "text" not in content and (content.get("size") or 0) > 0),
        )
        if lacking
    ]
    notes = dict(request.get("_notes") or {}) | ({"left_out": left_out} if left_out else {})
    answer = Answer(status, fitting(_records(response, "response"), answer_body), answer_body) if status else None
    return Exchange(
        Request(
            _field(request, "method", str, "request.").upper(),
            _field(request, "url", str, "request."),
            fitting(headers, body),
            body,
        ),
        answer,
        _time(entry.get("startedDateTime"), stamp),
        _number(entry.get("time")),
        str(request.get("_operation") or ""),
        notes,
    )


def _journal_exchange(record: Any, stamp: int) -> Exchange:
    """Read an exchange of the journal. It has the path and the query separately, and headers as pairs."""
    request, answer = _field(record, "request", dict), _field(record, "answer", dict)
    headers = tuple((str(name), str(value)) for name, value in request.get("headers", ()))
    host = header(headers, "host")
    query = record.get("query")
    url = f"{f'http://{host}' if host else _ORIGIN}{_field(record, 'path', str)}{f'?{query}' if query else ''}"
    status = _field(record, "status", int)
    answer_headers = tuple((str(name), str(value)) for name, value in answer.get("headers", ()))
    return Exchange(
        Request(_field(record, "method", str), url, headers, str(request.get("body") or "").encode()),
        Answer(status, answer_headers, str(answer.get("body") or "").encode()) if status else None,
        _time(record.get("began"), stamp),
        _number(record.get("milliseconds")),
        str(record.get("operation") or ""),
        {name: record[name] for name in ("world", "at", "faults", "rules") if name in record},
    )


def _field(holder: Any, name: str, kind: type, prefix: str = "") -> Any:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        expected = {dict: "an object", str: "a string", int: "an integer"}[kind]
        problem = "is missing: it must be" if value is None else "must be"
        raise _EntryError(f"{prefix}{name} {problem} {expected}")
    return value


def _records(message: dict[str, Any], side: str) -> Headers:
    """Return the headers of a message, without the pseudo-headers of HTTP/2 such as `:path`."""
    try:
        pairs = [(str(record["name"]), str(record["value"])) for record in message.get("headers") or ()]
    except (KeyError, TypeError):
        raise _EntryError(f"{side}.headers must be a list of objects with name and value") from None
    return tuple((name, value) for name, value in pairs if not name.startswith(":"))


def _body(content: dict[str, Any], where: str, encoding: object) -> bytes:
    text = content.get("text")
    if not isinstance(text, str):
        return b""
    if encoding != "base64":
        return text.encode(errors="surrogatepass")
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise _EntryError(f"{where}.text: this is not base64: {error}") from None


def _size(request: dict[str, Any]) -> int:
    size = request.get("bodySize")
    return size if isinstance(size, int) else 0


def _time(text: object, stamp: int) -> int:
    try:
        return int(datetime.fromisoformat(str(text)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return stamp


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value >= 0 else 0.0
