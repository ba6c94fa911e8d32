"""Texts of several values: their templates, and how such a text is taken apart."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from mockserver.contract.messages import brief

_NAME = re.compile(r"\{([a-z_0-9.]+)\}")


class ValueTemplate(NamedTuple):
    """A text of several values: its fixed pieces, and the names of the values between them."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> ValueTemplate:
        """Read `{country.code}-{service.code}`. Raises ValueError."""
        parts = _NAME.split(text)
        pieces, names = tuple(parts[::2]), tuple(parts[1::2])
        if not names or any(brace in piece for piece in pieces for brace in "{}"):
            raise ValueError(f"{text} must contain names in braces, such as {{order.id}}")
        if "" in pieces[1:-1]:
            raise ValueError(f"{text} needs fixed text between two values to separate them")
        return cls(pieces, names)

    def __str__(self) -> str:
        names = (f"{{{name}}}" for name in self.names)
        return self.pieces[0] + "".join(map(str.__add__, names, self.pieces[1:]))


def taken_apart(pieces: tuple[str, ...], text: Any) -> tuple[str, ...]:
    """Return the values between the fixed pieces of a text. Raises ValueError with the expected form."""
    pattern = "(.+?)".join(map(re.escape, pieces))
    found = re.fullmatch(pattern, text, re.DOTALL) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"a text such as {brief('…'.join(pieces))}")
    return found.groups()
