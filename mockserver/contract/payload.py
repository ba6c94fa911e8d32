"""Reading requests strictly before their schema is checked: the media type, the JSON body and the query."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import orjson

from mockserver.contract.messages import brief, did_you_mean
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.pointer import ABSENT
from mockserver.contract.routing import BadPath, WrongMethod
from mockserver.contract.violation import Severity, Violation

if TYPE_CHECKING:
    from mockserver.contract.document import Document
    from mockserver.contract.operation import Operation


class PayloadError(ValueError):
    """A request that cannot be read; the text says why and quotes no value.

    `place` and `rule` are those of the violation, `reason` is the refusal reason of the vocabulary.
    """

    def __init__(self, message: str, place: str = "body", rule: str = "json", reason: str = "INVALID_REQUEST") -> None:
        super().__init__(message)
        self.place, self.rule, self.reason = place, rule, reason


Pairs = list[tuple[str, str]]
"""The decoded pairs of a query, in order."""


def read_request(operation: Operation, content_type: str | None, query: bytes, body: bytes) -> tuple[Pairs, object]:
    """Return the query and the JSON body of a request as data; the body is `ABSENT` if the operation takes none.

    `content_type` is the value of its header, None if it is unknown. Raises PayloadError.
    """
    data: object = ABSENT
    if operation.body_schema is not None:
        if content_type is not None:
            _check_media_type(content_type)
        data = read_json(body)
    return read_query(query), data


def malformed(operation: Operation, error: PayloadError) -> Violation:
    """Return the violation of a request that an operation cannot read."""
    document, body = operation.document, operation.body
    pointer = body.pointer if body is not None and error.place != "query" else operation.pointer
    return _violation(document, operation.name, pointer, error)


def unrouted(document: Document, method: str, path: str) -> Violation:
    """Return the violation of a request that no operation takes. `path` is below the prefix of the document."""
    match document.route(method, path):
        case WrongMethod(allowed):
            error = PayloadError(f"this path allows {' or '.join(allowed)}, not {method}", "method", "method")
        case BadPath(reason):
            error = PayloadError(f"the path is malformed: {reason}", "path", "path")
        case _:
            known = (f"{document.prefix}{operation.path}" for operation in document.operations.values())
            hint = did_you_mean(document.prefix + path, known)
            error = PayloadError(f"no operation of {document.name} has this path{hint}", "path", "path")
    return _violation(document, document.name, "/paths", error)


def _violation(document: Document, operation: str, pointer: str, error: PayloadError) -> Violation:
    path = (error.place,)
    return Violation(
        operation, error.place, error.rule, "", "", pointer, str(error), document.place, path, Severity.ERROR
    )


_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")


def _check_media_type(content_type: str) -> None:
    given = content_type.partition(";")[0].strip().lower()
    if given != JSON_TYPE:
        shown = f", not {given}" if _MEDIA_TYPE.fullmatch(given) else ""
        raise PayloadError(
            f"send content-type: {JSON_TYPE}{shown}", "contentType", "contentType", "UNSUPPORTED_MEDIA_TYPE"
        )


def read_json(body: bytes) -> Any:
    """Return a JSON body as data. Raises PayloadError for invalid JSON, duplicate fields and too deep nesting."""
    if not body:
        raise PayloadError("the body is empty; it must be a JSON object")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PayloadError(f"the body is not valid JSON: {error}") from None
    try:
        # orjson keeps the last of two equal keys; only the standard parser reports duplicates.
        json.loads(body, object_pairs_hook=_refuse_duplicates)
    except RecursionError:
        raise PayloadError("the body is nested too deeply") from None
    return data


def read_query(query: bytes) -> list[tuple[str, str]]:
    """Return a query string as pairs. Raises PayloadError for invalid percent-encoding and invalid UTF-8."""
    if _PLAIN(query):
        plain = [field.partition("=") for field in query.decode("ascii").split("&") if field]
        return [(name, value) for name, _, value in plain]
    fields = [field.partition(b"=") for field in query.split(b"&") if field]
    return [(_decode(name), _decode(value)) for name, _, value in fields]


_PLAIN = re.compile(rb"[!-$&-*,-~]*").fullmatch
"""Matches a query that needs no decoding: printable ASCII without a percent or plus sign."""

_BROKEN = re.compile(b"%(?![0-9a-fA-F]{2})")


def _decode(text: bytes) -> str:
    if b"%" in text or b"+" in text:
        if _BROKEN.search(text):
            raise PayloadError("a % in the query is not followed by two hexadecimal digits", "query", "query")
        text = unquote_to_bytes(text.replace(b"+", b" "))
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise PayloadError("the query is not valid UTF-8", "query", "query") from None


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise PayloadError(f"the body has the field {brief(twice)} twice")
    return data
