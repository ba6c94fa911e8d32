"""Overlay files: what a user knows better than a contract document, as an OpenAPI Overlay 1.0.

Of the fields that an overlay may have beside the standard, three mean something here: `x-readings` chooses readings;
an action's `x-document` names the contract document that it is for (by default `extends` does, else it is for all);
and in a schema or parameter that an overlay writes, `x-renamed-from` says what it was called before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import jsonschema_rs

from contracts.spec import located
from contracts.spec import pointer as pointers
from contracts.spec.choices import Change, Choices, wrong_choices
from contracts.spec.located import Located, LocatedError, Problem

Overlays = Sequence[Path]
"""Overlay files, applied one after another."""

EXTENSIONS = {"^x-": True}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["overlay", "info", "actions"],
    "properties": {
        "overlay": {"type": "string", "pattern": "^1\\.0\\.[0-9]+(-.+)?$"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"title": {"type": "string"}, "version": {"type": "string"}},
            "patternProperties": EXTENSIONS,
            "additionalProperties": False,
        },
        "extends": {"type": "string"},
        "x-readings": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        "actions": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["target"],
                "anyOf": [{"required": ["update"]}, {"required": ["remove"]}],
                "properties": {
                    "target": {"type": "string", "pattern": "^\\$"},
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
"""What an overlay is here: the standard's own schema, but that each action must do something."""


class OverlayFileError(LocatedError):
    """An overlay file cannot be used. Its text lists every problem found, one a line."""


class _Overlay(NamedTuple):
    source: Located
    path: Path

    def actions(self, document: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the actions for a document, each with its pointer in the file."""
        extended = PurePosixPath(self.source.data.get("extends", "")).stem
        for number, action in enumerate(self.source.data["actions"]):
            if action.get("x-document", extended) in ("", document):
                yield pointers.join("actions", number), action


def effective(readings: Choices, overlays: Overlays) -> Choices:
    """Return the readings that hold with these overlays: those chosen here, then those of the last overlay that does.

    Raises LocatedError.
    """
    merged: dict[str, object] = {}
    for overlay in overlays:
        merged |= _read(overlay).source.data.get("x-readings", {})
    return {**merged, **readings} if merged else readings


def change(data: Any, document: str, overlays: Overlays) -> Iterator[Change]:
    """Change the data of the contract document of this name as overlays say, action by action.

    Yields each change once it is made. Raises OverlayFileError.
    """
    for path in overlays:
        from contracts.spec import overlay  # with its library for JSONPath, takes a tenth of a second to import

        read = _read(path)
        for pointer, action in read.actions(document):
            try:
                overlay.apply(action, data)
            except overlay.OverlayError as error:
                raise OverlayFileError([Problem(read.source.place(pointer), str(error), pointer)]) from None
            yield Change(path, pointer)


def _read(path: Path) -> _Overlay:
    source = located.read(path)
    validator = jsonschema_rs.Draft202012Validator(SCHEMA)
    problems = [_problem(source, error) for error in validator.iter_errors(source.data)]
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


def _problem(source: Located, error: Any) -> Problem:
    pointer = pointers.join(*error.instance_path)
    return Problem(source.place(pointer), error.message, pointer)
