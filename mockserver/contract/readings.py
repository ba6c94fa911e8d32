"""Readings: questions that the documentation leaves open, their possible answers, and the changes that each makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs

from mockserver.contract import located
from mockserver.contract import pointer as pointers
from mockserver.contract.located import LocatedError, Place, Problem
from mockserver.contract.messages import choice, did_you_mean
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mockserver.contract.located import Located
    from mockserver.contract.overlay_actions import Action, Applied

SHIPPED = directory("contracts") / "readings"
SCHEMA = SHIPPED / "schema.json"

Choices = Mapping[str, object]
"""The chosen value by the name of its reading. A value may be a number if its name looks like one."""
DEFAULTS: Choices = MappingProxyType({})
"""No choices: every reading has its default value."""


class ReadingError(LocatedError):
    """A reading is invalid, or a reading or its value is unknown. The error text lists every problem, one per line."""


class Value(NamedTuple):
    """One answer to the question of a reading: actions that change the documents, and rules of the service."""

    reading: str
    name: str
    description: str
    actions: tuple[Action, ...]
    rules: Mapping[str, str]


class Evidence(StrEnum):
    """The kind of traffic that supports a value of a reading."""

    ANSWERS = "answers"
    """A response is valid by the documents of one value only."""
    RULES = "rules"
    """The observed behaviour shows which rule applies."""
    NONE = "none"
    """No traffic supports a value."""


class Reading(NamedTuple):
    """A question that the documentation leaves open, and its answers by name, the default first."""

    name: str
    question: str
    evidence: Evidence
    values: Mapping[str, Value]

    @property
    def default(self) -> str:
        """The value that applies if none is chosen."""
        return next(iter(self.values))


def readings() -> Mapping[str, Reading]:
    """Return all readings by name. Raises ReadingError."""
    return MappingProxyType(
        {path.stem: _read(path, path.stat().st_mtime_ns) for path in sorted(SHIPPED.glob("*.yaml"))}
    )


def chosen(choices: Choices) -> tuple[Value, ...]:
    """Return the chosen values, in the order of `readings()`. Raises ReadingError."""
    if not choices:
        return ()
    known = readings()
    if problems := [Problem(Place(f"readings.{name}"), message) for name, message in _wrong_choices(choices, known)]:
        raise ReadingError(problems)
    return tuple(reading.values[str(choices[name])] for name, reading in known.items() if name in choices)


def wrong_choices(choices: Choices) -> Iterator[tuple[str, str]]:
    """Find unknown readings and values in choices. Yields the name of the reading and a message."""
    return _wrong_choices(choices, readings()) if choices else iter(())


class Change(NamedTuple):
    """A change made to a contract document: the file that defines it, its pointer in that file, and the changed values.

    `changed` are the pointers of the selected values in the document. `held` is the pointer of the update below
    `pointer`. `problems` are the parts of the change that could not be made.
    """

    path: Path
    pointer: str
    changed: tuple[str, ...] = ()
    held: str = "/update"
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, path: Path, pointer: str, applied: Applied) -> Change:
        """Return the change that an applied action made; `pointer` is that of the action."""
        change = cls(path, pointer, applied.selected)
        places = ((f"{pointer}{flaw.pointer}", flaw.message) for flaw in applied.flaws)
        return change._replace(problems=tuple(Problem(change._place(at), message, at) for at, message in places))

    def pointer_of(self, target: str) -> str:
        """Return the pointer in the file of the change that corresponds to a pointer of the document."""
        above = max((each for each in self.changed if f"{target}/".startswith(f"{each}/")), key=len, default=None)
        return self.pointer if above is None else f"{self.pointer}{self.held}{target[len(above) :]}"

    def says(self, target: str) -> bool:
        """Return whether the update contains the value at a pointer of the document."""
        pointer = self.pointer_of(target)
        try:
            reduce(pointers.step, pointers.split(pointer), located.read(self.path).data)
        except KeyError:
            return False
        return pointer != self.pointer

    def place_of(self, target: str) -> Place:
        """Return the place in the file of the change that corresponds to a pointer of the document."""
        return self._place(self.pointer_of(target), key=True)

    def _place(self, pointer: str, *, key: bool = False) -> Place:
        name = self.path.name if self.path.parent == SHIPPED else None
        return located.read(self.path, name).place(pointer, key=key)


def change(data: Any, document: str, choices: Choices) -> Iterator[Change]:
    """Apply the chosen readings to the data of the contract document with this name, one by one.

    Yields each change after it is made. Raises ReadingError.
    """
    for value in chosen(choices):
        path = SHIPPED / f"{value.reading}.yaml"
        if value.rules:
            data.setdefault("x-rules", {}).update(value.rules)
            yield Change(path, pointers.join("values", value.name, "rules"), ("/x-rules",), "")
        for number, action in enumerate(value.actions):
            if action.get("x-document", document) != document:
                continue
            from mockserver.contract import (
                overlay_actions,  # slow to import because of its JSONPath library
            )

            pointer = pointers.join("values", value.name, "actions", number)
            applied = Change.of(path, pointer, overlay_actions.apply(action, data))
            if applied.problems:
                raise ReadingError(applied.problems)
            yield applied


def _wrong_choices(choices: Choices, known: Mapping[str, Reading]) -> Iterator[tuple[str, str]]:
    for name, value in choices.items():
        if name not in known:
            yield name, f"there is no reading of this name{did_you_mean(name, known)}; there are {', '.join(known)}"
        elif str(value) not in (values := known[name].values):
            yield name, f"must be {choice([*values])}{did_you_mean(value, values)}"


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> Reading:  # noqa: ARG001 - it is part of the key of the cache
    source = located.read(path, path.name)
    if problems := list(_faults(source, path.stem)):
        raise ReadingError(problems)
    data = source.data
    values = {name: _value(data["name"], name, value) for name, value in data["values"].items()}
    evidence = Evidence.NONE if isinstance(data["evidence"], dict) else Evidence(data["evidence"])
    return Reading(data["name"], data["question"], evidence, MappingProxyType(values))


def _value(reading: str, name: str, data: Mapping[str, Any]) -> Value:
    return Value(
        reading=reading,
        name=name,
        description=data["description"],
        actions=tuple(data.get("actions", ())),
        rules=data.get("rules", {}),
    )


def _faults(source: Located, name: str) -> Iterator[Problem]:
    schema = json.loads(SCHEMA.read_bytes())
    for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(source.data):
        pointer = pointers.join(*error.instance_path)
        yield Problem(source.place(pointer), error.message, pointer)
    if isinstance(source.data, dict) and source.data.get("name", name) != name:
        yield Problem(source.place("/name"), f"name must be {name}, the name of the file", "/name")
