"""Reading request payloads: strict JSON and query strings, and mending requests that break the contract."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from mockserver.contract import ABSENT, Arguments, Operation, Violation, broken
from mockserver.contract.arguments import boolean, number
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


MAXIMUM_MENDS = 20
"""The most values that are mended in one request."""

Path = tuple[str | int, ...]
"""The place of a value in a request: `("query", "page")`, `("body", "items", 0, "price")`."""


def repair(operation: Operation, arguments: Arguments) -> Arguments | None:
    """Return the arguments of a request mended so that they fit the contract, or None if that is impossible.

    A value of another JSON type with the same text is converted, and spaces around it are removed. The last value of
    a repeated parameter counts. Optional values that are still invalid are left out. The path and the credentials are
    never changed, so that no request acts for another user. A request without errors is returned unchanged.
    """
    for _ in range(MAXIMUM_MENDS + 1):
        errors = broken(operation.check_request(arguments))
        if not errors:
            return arguments
        mended = _mended(operation, arguments, errors[0]) if len(errors) <= MAXIMUM_MENDS else None
        if mended is None:
            return None
        arguments = mended
    return None


def _mended(operation: Operation, arguments: Arguments, error: Violation) -> Arguments | None:
    """Return the arguments with the invalid value converted or left out; None if neither fits the contract."""
    if len(error.path) < 2 or error.path[0] == "path" or error.path[:2] in arguments.credentials:
        return None
    for at, value in _attempts(operation, arguments, error):
        attempt = _with(arguments, at, value)
        if all(left.path[: len(at)] != at for left in broken(operation.check_request(attempt))):
            return attempt
    return None


def _attempts(operation: Operation, arguments: Arguments, error: Violation) -> Iterator[tuple[Path, Any]]:
    """Yield the changes to try: other values at this place, then leaving out the field or one around it."""
    path = error.path
    value = _value(arguments, path)
    if error.rule == "repeated":
        *_, value = value
        yield path, value
    if error.rule != "json":
        yield from ((path, converted) for converted in _conversions(value))
    for length in range(len(path), 1, -1):
        if isinstance(path[length - 1], str):
            yield path[:length], _default(operation, path[:length])


def _conversions(value: Any) -> Iterator[Any]:
    """Yield the values of other JSON types with the same text as this one."""
    if isinstance(value, str):
        text = value.strip()
        amount = number(text)
        yield from (text, boolean(text), int(amount) if isinstance(amount, float) and amount.is_integer() else amount)
    elif isinstance(value, bool | int | float):
        yield json.dumps(value)


def _value(arguments: Arguments, path: Path) -> Any:
    value: Any = arguments._asdict()
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value


def _default(operation: Operation, path: Path) -> Any:
    """Return the default of a query parameter or a field of the body, or `ABSENT`."""
    fields = {
        "query": {parameter.name: parameter.schema for parameter in operation.parameters if parameter.place == "query"},
        "body": (operation.body_schema or {}).get("properties", {}),
    }
    place, *names = path
    schema = fields[str(place)].get(names[0], {}) if len(names) == 1 else {}
    return schema.get("default", ABSENT)


def _with(arguments: Arguments, path: Path, value: Any) -> Arguments:
    """Return the arguments with another value at this path, or without one if it is `ABSENT`."""
    place = str(path[0])
    return arguments._replace(**{place: _put(getattr(arguments, place), path[1:], value)})


def _put(holder: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    key, *inner = path
    if isinstance(holder, list | tuple):
        return [_put(item, tuple(inner), value) if at == key else item for at, item in enumerate(holder)]
    if not inner and value is ABSENT:
        return {name: item for name, item in holder.items() if name != key}
    return {**holder, key: _put(holder.get(key), tuple(inner), value)}
