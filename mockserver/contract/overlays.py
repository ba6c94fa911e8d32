"""Overlay files: a user's corrections of the contract documents, as OpenAPI Overlays 1.0.

These extensions of the standard are supported: `x-readings` chooses readings. `x-rules` changes rules of the service.
An action's `x-document` names the contract document that it applies to; the default is the document of `extends`, or
all documents without it. A field that an overlay adds inherits the members it lacks from the field that its
`x-renamed-from` names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    source: Located
    path: Path

    @property
    def extended(self) -> str:
        """The name of the document that the overlay applies to; empty for all documents."""
        return PurePosixPath(self.source.data.get("extends", "")).stem

    def actions(self, document: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the actions for a document, each with its pointer in the file."""
        for number, action in enumerate(self.source.data["actions"]):
            if action.get("x-document", self.extended) in ("", document):
                yield pointers.join("actions", number), action


def effective(readings: Choices, overlays: Overlays) -> Choices:
    """Return the effective readings: `readings`, then those that the overlays choose, of which the last one wins.

    Raises LocatedError.
    """
    merged: dict[str, object] = {}
    for overlay in overlays:
        merged |= _read(overlay).source.data.get("x-readings", {})
    return {**merged, **readings} if merged else readings


def change(data: Any, document: str, overlays: Overlays) -> Iterator[Change]:
    """Apply overlays to the data of the contract document with this name, action by action.

    Yields each change after it is made. Raises OverlayFileError.
    """
    for path in overlays:
        from mockserver.contract import (
            overlay_actions,  # slow to import because of its JSONPath library
        )

        read = _read(path)
        if read.extended in ("", document) and (rules := read.source.data.get("x-rules")):
            data.setdefault("x-rules", {}).update(rules)
            yield Change(path, "/x-rules", ("/x-rules",), "")
        for pointer, action in read.actions(document):
            try:
                yield Change(path, pointer, overlay_actions.apply(action, data))
            except overlay_actions.OverlayError as error:
                raise OverlayFileError([Problem(read.source.place(pointer), str(error), pointer)]) from None


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
    for each in (each for made in changes.values() for each in made):
        met[each.path, each.pointer] += each.changed
    for path in overlays:
        read = _read(path)
        known = ", ".join(f"{name}.yaml" for name in documents)
        if read.extended and read.extended not in documents:
            hint = did_you_mean(read.source.data["extends"], [f"{name}.yaml" for name in documents])
            message = f"there is no document {read.source.data['extends']}{hint}; there are {known}"
            yield Problem(read.source.place("/extends"), message, "/extends")
            continue
        for number, action in enumerate(read.source.data["actions"]):
            pointer = pointers.join("actions", number)
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
    problems = [problem for error in validator.iter_errors(source.data) for problem in _problems(source, error)]
    if not problems:
        problems = list(_misspelled(source))
    if not problems:
        choices = source.data.get("x-readings", {})
        problems = [
            Problem(source.place(pointer), message, pointer)
            for name, message in wrong_choices(choices)
            for pointer in [pointers.join("x-readings", name)]
        ]
    if problems:
        raise OverlayFileError(problems)
    return _Overlay(source, path)


def _misspelled(source: Located) -> Iterator[Problem]:
    """Find extensions that resemble a supported one. The standard allows any extension."""
    action = SCHEMA["properties"]["actions"]["items"]["properties"]
    actions = ((pointers.join("actions", number), each) for number, each in enumerate(source.data["actions"]))
    for pointer, fields, known in [("", source.data, SCHEMA["properties"]), *((*each, action) for each in actions)]:
        for name in fields:
            if name not in known and (hint := did_you_mean(name, known)):
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
