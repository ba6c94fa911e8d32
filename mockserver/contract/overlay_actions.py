"""The actions of an OpenAPI Overlay 1.0: applying them, and finding targets that select nothing."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonpath

from mockserver.contract import pointer as pointers
from mockserver.contract.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jsonpath import JSONPathMatch

Action = dict[str, Any]
"""An action: `target` is a JSONPath (RFC 9535). The selected values get the `update`, or are removed by `remove`."""

RENAMED_FROM = "x-renamed-from"
"""In a field that an overlay adds: the name of the sibling field from which it inherits the members it lacks."""

_STRING = re.compile(r"['\"]([^'\"]+)['\"]")
"""A string literal in a filter."""

MAXIMUM_DESCENTS = 2
"""The maximum number of `..` in a target: each one multiplies the number of visited values."""
MAXIMUM_MATCHES = 10_000
"""The maximum number of values that a target may select."""


class OverlayError(ValueError):
    """An action cannot be applied. The text is the reason."""


def apply(action: Action, data: Any) -> tuple[str, ...]:
    """Apply an action to data in place. Returns the pointers of the selected values, empty if there are none.

    Raises OverlayError.
    """
    target = action["target"]
    if target.count("..") > MAXIMUM_DESCENTS:
        raise OverlayError(f"{target} contains .. more than {MAXIMUM_DESCENTS} times: write the path out")
    try:
        matches = list(islice(jsonpath.finditer(target, data, strict=True), MAXIMUM_MATCHES + 1))
    except jsonpath.JSONPathError as error:
        raise OverlayError(f"{target} is not a JSONPath: {error.args[0]}") from None
    if len(matches) > MAXIMUM_MATCHES:
        raise OverlayError(f"{target} selects more than {MAXIMUM_MATCHES} values")
    found = {match.parts: match for match in matches}
    for match in found.values():
        if not (action.get("remove") or isinstance(match.obj, dict | list)):
            raise OverlayError(f"{target} updates a value that is neither a mapping nor a list: {match.path}")
    if action.get("remove"):
        for parts in sorted(found, reverse=True):  # from a list the last first, so that the other indices stay valid
            _remove(found[parts])
    else:
        for match in found.values():
            _update(match, deepcopy(action["update"]))
    return tuple(pointers.join(*parts) for parts in found)


def nearest(target: str, documents: Sequence[Any]) -> str:
    """Return `, did you mean X?` for a target that selects nothing, if one of its names resembles an existing name."""
    query = jsonpath.compile(target)
    if not isinstance(query, jsonpath.JSONPath):
        return ""
    segments = query.segments
    for data in documents:
        holder = data
        for segment in segments:
            names = _names(segment)
            wanted, known = (names, holder) if names else (_STRING.findall(str(segment)), _strings(holder))
            missing = [name for name in wanted if name not in known]
            if hint := next(filter(None, (did_you_mean(name, known) for name in missing)), ""):
                return hint
            if missing or len(names) != 1 or not isinstance(holder, dict):
                break
            holder = holder[names[0]]
    return ""


def idle(target: str, selected: Iterable[str]) -> list[str]:
    """Return the names in a target, such as `['a', 'b']`, that select nothing.

    `selected` are the pointers of the selected values.
    """
    query = jsonpath.compile(target)
    segments = query.segments if isinstance(query, jsonpath.JSONPath) else ()
    met = {token for pointer in selected for token in pointers.split(pointer)}
    return [name for segment in segments for name in _names(segment) if name not in met]


def _names(segment: Any) -> list[str]:
    return [selector.name for selector in segment.selectors if hasattr(selector, "name")]


def _strings(holder: Any) -> set[str]:
    """Return the strings in the items of a mapping or a list, which a filter can compare."""
    items = holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ()
    return {value for item in items if isinstance(item, dict) for value in item.values() if isinstance(value, str)}


def _remove(match: JSONPathMatch) -> None:
    if match.parent is None:
        raise OverlayError("the whole document cannot be removed")
    holder: Any = match.parent.obj
    del holder[match.parts[-1]]


def _update(match: JSONPathMatch, update: Any) -> None:
    if isinstance(match.obj, list):
        match.obj.append(update)
    elif isinstance(match.obj, dict) and isinstance(update, dict):
        _inherit(match.obj, update)
        _merge(match.obj, update)
    else:
        raise OverlayError(f"{match.path} is a mapping, so its update must be a mapping too")


def _inherit(target: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Copy missing members into each added field from the field that its `x-renamed-from` names."""
    for added in update.values():
        if not isinstance(added, dict) or RENAMED_FROM not in added:
            continue
        former = added[RENAMED_FROM]
        if former not in target:
            raise OverlayError(
                f"there is no {former} here{did_you_mean(former, target)}: rename a field before it is removed"
            )
        for name, value in target[former].items():
            added.setdefault(name, deepcopy(value))


def _merge(target: dict[str, Any], update: Mapping[str, Any]) -> None:
    for name, value in update.items():
        held = target.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            _merge(held, value)
        else:
            target[name] = value
