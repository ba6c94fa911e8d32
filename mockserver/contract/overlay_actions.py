"""Changes of a document as data: the actions of an OpenAPI Overlay 1.0."""

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
"""One change: `target` is a JSONPath (RFC 9535); what it selects gets an `update`, or is taken out with `remove`."""

RENAMED_FROM = "x-renamed-from"
"""In a field that an overlay adds: the name of the field beside it, from which it takes over what it does not say."""

_WORD = re.compile(r"['\"]([^'\"]+)['\"]")
"""A text in a filter."""

MAXIMUM_DESCENTS = 2
"""How often a target may say `..`: each one multiplies the values that are visited."""
MAXIMUM_MATCHES = 10_000
"""How many values a target may select."""


class OverlayError(ValueError):
    """An action that cannot be applied; the text says why."""


def apply(action: Action, data: Any) -> tuple[str, ...]:
    """Change data in place. Returns the pointers of what the target selects; nothing may be changed then.

    Raises OverlayError.
    """
    target = action["target"]
    if target.count("..") > MAXIMUM_DESCENTS:
        raise OverlayError(f"{target} says .. more than {MAXIMUM_DESCENTS} times: name the way to what is meant")
    try:
        matches = list(islice(jsonpath.finditer(target, data, strict=True), MAXIMUM_MATCHES + 1))
    except jsonpath.JSONPathError as error:
        raise OverlayError(f"{target} is not a JSONPath: {error.args[0]}") from None
    if len(matches) > MAXIMUM_MATCHES:
        raise OverlayError(f"{target} selects more than {MAXIMUM_MATCHES} values")
    found = {match.parts: match for match in matches}
    for match in found.values():
        if not (action.get("remove") or isinstance(match.obj, dict | list)):
            raise OverlayError(f"{target} updates what is neither a mapping nor a list: {match.path}")
    if action.get("remove"):
        for parts in sorted(found, reverse=True):  # of a list the last first, so that the other indices hold
            _remove(found[parts])
    else:
        for match in found.values():
            _update(match, deepcopy(action["update"]))
    return tuple(pointers.join(*parts) for parts in found)


def nearest(target: str, documents: Sequence[Any]) -> str:
    """Return `, did you mean X?` for a target that selects nothing, if one of its names is nearly one that is there."""
    query = jsonpath.compile(target)
    if not isinstance(query, jsonpath.JSONPath):
        return ""
    segments = query.segments
    for data in documents:
        holder = data
        for segment in segments:
            names = _names(segment)
            wanted, known = (names, holder) if names else (_WORD.findall(str(segment)), _words(holder))
            missing = [name for name in wanted if name not in known]
            if hint := next(filter(None, (did_you_mean(name, known) for name in missing)), ""):
                return hint
            if missing or len(names) != 1 or not isinstance(holder, dict):
                break
            holder = holder[names[0]]
    return ""


def idle(target: str, selected: Iterable[str]) -> list[str]:
    """Return those of several names that a target lists, such as `['a', 'b']`, that select nothing.

    `selected` are the pointers of what it selects.
    """
    query = jsonpath.compile(target)
    segments = query.segments if isinstance(query, jsonpath.JSONPath) else ()
    met = {token for pointer in selected for token in pointers.split(pointer)}
    return [name for segment in segments for name in _names(segment) if name not in met]


def _names(segment: Any) -> list[str]:
    return [selector.name for selector in segment.selectors if hasattr(selector, "name")]


def _words(holder: Any) -> set[str]:
    """Return the texts in the items of a mapping or a list, among which a filter chooses."""
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
        raise OverlayError(f"{match.path} is a mapping, so that its update must be one, too")


def _inherit(target: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    """Let new fields take over what they do not say themselves from those whose names they replace."""
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
