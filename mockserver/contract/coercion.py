"""From the text of paths and queries to values."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_LONGEST = 1000


def integer(text: str) -> int | str:
    """Read an integer as JSON writes it; anything else stays text."""
    return int(text) if len(text) <= _LONGEST and _INTEGER.fullmatch(text) else text


def number(text: str) -> float | int | str:
    """Read a number as JSON writes it; anything else stays text."""
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return text
    exact = integer(text)
    if isinstance(exact, int):
        return exact
    rounded = float(text)
    return rounded if isfinite(rounded) else text


def boolean(text: str) -> bool | str:
    """Read `true` or `false`; anything else stays text."""
    return {"true": True, "false": False}.get(text, text)


_COERCIONS: Mapping[str, Callable[[str], Any]] = {"integer": integer, "number": number, "boolean": boolean}


def coercion(types: Sequence[str]) -> Callable[[str], Any] | None:
    """Return what reads the text of a parameter of these types, or None if it stays text.

    A parameter that may be a string stays one. What cannot be read stays text, and so does not fit its schema.
    """
    if "string" in types:
        return None
    readers = [_COERCIONS[name] for name in types if name in _COERCIONS]

    def read(text: str) -> Any:
        for reader in readers:
            value = reader(text)
            if value is not text:
                return value
        return text

    return readers[0] if len(readers) == 1 else read if readers else None
