"""Where the keys and values of a YAML text stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mockserver.contract import pointer as pointers
from mockserver.contract.yaml_data import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator

Mark = tuple[int, int]
"""A line and a column, counted from 1."""


class Marks:
    """The mark of every key and value of a YAML text that is known to be sound."""

    def __init__(self, text: str) -> None:
        self._marks: dict[str, tuple[Mark, Mark]] = {}  # of the key and of the value at each pointer
        self._aliases: dict[str, str] = {}  # the pointers of aliases and of what they stand for
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
            spot = frames[-1].spot(event, mark) if frames else ("", mark)
            if spot is None:
                continue
            pointer, key = spot
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
    """A mapping or sequence whose end has not come yet."""

    def __init__(self, pointer: str, *, is_mapping: bool) -> None:
        self._pointer = pointer
        self._index = None if is_mapping else 0
        self._key: tuple[str, Mark] | None = None

    def spot(self, event: Any, mark: Mark) -> tuple[str, Mark] | None:
        """Return the pointer of the value that begins here, and the mark of its key; None if this is a key itself."""
        if self._index is not None:
            self._index += 1
            return f"{self._pointer}/{self._index - 1}", mark
        if self._key is None:
            self._key = event.value, mark
            return None
        (key, of_key), self._key = self._key, None
        return f"{self._pointer}/{pointers.escape(key)}", of_key
