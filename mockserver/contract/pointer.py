"""JSON pointers (RFC 6901): `/paths/~1balance/get` names a value in a document, the empty pointer the document."""

from __future__ import annotations

from enum import Enum
from typing import Final


def escape(token: str | int) -> str:
    """Escape a key or an index as a token of a pointer."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Return the key or index of an escaped token."""
    return token.replace("~1", "/").replace("~0", "~")


def join(*tokens: str | int) -> str:
    """Return the pointer with these keys and indices."""
    return "".join(f"/{escape(token)}" for token in tokens)


def split(pointer: str) -> list[str]:
    """Return the keys and indices of a pointer. Raises ValueError if it is neither empty nor begins with a slash."""
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError(f"a JSON pointer must be empty or begin with '/', not {pointer!r}")
    return [unescape(token) for token in pointer[1:].split("/")]


def parent(pointer: str) -> str:
    """Return the pointer of the enclosing value. The root is its own parent."""
    return pointer.rpartition("/")[0]


def step(value: object, token: str | int) -> object:
    """Return the value of a mapping at a key, or of a list at an index. Raises KeyError if it does not exist."""
    if isinstance(value, dict) and token in value:
        return value[token]
    if isinstance(value, list) and _is_index(str(token), len(value)):
        return value[int(token)]
    raise KeyError(token)


def _is_index(token: str, length: int) -> bool:
    return token.isascii() and token.isdigit() and len(token) <= len(str(length)) and int(token) < length


class Absent(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT
