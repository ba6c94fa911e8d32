"""Reading what a client sent: strict JSON and query strings, and what can be understood of a request that is not."""

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
    """What the client sent cannot be read; the text says why, without quoting a value."""


def read_json(body: bytes) -> Any:
    """A JSON body as data. Raises PayloadError for anything that is not one JSON text of real, unambiguous values."""
    if not body:
        raise PayloadError("the body is empty, it must be a JSON object")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PayloadError(f"the body is not valid JSON: {error}") from None
    try:
        # orjson checks the syntax but keeps the last of two equal keys: the standard parser shows us the pairs.
        json.loads(body, object_pairs_hook=_refuse_duplicates)
    except RecursionError:
        raise PayloadError("the body is nested too deeply") from None
    return data


def read_query(query: bytes) -> list[tuple[str, str]]:
    """A query string as pairs. Raises PayloadError for broken percent-encoding and invalid UTF-8."""
    if _PLAIN(query):
        plain = [field.partition("=") for field in query.decode("ascii").split("&") if field]
        return [(name, value) for name, _, value in plain]
    fields = [field.partition(b"=") for field in query.split(b"&") if field]
    return [(_decode(name), _decode(value)) for name, _, value in fields]


_PLAIN = re.compile(rb"[!-$&-*,-~]*").fullmatch
"""Matches what stands for itself: printable ASCII without a percent or plus sign."""

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
"""How many values may be mended. Who gets more than that wrong speaks of something else."""

Path = tuple[str | int, ...]
"""Where a value stands in a request: `("query", "page")`, `("body", "items", 0, "price")`."""


def mend(operation: Operation, arguments: Arguments) -> Arguments | None:
    """Return what can be understood of a request, so that it keeps to the contract; None if that cannot be.

    A value of another JSON type with the same text counts as the right one, spaces around it do not; of a repeated
    parameter the last counts. What is wrong even then is left out if it is optional. The path and the credentials are
    taken as they are: nobody may be taken for somebody else. A request without errors is returned unchanged.
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
    """Return the arguments with what is wrong mended or left out; None if neither makes it right."""
    if len(error.path) < 2 or error.path[0] == "path" or error.path[:2] in arguments.credentials:
        return None
    for at, value in _attempts(operation, arguments, error):
        attempt = _with(arguments, at, value)
        if all(left.path[: len(at)] != at for left in broken(operation.check_request(attempt))):
            return attempt
    return None


def _attempts(operation: Operation, arguments: Arguments, error: Violation) -> Iterator[tuple[Path, Any]]:
    """Yield what to try in turn: other values in this place, then to leave out the field there, or one around it."""
    path = error.path
    value = _value(arguments, path)
    if error.rule == "repeated":
        *_, value = value
        yield path, value
    if error.rule != "json":
        yield from ((path, alike) for alike in _alike(value))
    for length in range(len(path), 1, -1):
        if isinstance(path[length - 1], str):
            yield path[:length], _default(operation, path[:length])


def _alike(value: Any) -> Iterator[Any]:
    """Yield the values of other types that have the same text as this one."""
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
    """Return what holds where a parameter or a field of the body is left out."""
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
