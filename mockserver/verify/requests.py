"""Requests as the contract documents describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from mockserver.contract import ABSENT
from mockserver.traffic import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract import Arguments, Operation

JSON = (("content-type", "application/json"),)


def write(
    operation: Operation, base: str, path: Mapping[str, Any], query: Mapping[str, Any], body: object = ABSENT
) -> Request:
    """Write a request whose values are in their places already."""
    segments = operation.path.split("/")
    filled = "/".join(quote(str(path.get(part[1:-1], "")), safe="") if part[:1] == "{" else part for part in segments)
    url = base + filled + (f"?{urlencode(query)}" if query else "")
    if body is ABSENT:
        return Request(operation.method, url)
    return Request(operation.method, url, JSON, orjson.dumps(body))


def read(operation: Operation, request: Request, path: Mapping[str, str]) -> Arguments:
    """Read a request of an operation whose path parameters are known, as a server would."""
    return operation.read(path, request.query, request.json if request.body else ABSENT)
