"""Overlay files: a user's corrections of the contract documents, as OpenAPI Overlays 1.0.

These extensions of the standard are supported: `x-readings` chooses readings. `x-rules` changes rules of the service.
An action's `x-document` names the contract document that it applies to; the default is the document of `extends`, or
all documents without it. A field that an overlay adds inherits the members it lacks from the field that its
`x-renamed-from` names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import jsonschema_rs

from mockserver.contract import located
from mockserver.contract import pointer as pointers
from mockserver.contract.located import Located, LocatedError, Problem
from mockserver.contract.messages import did_you_mean
from mockserver.contract.readings import Change, Choices, wrong_choices

Overlays = Sequence[Path]
"""Overlay files, applied one after another."""

EXTENSIONS = {"^x-": True}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["overlay", "info", "actions"],
    "properties": {
        "overlay": {"type": "string", "pattern": "^1\\.0\\.[0-9]+(-.+)?$", "description": "must be 1.0.0"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"title": {"type": "string"}, "version": {"type": "string"}},
            "patternProperties": EXTENSIONS,
            "additionalProperties": False,
        },
        "extends": {"type": "string"},
        "x-readings": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        "x-rules": {"type": "object", "additionalProperties": {"type": "string"}},
        "actions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["target"],
                "anyOf": [{"required": ["update"]}, {"required": ["remove"]}],
                "description": "an action needs a target, and an update or remove: true",
                "properties": {
                    "target": {
                        "type": "string",
                        "pattern": "^\\$",
                        "description": "must be a JSONPath such as $.paths",
                    },
                    "description": {"type": "string"},
                    "update": True,
                    "remove": {"type": "boolean"},
                    "x-document": {"type": "string"},
                },
                "patternProperties": EXTENSIONS,
                "additionalProperties": False,
            },
        },
    },
    "patternProperties": EXTENSIONS,
    "additionalProperties": False,
}
"""The schema of an overlay: the schema of the standard, except that each action must have an effect."""


class OverlayFileError(LocatedError):
    """An overlay file is invalid. The error text lists every problem, one per line."""


class _Overlay(NamedTuple):
    """The valid parts of an overlay file, each action with its pointer, and the problems of the other parts."""

    source: Located
    path: Path
    extends: str
    choices: dict[str, object]
    rules: dict[str, str]
    actions: dict[str, dict[str, Any]]
    problems: list[Problem]

    @property
    def extended(self) -> str:
        """The name of the document that the overlay applies to; empty for all documents."""
        return PurePosixPath(self.extends).stem


def problems(overlays: Overlays) -> Iterator[Problem]:
    """Find the invalid parts of overlay files. They are ignored when the overlays are applied. Raises LocatedError."""
    for overlay in overlays:
        yield from _read(overlay).problems


def effective(readings: Choices, overlays: Overlays) -> Choices:
    """Return the effective readings: `readings`, then those that the overlays choose, of which the last one wins.

    Raises LocatedError.
    """
    merged: dict[str, object] = {}
    for overlay in overlays:
        merged |= _read(overlay).choices
    return {**merged, **readings} if merged else readings


def change(data: Any, document: str, overlays: Overlays) -> Iterator[Change]:
    """Apply overlays to the data of the contract document with this name, action by action.

    Yields each change after it is made. Raises LocatedError for a file that is not YAML.
    """
    for path in overlays:
        from mockserver.contract import (
            overlay_actions,  # slow to import because of its JSONPath library
        )

        read = _read(path)
        if read.extended in ("", document) and read.rules:
            data.setdefault("x-rules", {}).update(read.rules)
            yield Change(path, "/x-rules", ("/x-rules",), "")
        for pointer, action in read.actions.items():
            if action.get("x-document", read.extended) in ("", document):
                yield Change.of(path, pointer, overlay_actions.apply(action, data))


def unmatched_actions(
    overlays: Overlays, changes: Mapping[str, Sequence[Change]], documents: Mapping[str, Any]
) -> Iterator[Problem]:
    """Find the parts of overlays without an effect: unknown documents, and actions that change no document.

    `changes` are the changes made, by document name; `documents` are the data of the documents by name.
    """
    if not overlays:
        return
    from mockserver.contract import overlay_actions

    met: defaultdict[tuple[Path, str], list[str]] = defaultdict(list)
    failed: set[tuple[Path, str]] = set()
    for each in (each for made in changes.values() for each in made):
        met[each.path, each.pointer] += each.changed
        if each.problems:
            failed.add((each.path, each.pointer))
    for path in overlays:
        read = _read(path)
        known = ", ".join(f"{name}.yaml" for name in documents)
        if read.extended and read.extended not in documents:
            hint = did_you_mean(read.extends, [f"{name}.yaml" for name in documents])
            message = f"there is no document {read.extends}{hint}; there are {known}"
            yield Problem(read.source.place("/extends"), message, "/extends")
            continue
        for pointer, action in read.actions.items():
            if (path, pointer) in failed:
                continue
            named = action.get("x-document", "")
            if named and named not in documents:
                message = (
                    f"there is no document {named}{did_you_mean(named, documents)}; there are {', '.join(documents)}"
                )
                yield Problem(read.source.place(f"{pointer}/x-document"), message, f"{pointer}/x-document")
                continue
            target, selected = action["target"], met[path, pointer]
            if idle := overlay_actions.idle(target, selected) if selected else [target]:
                aimed = named or read.extended
                data = [each for name, each in documents.items() if aimed in ("", name)]
                message = f"{', '.join(idle)} selects nothing{overlay_actions.nearest(target, data)}"
                yield Problem(read.source.place(f"{pointer}/target"), message, f"{pointer}/target")


def _read(path: Path) -> _Overlay:
    source = located.read(path)
    validator = jsonschema_rs.Draft202012Validator(SCHEMA)
    found = [problem for error in validator.iter_errors(source.data) for problem in _problems(source, error)]
    if not isinstance(source.data, dict):
        return _Overlay(source, path, "", {}, {}, {}, found)
    found += _misspelled(source)
    choices = _entries(source, "x-readings", found)
    wrong = {pointers.join("x-readings", name): message for name, message in wrong_choices(choices)}
    found += (Problem(source.place(pointer), message, pointer) for pointer, message in wrong.items())
    extends = source.data.get("extends", "")
    return _Overlay(
        source,
        path,
        extends if isinstance(extends, str) else "",
        _entries(source, "x-readings", found),
        _entries(source, "x-rules", found),
        {pointers.join("actions", number): each for number, each in _entries(source, "actions", found).items()},
        found,
    )


def _entries(source: Located, name: str, found: Iterable[Problem]) -> dict[Any, Any]:
    """Return the entries of a field, by key or index, that are free from the problems found."""
    field = source.data.get(name)
    entries: Iterable[tuple[Any, Any]] = ()
    if isinstance(field, {"array": list, "object": dict}[SCHEMA["properties"][name]["type"]]):
        entries = enumerate(field) if isinstance(field, list) else field.items()
    wrong = {"/".join(problem.pointer.split("/", 3)[:3]) for problem in found}
    return {key: value for key, value in entries if pointers.join(name, key) not in wrong}


def _misspelled(source: Located) -> Iterator[Problem]:
    """Find extensions that resemble a supported one. The standard allows any extension."""
    action = SCHEMA["properties"]["actions"]["items"]["properties"]
    actions = ((pointers.join("actions", number), each) for number, each in _entries(source, "actions", ()).items())
    fields_of = [("", source.data, SCHEMA["properties"]), *((*each, action) for each in actions)]
    for pointer, fields, known in fields_of:
        if not isinstance(fields, dict):
            continue
        for name in fields:
            if name not in known and name.startswith("x-") and (hint := did_you_mean(name, known)):
                field = f"{pointer}/{pointers.escape(name)}"
                yield Problem(source.place(field, key=True), f"there is no field {name} here{hint}", field)


def _problems(source: Located, error: jsonschema_rs.ValidationError) -> Iterator[Problem]:
    """Describe a violation of the overlay schema."""
    pointer, kind = pointers.join(*error.instance_path), error.kind
    whole: Any = SCHEMA
    part = reduce(pointers.step, error.schema_path[:-1], whole)
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        for name in kind.unexpected:
            hint = did_you_mean(name, part["properties"]) or f"; there are {', '.join(part['properties'])}"
            field = f"{pointer}/{pointers.escape(name)}"
            yield Problem(source.place(field, key=True), f"there is no field {name} here{hint}", field)
    else:
        yield Problem(source.place(pointer), part.get("description", error.message), pointer)
