"""The actions of an OpenAPI Overlay 1.0 that turn one version of a document's data into another."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mockserver.contract import pointer as pointers

if TYPE_CHECKING:
    from collections.abc import Iterator

Action = dict[str, Any]
_UNITS = {"paths": 3, "components": 3}
"""How many steps of a path name a unit of the document: an operation, a component."""


def actions(before: Any, after: Any) -> Iterator[Action]:
    """Yield the actions that change `before` into `after`: for each unit of the document its removals, then its update.

    Lists and single values are replaced whole.
    """
    yield from _actions(before, after, ())


def _actions(before: dict[str, Any], after: dict[str, Any], at: tuple[str, ...]) -> Iterator[Action]:
    if len(at) < _UNITS.get(at[0] if at else "paths", 1):
        gone = [name for name in before if name not in after]
        yield from ({"target": target((*at, name)), "remove": True} for name in gone)
        added = {name: deepcopy(value) for name, value in after.items() if name not in before}
        for name, value in before.items():
            if name in after and value != after[name]:
                if isinstance(value, dict) and isinstance(after[name], dict):
                    yield from _actions(value, after[name], (*at, name))
                else:
                    added[name] = deepcopy(after[name])
        if added:
            yield {"target": target(at), "update": added}
        return
    removals: list[tuple[str, ...]] = []
    update = _merge_patch(before, after, at, removals)
    yield from ({"target": target(path), "remove": True} for path in removals)
    if update:
        yield {"target": target(at), "update": update}


def _merge_patch(
    before: dict[str, Any], after: dict[str, Any], at: tuple[str, ...], removals: list[tuple[str, ...]]
) -> dict[str, Any]:
    """Return what to merge into `before`, and add the paths that have to be removed first."""
    update: dict[str, Any] = {}
    for name, value in before.items():
        path = (*at, name)
        if name not in after:
            removals.append(path)
        elif value != after[name]:
            new = after[name]
            if isinstance(value, dict) and isinstance(new, dict):
                if value.keys() & new.keys():
                    update[name] = _merge_patch(value, new, path, removals)
                    if not update[name]:
                        del update[name]
                    continue
                removals.append(path)
            update[name] = deepcopy(new)
    return update | {name: deepcopy(value) for name, value in after.items() if name not in before}


def target(path: tuple[str, ...]) -> str:
    """Return the JSONPath to a value by its keys."""
    return "$" + "".join(f"['{quoted(name)}']" for name in path)


def quoted(name: str) -> str:
    """Escape a name for a JSONPath segment in single quotes."""
    return name.replace("\\", "\\\\").replace("'", "\\'")


__all__ = ["Action", "actions", "pointers", "quoted", "target"]
