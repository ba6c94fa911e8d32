"""JSON pointers (RFC 6901): `/paths/~1balance/get` names a value inside a document, `` the whole of it."""

from __future__ import annotations

from enum import Enum
from typing import Final


def escape(token: str | int) -> str:
    """Write one key or index so that it can stand between two slashes."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """Read one key or index as `escape` wrote it."""
    return token.replace("~1", "/").replace("~0", "~")


def join(*tokens: str | int) -> str:
    """Build the pointer that leads through these keys and indices."""
    return "".join(f"/{escape(token)}" for token in tokens)


def split(pointer: str) -> list[str]:
    """List the keys and indices of a pointer. Raises ValueError if it does not begin with a slash."""
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError(f"a JSON pointer is empty or begins with '/', not {pointer!r}")
    return [unescape(token) for token in pointer[1:].split("/")]


def parent(pointer: str) -> str:
    """Return the pointer of the value that holds this one; the root is its own parent."""
    return pointer.rpartition("/")[0]


def step(value: object, token: str | int) -> object:
    """Return what a mapping holds at a key, or a list at an index. Raises KeyError if there is nothing."""
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
