"""Schemas of values whose meaning is unknown: their types and forms, and values that never change."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.drift.inference.text_patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.contract.parts import Schema
    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.meaning import Path

_FORMATS = {
    "uuid": re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII),
}
ENOUGH = 3
"""How often a value must have been seen before it is always the same."""
_COMMON = 10
"""How often a field must have had the same value in all responses before nobody is asked what it means."""
_SMALL = 100
"""A number below can stand for others that were not seen."""


def plain(node: Node) -> Schema:
    """Return a schema of the types that were seen, without a meaning."""
    found: Schema = {}
    kinds = node.types
    if kinds:
        found["type"] = kinds[0] if len(kinds) == 1 else kinds
    if node.is_tuple:
        return found
    if node.members:
        required = [name for name, inner in node.members.items() if inner.times == node.kinds["object"]]
        found |= {"required": required} if required else {}
        found["properties"] = {name: plain(inner) for name, inner in node.members.items()}
    texts = [value for value in node.distinct if isinstance(value, str)]
    if node.kind == "string":
        found |= {name: value for name, value in (("format", format_of(texts)), ("pattern", _form(texts))) if value}
    if node.kind in ("integer", "number") and all(value >= 0 for value in node.distinct):
        found["minimum"] = 0
    if node.item is not None and node.item.times:
        found["additionalProperties" if node.keys else "items"] = plain(node.item)
    return found


def format_of(texts: Sequence[str]) -> str:
    """Return the format of JSON Schema that all texts have: `uuid` or `date-time`; empty if they have none."""
    return next((name for name, form in _FORMATS.items() if texts and all(map(form.fullmatch, texts))), "")


def _form(texts: Sequence[str]) -> str:
    """Return a pattern that all texts match; for times it is the zone at their end. Empty if there is none."""
    match format_of(texts):
        case "uuid":
            return ""
        case "date-time":
            zones = {text[len("2025-06-15T15:06:40") :].lstrip(".0123456789") for text in texts}
            return f"{re.escape(zones.pop())}$" if len(zones) == 1 else ""
    return pattern(texts)


class Constant(NamedTuple):
    """The only value that a field has in all responses of a document: how often, and in how many operations."""

    value: str
    times: int
    operations: int

    @property
    def is_certain(self) -> bool:
        """Whether it is so common that nobody needs to be asked what it means."""
        return self.times >= _COMMON and self.operations > 1


def constants(roots: Iterable[Node]) -> Mapping[Path, Constant]:
    """Return the fields that have the same text in all responses, by path and by name alone."""
    seen: defaultdict[Path, list[Node]] = defaultdict(list)
    for root in roots:
        for node in root.walk():
            if node.path and node.kinds:
                for path in dict.fromkeys((node.path, node.path[-1:])):
                    seen[path].append(node)
    found = {}
    for path, nodes in seen.items():
        values = {value for node in nodes for value in node.distinct if isinstance(value, str)}
        times = sum(node.times for node in nodes)
        if len(values) == 1 and all(node.kinds.keys() == {"string"} for node in nodes) and times >= ENOUGH:
            (value,) = values
            if value:
                found[path] = Constant(value, times, len(nodes))
    return found


def constant_of(node: Node) -> Any:
    """Return the only value of a place, if it was seen often enough, and is no number; otherwise None."""
    distinct = node.distinct
    is_word = len(distinct) == 1 and isinstance(distinct[0], bool | str) and distinct[0] != ""
    return distinct[0] if is_word and len(node.cells) == node.times >= ENOUGH and "null" not in node.kinds else None


def is_plain(value: Any) -> bool:
    """Return whether a value that was seen once can stand for others: a word, a flag, a small number."""
    if isinstance(value, str):
        return value.isalpha()
    return isinstance(value, bool | int) and 0 <= value < _SMALL
