"""Reading what a client sent: strict JSON, strict query strings. Every defect gets a sentence that says what it is."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson


class PayloadError(ValueError):
    """What the client sent cannot be read; the text says why, without quoting it."""


def read_json(body: bytes) -> Any:
    """A JSON body as data. Raises PayloadError for anything that is not one JSON text of real, unambiguous values."""
    if not body:
        raise PayloadError("the body is empty, it must be a JSON object")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PayloadError(f"the body is not valid JSON: {error}") from None
    # orjson checks the syntax but keeps the last of two equal keys: the standard parser shows us the pairs.
    json.loads(body, object_pairs_hook=_refuse_duplicates)
    if b"\\u0000" in body and _holds_nul(data):
        raise PayloadError("the body holds a NUL character")
    return data


def read_query(query: bytes) -> list[tuple[str, str]]:
    """A query string as pairs. Raises PayloadError for broken percent-encoding, invalid UTF-8 and NUL."""
    if not query:
        return []
    pairs = (field.partition(b"=") for field in query.split(b"&") if field)
    return [(_decode(name), _decode(value)) for name, _, value in pairs]


def _decode(text: bytes) -> str:
    if b"%" in text or b"+" in text:
        text = unquote_to_bytes(text.replace(b"+", b" "))
    if b"\0" in text:
        raise PayloadError("the query holds a NUL character")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise PayloadError("the query is not valid UTF-8") from None


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PayloadError(f"the body has the field {json.dumps(twice)} twice")
    return data


def _holds_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\0" in data
    if isinstance(data, dict):
        return _any_holds_nul(data.keys()) or _any_holds_nul(data.values())
    return isinstance(data, list) and _any_holds_nul(data)


def _any_holds_nul(parts: Iterable[Any]) -> bool:
    return any(_holds_nul(part) for part in parts)
