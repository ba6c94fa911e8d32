"""Schemas of values whose meaning is unknown: their types and forms, and values that never change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockserver.drift.inference.text_patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.contract.parts import Schema
    from mockserver.drift.inference.bodies import Node

_FORMATS = {
    "uuid": re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII),
}
ENOUGH = 3
"""How often a value must have been seen before it is always the same."""
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
