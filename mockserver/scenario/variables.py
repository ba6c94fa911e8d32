"""Variables in the strings of a scenario, such as `${price}`."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mockserver.contract import did_you_mean
from mockserver.contract.pointer import join

Scalar = str | int | float | bool
Values = Mapping[str, Scalar]
"""The values of variables by name."""
NONE: Values = MappingProxyType({})
"""No variables."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_USE = re.compile(r"[$]\{([^${}]*)\}")
_BEGIN = "${"


def used(text: object) -> list[str]:
    """Return the names of the variables in a text."""
    return _USE.findall(text) if isinstance(text, str) else []


def uses(data: Any, *path: str | int) -> Iterator[tuple[str, str]]:
    """Yield the pointers and texts of all strings with variables."""
    if isinstance(data, str):
        if _BEGIN in data:
            yield join(*path), data
        return
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in children:
        yield from uses(value, *path, key)


def misuses(text: str, values: Values) -> Iterator[str]:
    """Yield a message for every misuse of variables in a text."""
    names = used(text)
    for name in names:
        if NAME.fullmatch(name) and name not in values:
            yield f"unknown variable ${{{name}}}{did_you_mean(name, values)}"
    if _BEGIN in _USE.sub("", text) or not all(map(NAME.fullmatch, names)):
        yield "write a variable as ${name}; a name has letters, digits, _ and -, and does not start with a digit"
    elif all(name in values for name in names) and _BEGIN in str(resolve(text, values)):
        yield f"the value of a variable cannot contain a variable, as that of {_listed(names)} does"


def resolve(data: Any, values: Values) -> Any:
    """Return the data with all variables replaced; a text of one variable alone gets the type of its value."""
    if isinstance(data, str):
        whole = _USE.fullmatch(data)
        return values[whole[1]] if whole else _USE.sub(lambda use: _text(values[use[1]]), data)
    if isinstance(data, dict):
        return {key: resolve(value, values) for key, value in data.items()}
    return [resolve(value, values) for value in data] if isinstance(data, list) else data


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(names: list[str]) -> str:
    return " and ".join(f"${{{name}}}" for name in dict.fromkeys(names))
