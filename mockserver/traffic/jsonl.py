"""Reading and writing exchanges as JSON Lines: one exchange per line, in UTF-8."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson

from mockserver.traffic.exchange import (
    EARLIEST,
    LATEST,
    LEFT_OUT,
    PACKED,
    SHORT,
    Answer,
    Exchange,
    Headers,
    Request,
    UnreadableEntry,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BODY = {
    "description": "Text if it is UTF-8, otherwise base64.",
    "type": ["string", "object"],
    "required": ["base64"],
    "properties": {"base64": {"type": "string"}},
}
_HEADERS = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
}
_REQUEST = {
    "type": "object",
    "required": ["method", "url"],
    "properties": {"method": {"type": "string"}, "url": {"type": "string"}, "headers": _HEADERS, "body": _BODY},
}
_ANSWER = {
    "type": ["object", "null"],
    "required": ["status"],
    "properties": {"status": {"type": "integer"}, "headers": _HEADERS, "body": _BODY},
}
_SIDES = {"type": "array", "items": {"type": "string"}}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["request", "answer", "started", "duration"],
    "properties": {
        "request": _REQUEST,
        "answer": _ANSWER,
        "started": {"type": "integer", "minimum": EARLIEST, "maximum": LATEST},
        "duration": {"type": "number"},
        "operation": {"type": "string"},
        "notes": {"type": "object", "properties": dict.fromkeys((LEFT_OUT, SHORT, PACKED), _SIDES)},
    },
}
"""The JSON Schema of a line. Unknown fields are ignored."""


class LinesError(ValueError):
    """A line cannot be read. The text has the number of the line, the field and the reason, but no value."""


class CutOffLineError(LinesError):
    """The last line is truncated, for example because its writer was killed."""


def write(exchanges: Iterable[Exchange]) -> Iterator[bytes]:
    """Yield each exchange as a line with its newline. Raises TypeError if notes are not JSON values."""
    for exchange in exchanges:
        request, answer = exchange.request, exchange.answer
        line = {
            "started": exchange.started,
            "duration": exchange.duration,
            "operation": exchange.operation,
            "request": {"method": request.method, "url": request.url, **_written(request.headers, request.body)},
            "answer": answer and {"status": answer.status, **_written(answer.headers, answer.body)},
            "notes": dict(exchange.notes),
        }
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def read(lines: Iterable[bytes]) -> Iterator[Exchange]:
    """Yield the exchanges of lines, such as a file opened in binary mode. Raises LinesError at the first bad line."""
    for entry in entries(lines):
        if isinstance(entry, UnreadableEntry):
            raise LinesError(f"{entry.place}: {entry.reason}")
        yield entry


def entries(lines: Iterable[bytes]) -> Iterator[Exchange | UnreadableEntry]:
    """Yield the exchanges of lines, and in their place the lines that cannot be read. Raises CutOffLineError."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _exchange(_parsed(line))
        except orjson.JSONDecodeError as error:
            if not line.endswith(b"\n"):
                raise CutOffLineError(f"line {number}: the file ends within this line; it was cut off") from None
            yield UnreadableEntry(f"line {number}", f"this is not JSON: {error}")
        except _LineError as error:
            yield UnreadableEntry(f"line {number}", str(error))


class _LineError(ValueError):
    """A line is JSON, but no exchange. The text names the field and the problem."""


def _parsed(line: bytes) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(line)
    for violation in _validator().iter_errors(data):
        field = ".".join(str(part) for part in violation.instance_path)
        raise _LineError(f"{f'{field}: ' if field else ''}{violation.message}")
    return data


def _exchange(data: dict[str, Any]) -> Exchange:
    request, answer = data["request"], data["answer"]
    return Exchange(
        Request(request["method"], request["url"], *_read(request, "request")),
        answer and Answer(answer["status"], *_read(answer, "answer")),
        data["started"],
        data["duration"],
        data.get("operation", ""),
        data.get("notes", {}),
    )


def _written(headers: Headers, body: bytes) -> dict[str, Any]:
    try:
        return {"headers": headers, "body": body.decode()}
    except UnicodeDecodeError:
        return {"headers": headers, "body": {"base64": b64encode(body).decode()}}


def _read(message: dict[str, Any], where: str) -> tuple[Headers, bytes]:
    headers = tuple([(name, value) for name, value in message.get("headers", ())])
    body = message.get("body", "")
    if isinstance(body, str):
        return headers, body.encode()
    try:
        return headers, b64decode(body["base64"], validate=True)
    except binascii.Error as error:
        raise _LineError(f"{where}.body.base64: this is not base64: {error}") from None


@cache
def _validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(SCHEMA, mask="the value")
