"""What effects do to the body of an answer. Nothing is changed in place; a body that stays as it is comes back itself.

A path such as `body.orderId` or `body[].messages[].text` leads through fields by name, and through all items of a list.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

_LONGEST_NUMBER = 15


def omit(body: object, path: str) -> object:
    """The body without a field, wherever the path leads."""
    *way, name = _steps(path)

    def drop(holder: object) -> object:
        if not isinstance(holder, dict) or name not in holder:
            return holder
        return {key: value for key, value in holder.items() if key != name}

    return _change(body, way, drop)


def retype(body: object, path: str, to: str) -> object:
    """The body with the values at a path converted to a JSON type; those of the type already stay."""
    return _change(body, _steps(path), _CONVERSIONS[to])


def malform(content: bytes) -> bytes:
    """As many bytes that are no JSON: none ends with a comma."""
    return content[:-1] + b"," if content else content


def _steps(path: str) -> list[str]:
    """The fields of a path in their order, `[]` for the items of a list."""
    return path.replace("[]", ".[]").split(".")


def _change(value: object, way: list[str], change: Callable[[object], object]) -> object:
    if not way:
        return change(value)
    step, *rest = way
    if step == "[]" and isinstance(value, list):
        items = [_change(item, rest, change) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict) and step in value:
        field = _change(value[step], rest, change)
        return value if field is value[step] else {**value, step: field}
    return value


def _string(value: object) -> object:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER
    return int(str(value)) if is_number else 0


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {"value": value}


def _array(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _boolean(value: object) -> object:
    return value if isinstance(value, bool) else bool(value)


_CONVERSIONS: Mapping[str, Callable[[Any], object]] = {
    "string": _string,
    "number": _number,
    "null": lambda _: None,
    "object": _object,
    "array": _array,
    "boolean": _boolean,
}
