"""Reading request payloads strictly: JSON bodies and query strings."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from mockserver.contract.messages import brief


class PayloadError(ValueError):
    """A payload that cannot be read; the text says why and quotes no value."""


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
            raise PayloadError("a % in the query is not followed by two hexadecimal digits")
        text = unquote_to_bytes(text.replace(b"+", b" "))
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise PayloadError("the query is not valid UTF-8") from None


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise PayloadError(f"the body has the field {brief(twice)} twice")
    return data
