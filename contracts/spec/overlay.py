"""Changes of a document as data: the actions of an OpenAPI Overlay 1.0."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import jsonpath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonpath import JSONPathMatch

Action = dict[str, Any]
"""One change: `target` is a JSONPath (RFC 9535); what it selects gets an `update`, or is taken out with `remove`."""


class OverlayError(ValueError):
    """An action that cannot be applied; the text says why."""


def apply(action: Action, data: Any) -> None:
    """Change data in place. An action whose target selects nothing changes nothing. Raises OverlayError."""
    target = action["target"]
    try:
        found = {match.parts: match for match in jsonpath.finditer(target, data, strict=True)}
    except jsonpath.JSONPathError as error:
        raise OverlayError(f"{target} is not a JSONPath: {error.args[0]}") from None
    for match in found.values():
        if not isinstance(match.obj, dict | list):
            raise OverlayError(f"{target} selects what is neither a mapping nor a list: {match.path}")
    if action.get("remove"):
        for parts in sorted(found, reverse=True):  # of a list the last first, so that the other indices hold
            _remove(found[parts])
    else:
        for match in found.values():
            _update(match, deepcopy(action["update"]))


def _remove(match: JSONPathMatch) -> None:
    if match.parent is None:
        raise OverlayError("the whole document cannot be removed")
    holder: Any = match.parent.obj
    del holder[match.parts[-1]]


def _update(match: JSONPathMatch, update: Any) -> None:
    if isinstance(match.obj, list):
        match.obj.append(update)
    elif isinstance(match.obj, dict) and isinstance(update, dict):
        _merge(match.obj, update)
    else:
        raise OverlayError(f"{match.path} is a mapping, so that its update must be one, too")


def _merge(target: dict[str, Any], update: Mapping[str, Any]) -> None:
    for name, value in update.items():
        held = target.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            _merge(held, value)
        else:
            target[name] = value
