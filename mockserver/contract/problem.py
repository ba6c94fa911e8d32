"""What is wrong in a file, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(NamedTuple):
    """A place in a file, counted from 1; line 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    @classmethod
    def after(cls, text: str, file: str) -> Place:
        """Return the place right after this beginning of a file."""
        return cls(file, text.count("\n") + 1, len(text) - text.rfind("\n"))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problem(NamedTuple):
    """Something wrong in a file: where, what, and the JSON pointer of the value if it has one."""

    place: Place
    message: str
    pointer: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (str(self.place), self.pointer, self.message)))


class LocatedError(ValueError):
    """A file cannot be used. Its text lists every problem found, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
