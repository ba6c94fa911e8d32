"""YAML with places: the plain data of a file, and the line and column of every value; and errors with places.

The YAML is the strict subset that JSON can represent. Mapping keys are strings, and dates stay strings. As in YAML
1.2, only `true`, `false`, `null` (or `~`, or an empty value) and numbers have other types. Tags, merge keys, several
documents in one file and duplicate keys in a mapping are errors.
"""

from __future__ import annotations

import pickle
import re
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import yaml

from mockserver.contract import pointer as pointers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Place(NamedTuple):
    """A line and a column in a file, counted from 1. Line 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    @classmethod
    def after(cls, text: str, file: str) -> Place:
        """Return the place right after `text`, which is the beginning of the file."""
        return cls(file, text.count("\n") + 1, len(text) - text.rfind("\n"))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problem(NamedTuple):
    """A problem in a file: its place, a message, and the JSON pointer of the value, or empty."""

    place: Place
    message: str
    pointer: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (str(self.place), self.pointer, self.message)))


class LocatedError(ValueError):
    """A file is invalid. The error text lists every problem, one per line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


MAXIMUM_NODES = 200_000
"""The maximum number of values in a file with its aliases expanded."""
MAXIMUM_DEPTH = 100
"""The maximum nesting depth of mappings and sequences with aliases expanded."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C if it is available; it is ten times as fast."""


def compose(text: str, file: str) -> Any:
    """Return the data of a YAML text, named `file` in errors. Raises LocatedError."""
    return _Builder(text, file).build()


# The first characters of plain scalars that may be something other than text.
_NON_TEXT_STARTS = frozenset("~nNtTfF+-.0123456789")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"(?P<decimal>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hexadecimal>[0-9a-fA-F]+)", re.ASCII)
_BASES = {"decimal": 10, "octal": 8, "hexadecimal": 16}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _plain(text: str) -> str | int | float | bool | None:
    """Return the value of a scalar without quotes. Raises ValueError for a number that is too large."""
    if text in _WORDS:
        return _WORDS[text]
    if match := _INTEGER.fullmatch(text):
        return int(match[str(match.lastgroup)], _BASES[str(match.lastgroup)])
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not isfinite(number):
            raise ValueError(text)
        return number
    return text


class _Stop(Exception):  # noqa: N818 - it only ends the parsing: the problem is in the builder's list
    """Parsing cannot continue after a problem."""


_KEY_EXPECTED: Any = object()
"""In place of a key: the next event is a key of the mapping."""
_IN_SEQUENCE: Any = object()
"""In place of a key: the container is a sequence."""


class _Builder:
    """Builds data from the events of a YAML parser, in one loop so that deep nesting cannot exhaust the stack."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._problems: list[Problem] = []

    def build(self) -> Any:
        try:
            data = self._build()
        except _Stop:
            data = None
        except yaml.MarkedYAMLError as error:
            from mockserver.contract.syntax import explain  # needed for errors only

            self._report(*explain(error, self._text))
        except (yaml.reader.ReaderError, UnicodeEncodeError):
            found = _UNPRINTABLE.search(self._text)
            before = self._text[: found.start()] if found else ""
            self._problems.append(Problem(Place.after(before, self._file), "a control character or a lone surrogate"))
        if self._problems:
            raise LocatedError(self._problems)
        return data

    def _build(self) -> Any:  # noqa: C901 - one branch for each kind of event; function calls would double the time
        root: list[Any] = []
        container: Any = root
        key: Any = _IN_SEQUENCE
        anchors: dict[str, tuple[Any, int, int]] = {}  # name → value, its number of nodes, its depth
        stack: list[tuple[Any, Any, str | None, int, int]] = []
        nodes = height = 0
        events: Iterator[Any] = yaml.parse(self._text, LOADER)
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                if key is _KEY_EXPECTED:
                    key = self._key(event, container)
                    continue
                value: Any = event.value
                if event.implicit[0] and (not value or value[0] in _NON_TEXT_STARTS):
                    value = self._value(event)
                elif event.tag is not None:
                    self._refuse_tag(event)
                nodes += 1
                if event.anchor is not None:
                    anchors[event.anchor] = value, 1, 0
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if key is _KEY_EXPECTED:
                    self._stop(event, "a key must be text, not a mapping or a sequence")
                if event.tag is not None:
                    self._refuse_tag(event)
                value = {} if kind is yaml.MappingStartEvent else []
                if key is _IN_SEQUENCE:
                    container.append(value)
                else:
                    container[key] = value
                nodes += 1
                stack.append((container, key, event.anchor, nodes, height))
                if len(stack) > MAXIMUM_DEPTH:
                    self._stop(event, f"nested deeper than {MAXIMUM_DEPTH} levels")
                container, height = value, 0
                key = _KEY_EXPECTED if kind is yaml.MappingStartEvent else _IN_SEQUENCE
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                built, inner = container, height + 1
                container, key, anchor, before, height = stack.pop()
                height = max(height, inner)
                if anchor is not None:
                    anchors[anchor] = built, nodes - before + 1, inner
                if key is not _IN_SEQUENCE:
                    key = _KEY_EXPECTED
                continue
            elif kind is yaml.AliasEvent:
                if key is _KEY_EXPECTED:
                    self._stop(event, "a key must be text, not an alias")
                if event.anchor not in anchors:
                    self._stop(event, f"no value above this line is anchored as &{event.anchor}")
                value, size, inner = anchors[event.anchor]
                nodes += size
                height = max(height, inner)
                if len(stack) + inner > MAXIMUM_DEPTH:
                    self._stop(event, f"nested deeper than {MAXIMUM_DEPTH} levels with its aliases expanded")
            else:
                if kind is yaml.DocumentStartEvent and root:
                    self._stop(event, "a second YAML document: a file must contain only one")
                continue
            if key is _IN_SEQUENCE:
                container.append(value)
            else:
                container[key] = value
                key = _KEY_EXPECTED
            if nodes > MAXIMUM_NODES:
                self._stop(event, f"more than {MAXIMUM_NODES} values with aliases expanded")
        return root[0] if root else None

    def _key(self, event: Any, container: dict[str, Any]) -> str:
        key: str = event.value
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0]:
            if key == "<<":
                self._report(event.start_mark, "merge keys (<<) are not supported: write the fields out")
            elif (not key or key[0] in _NON_TEXT_STARTS) and type(self._value(event)) not in (str, int):
                self._report(event.start_mark, f'a key must be text: write "{key}" in quotes')
        if key in container:
            self._report(event.start_mark, f"duplicate key {key} in this mapping")
        return key

    def _value(self, event: Any) -> Any:
        try:
            return _plain(event.value)
        except ValueError:
            self._report(event.start_mark, "the number is too large")
            return 0

    def _refuse_tag(self, event: Any) -> None:
        self._report(event.start_mark, f"tags such as {event.tag} are not supported")

    def _report(self, mark: Any, message: str) -> None:
        self._problems.append(Problem(Place(self._file, mark.line + 1, mark.column + 1), message))

    def _stop(self, event: Any, message: str) -> NoReturn:
        self._report(event.start_mark, message)
        raise _Stop


Mark = tuple[int, int]
"""A line and a column, counted from 1."""


class Marks:
    """The marks of all keys and values of a valid YAML text."""

    def __init__(self, text: str) -> None:
        self._marks: dict[str, tuple[Mark, Mark]] = {}  # pointer → mark of the key, mark of the value
        self._aliases: dict[str, str] = {}  # pointer of an alias → pointer of its anchor
        self._record(yaml.parse(text, LOADER))

    def _record(self, events: Iterator[Any]) -> None:
        anchors: dict[str, str] = {}
        frames: list[_Frame] = []
        for event in events:
            kind = type(event)
            if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                frames.pop()
            if not issubclass(kind, yaml.NodeEvent):
                continue
            mark = (event.start_mark.line + 1, event.start_mark.column + 1)
            position = frames[-1].position(event, mark) if frames else ("", mark)
            if position is None:
                continue
            pointer, key = position
            self._marks[pointer] = key, mark
            if kind is yaml.AliasEvent:
                self._aliases[pointer] = anchors[event.anchor]
            elif event.anchor is not None:
                anchors[event.anchor] = pointer
            if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                frames.append(_Frame(pointer, is_mapping=kind is yaml.MappingStartEvent))

    def find(self, pointer: str, *, key: bool) -> Mark:
        """Return the mark of the value at a pointer, or of its key, or of its nearest ancestor that exists."""
        known = pointer
        while known not in self._marks:
            if not known:
                return 1, 1
            known = pointers.parent(known)
            if known in self._aliases:
                pointer = known = self._aliases[known] + pointer[len(known) :]
        of_key, of_value = self._marks[known]
        return of_key if key else of_value


class _Frame:
    """A mapping or a sequence that has not ended yet."""

    def __init__(self, pointer: str, *, is_mapping: bool) -> None:
        self._pointer = pointer
        self._index = None if is_mapping else 0
        self._key: tuple[str, Mark] | None = None

    def position(self, event: Any, mark: Mark) -> tuple[str, Mark] | None:
        """Return the pointer of the value that an event begins and the mark of its key; None if the event is a key."""
        if self._index is not None:
            self._index += 1
            return f"{self._pointer}/{self._index - 1}", mark
        if self._key is None:
            self._key = event.value, mark
            return None
        (key, of_key), self._key = self._key, None
        return f"{self._pointer}/{pointers.escape(key)}", of_key


__all__ = ["Located", "LocatedError", "Place", "Problem", "parse", "read", "recall"]


class Located:
    """A YAML text, its plain data, and the places of its values.

    `data` may contain the same list or dict object several times if the YAML has aliases.
    """

    def __init__(self, text: str, file: str, data: Any) -> None:
        self.text = text
        self.file = file
        self.data = data
        self._marks: Marks | None = None

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """Return the place of the value at a JSON pointer, or of its nearest ancestor that exists.

        With `key`, return the place of the value's key. The first call parses the text again: places are needed for
        errors only, and most files have none.
        """
        if self._marks is None:
            self._marks = Marks(self.text)
        line, column = self._marks.find(pointer, key=key)
        return Place(self.file, line, column)


def read(path: Path, file: str | None = None) -> Located:
    """Read a YAML file. Errors name it `file`, by default its path. Raises LocatedError."""
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
    return recall(text, file)


def parse(text: str, file: str) -> Located:
    """Parse a YAML text. Errors name it `file`. Raises LocatedError."""
    return Located(text, file, compose(text, file))


def recall(text: str, file: str) -> Located:
    """Parse a YAML text, or copy the data if the text was parsed before: parsing is slow. Raises LocatedError."""
    return Located(text, file, pickle.loads(_pickled(text, file)))  # noqa: S301 - our own bytes


@lru_cache(maxsize=16)
def _pickled(text: str, file: str) -> bytes:
    return pickle.dumps(compose(text, file), pickle.HIGHEST_PROTOCOL)
