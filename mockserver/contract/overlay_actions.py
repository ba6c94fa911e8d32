"""The actions of an OpenAPI Overlay 1.0: applying them, and finding targets that select nothing."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonpath

from mockserver.contract import pointer as pointers
from mockserver.contract.messages import did_you_mean, most_similar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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


class Flaw(NamedTuple):
    """A part of an action that cannot be applied: its pointer in the action, and the reason."""

    pointer: str
    message: str


class Applied(NamedTuple):
    """The result of an action: the pointers of the selected values, and the parts that cannot be applied."""

    selected: tuple[str, ...]
    flaws: tuple[Flaw, ...] = ()


class _OverlayError(ValueError):
    """A whole action cannot be applied. The text is the reason."""


def apply(action: Action, data: Any) -> Applied:
    """Apply an action to data in place."""
    try:
        found = _select(action, data)
        if action.get("remove"):
            for parts in sorted(found, reverse=True):  # from a list the last first: the other indices stay valid
                _remove(found[parts])
            flaws: list[Flaw] = []
        else:
            flaws = [flaw for match in found.values() for flaw in _update(match, deepcopy(action["update"]))]
    except _OverlayError as error:
        return Applied((), (Flaw("", str(error)),))
    return Applied(tuple(pointers.join(*parts) for parts in found), tuple(dict.fromkeys(flaws)))


@lru_cache(maxsize=1024)
def _compiled(target: str) -> Any:
    """Compile the JSONPath of a target, which every document is searched for. Raises jsonpath.JSONPathError."""
    return jsonpath.compile(target, strict=True)


def _select(action: Action, data: Any) -> dict[tuple[str | int, ...], JSONPathMatch]:
    """Return the values that an action selects, by their keys and indices in the data. Raises _OverlayError."""
    target = action["target"]
    if target.count("..") > MAXIMUM_DESCENTS:
        raise _OverlayError(f"{target} contains .. more than {MAXIMUM_DESCENTS} times: write the path out")
    try:
        matches = list(islice(_compiled(target).finditer(data), MAXIMUM_MATCHES + 1))
    except jsonpath.JSONPathError as error:
        raise _OverlayError(f"{target} is not a JSONPath: {error.args[0]}") from None
    if len(matches) > MAXIMUM_MATCHES:
        raise _OverlayError(f"{target} selects more than {MAXIMUM_MATCHES} values")
    found = {match.parts: match for match in matches}
    for match in found.values():
        if not (action.get("remove") or isinstance(match.obj, dict | list)):
            raise _OverlayError(f"{target} updates a value that is neither a mapping nor a list: {match.path}")
    return found


def nearest(target: str, documents: Sequence[Any]) -> str:
    """Return `, did you mean X?` for a target that selects nothing, if one of its names resembles an existing name."""
    query = _compiled(target)
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
    query = _compiled(target)
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
        raise _OverlayError("the whole document cannot be removed")
    holder: Any = match.parent.obj
    del holder[match.parts[-1]]


def _update(match: JSONPathMatch, update: Any) -> list[Flaw]:
    value: Any = match.obj
    if isinstance(value, list):
        value.append(update)
        return []
    if not isinstance(update, dict):
        raise _OverlayError(f"{match.path} is a mapping, so its update must be a mapping too")
    return [*_merge(value, update, "/update")]


def _merge(target: dict[str, Any], update: Mapping[str, Any], pointer: str) -> Iterator[Flaw]:
    """Merge an update into a mapping. Yields the parts that cannot be merged, each with its pointer in the action."""
    for name, value in update.items():
        if isinstance(value, dict) and isinstance(value.get(RENAMED_FROM), str):
            yield from _inherit(target, value, f"{pointer}/{pointers.escape(name)}")
    for name, value in update.items():
        held = target.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            yield from _merge(held, value, f"{pointer}/{pointers.escape(name)}")
        else:
            target[name] = value


def _inherit(target: Mapping[str, Any], added: dict[str, Any], pointer: str) -> Iterator[Flaw]:
    """Copy missing members into an added field from the field that its `x-renamed-from` names.

    If that name is misspelt, the most similar field is used, so that the misspelling causes no further problems.
    """
    former = added[RENAMED_FROM]
    fields = [name for name, value in target.items() if isinstance(value, dict)]
    if former not in fields:
        hint = did_you_mean(former, fields) or "; rename a field before it is removed"
        yield Flaw(f"{pointer}/{RENAMED_FROM}", f"there is no {former} here{hint}")
        former = most_similar(former, fields)
    for name, value in target.get(former, {}).items():
        added.setdefault(name, deepcopy(value))
