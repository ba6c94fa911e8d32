"""Readings: what the documentation leaves open, and each way in which it can be understood."""

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
    from mockserver.contract.overlay_actions import Action

SHIPPED = directory("contracts") / "readings"
SCHEMA = SHIPPED / "schema.json"

Choices = Mapping[str, object]
"""Values by the names of their readings. A value may be a number where its name looks like one."""
DEFAULTS: Choices = MappingProxyType({})
"""No choice: every reading has its default value."""


class ReadingError(LocatedError):
    """A reading cannot be used, or there is none of this name or value. Its text lists every problem, one a line."""


class Value(NamedTuple):
    """One way to understand what a reading leaves open: actions that change the documents, and rules of the service."""

    reading: str
    name: str
    description: str
    actions: tuple[Action, ...]
    rules: Mapping[str, str]


class Evidence(StrEnum):
    """By which facts traffic speaks for a value of a reading."""

    ANSWERS = "answers"
    """An answer fits the documents of one value only."""
    RULES = "rules"
    """What happens shows which rule is kept."""
    NONE = "none"
    """Nothing that is exchanged tells."""


class Reading(NamedTuple):
    """A question that the documentation leaves open, and its answers by name, the default first."""

    name: str
    question: str
    evidence: Evidence
    values: Mapping[str, Value]

    @property
    def default(self) -> str:
        """The answer that holds where none is chosen."""
        return next(iter(self.values))


def readings() -> Mapping[str, Reading]:
    """Return all readings by name. Raises ReadingError."""
    return MappingProxyType(
        {path.stem: _read(path, path.stat().st_mtime_ns) for path in sorted(SHIPPED.glob("*.yaml"))}
    )


def chosen(choices: Choices) -> tuple[Value, ...]:
    """Return the values that are chosen, in the order of `readings()`. Raises ReadingError."""
    if not choices:
        return ()
    known = readings()
    if problems := [Problem(Place(f"readings.{name}"), message) for name, message in _wrong_choices(choices, known)]:
        raise ReadingError(problems)
    return tuple(reading.values[str(choices[name])] for name, reading in known.items() if name in choices)


def wrong_choices(choices: Choices) -> Iterator[tuple[str, str]]:
    """Find the choices that there are not: the name that is given for a reading, and what is wrong with it."""
    return _wrong_choices(choices, readings()) if choices else iter(())


class Change(NamedTuple):
    """A change of a contract document that was made: the file that says so, its pointer there, and what it changed.

    `changed` are the pointers of what its target selects in the document; `held` is where the file holds the update.
    """

    path: Path
    pointer: str
    changed: tuple[str, ...] = ()
    held: str = "/update"

    def pointer_of(self, wrong: str) -> str:
        """Return the pointer, in the file of the change, of what is wrong at a pointer of the document."""
        above = max((each for each in self.changed if f"{wrong}/".startswith(f"{each}/")), key=len, default=None)
        return self.pointer if above is None else f"{self.pointer}{self.held}{wrong[len(above) :]}"

    def says(self, wrong: str) -> bool:
        """Say whether its update holds what is at a pointer of the document."""
        pointer = self.pointer_of(wrong)
        try:
            reduce(pointers.step, pointers.split(pointer), located.read(self.path).data)
        except KeyError:
            return False
        return pointer != self.pointer

    def place_of(self, wrong: str) -> Place:
        """Return the place, in the file of the change, of what is wrong at a pointer of the document."""
        name = self.path.name if self.path.parent == SHIPPED else None
        return located.read(self.path, name).place(self.pointer_of(wrong), key=True)


def change(data: Any, document: str, choices: Choices) -> Iterator[Change]:
    """Change the data of the contract document of this name as the chosen readings say, one by one.

    Yields each change once it is made. Raises ReadingError.
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
                overlay_actions,  # with its library for JSONPath, takes a tenth of a second to import
            )

            pointer = pointers.join("values", value.name, "actions", number)
            try:
                yield Change(path, pointer, overlay_actions.apply(action, data))
            except overlay_actions.OverlayError as error:
                raise ReadingError([Problem(Change(path, pointer).place_of(""), str(error), pointer)]) from None


def _wrong_choices(choices: Choices, known: Mapping[str, Reading]) -> Iterator[tuple[str, str]]:
    for name, value in choices.items():
        if name not in known:
            yield name, f"there is no reading of this name{did_you_mean(name, known)}; there are {', '.join(known)}"
        elif str(value) not in (values := known[name].values):
            yield name, f"must be {choice([*values])}{did_you_mean(value, values)}"


@lru_cache(maxsize=64)
def _read(path: Path, modified: int) -> Reading:  # noqa: ARG001 - a file that is written anew is read anew
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
        yield Problem(source.place("/name"), f"the name of a reading is that of its file, {name}", "/name")
