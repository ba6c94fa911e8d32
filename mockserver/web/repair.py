"""Mending requests that break the contract, for lenient worlds."""

import json
from collections.abc import Iterator
from typing import Any

from mockserver.contract import ABSENT, Arguments, Operation, Violation, broken
from mockserver.contract.arguments import boolean, number

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
