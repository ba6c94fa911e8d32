"""Requests as the contract documents describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from contracts.spec import ABSENT
from contracts.traffic import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.spec import Arguments, Operation
    from contracts.suites.credentials import Account

JSON = (("content-type", "application/json"),)


def build(operation: Operation, base: str, account: Account | None, values: Mapping[str, Any]) -> Request:
    """Build the request of an operation at a base URL, by an account, with values by their names.

    Raises ValueError for a value that the operation does not take.
    """
    credentials = {} if account is None else {"user": account.user, "key": account.key}
    placed: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "body": {}}
    unplaced = dict(values)
    for parameter in operation.parameters:
        _place(placed[parameter.place], parameter.name, parameter.credential, credentials, unplaced)
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    for name, schema in fields.items():
        _place(placed["body"], name, schema.get("x-credential"), credentials, unplaced)
    if unplaced:
        raise ValueError(f"{operation.name} takes no {', '.join(unplaced)}")
    return write(operation, base, placed["path"], placed["query"], placed["body"] if operation.body else ABSENT)


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


def _place(
    holder: dict[str, Any],
    name: str,
    credential: str | None,
    credentials: Mapping[str, str],
    values: dict[str, Any],
) -> None:
    if name in values:
        holder[name] = values.pop(name)
    elif credential in credentials:
        holder[name] = credentials[str(credential)]
