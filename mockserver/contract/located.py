"""YAML with places: plain data from a file, and the line and column of every value in it.

The YAML is of the strict kind that JSON can hold. Mapping keys are text, dates stay text, and only `true`, `false`,
`null` (or `~`, or nothing) and numbers are anything else, as in YAML 1.2. Tags, merge keys, several documents in one
file and the same key twice in a mapping are errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.problem import LocatedError, Place, Problem
from mockserver.contract.yaml_data import compose
from mockserver.contract.yaml_places import Marks

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Located", "LocatedError", "Place", "Problem", "parse", "read"]


class Located:
    """The plain data of a YAML text, and the places of its values.

    `data` may hold the same list or dict several times, where the YAML has aliases.
    """

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.data: Any = compose(text, file)
        self._text = text
        self._marks: Marks | None = None

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """Return the place of the value at a JSON pointer, or of its nearest ancestor that exists.

        With `key`, of the key in front of the value. The text is parsed again when the first place is asked for:
        places are for errors, and most files have none.
        """
        if self._marks is None:
            self._marks = Marks(self._text)
        line, column = self._marks.find(pointer, key=key)
        return Place(self.file, line, column)


def read(path: Path, file: str | None = None) -> Located:
    """Read a YAML file, named `file` in errors (else by its path). Raises LocatedError."""
    file = str(path) if file is None else file
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise LocatedError([Problem(Place(file), f"cannot be read: {reason}")]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        raise LocatedError([Problem(Place.after(before, file), "a byte that is not UTF-8")]) from None
    return Located(text, file)


def parse(text: str, file: str) -> Located:
    """Parse a YAML text, named `file` in errors. Raises LocatedError."""
    return Located(text, file)
