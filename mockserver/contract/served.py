"""A document as generators of clients like it: the same said so that each part of it becomes a type with a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMAS = "#/components/schemas/"

_OF_NUMBERS = ("minimum", "maximum")
CONSTRAINTS = {
    "string": ("pattern", "minLength", "maxLength", "format"),
    "integer": _OF_NUMBERS,
    "number": _OF_NUMBERS,
}
"""The keywords of a schema that say something of one type only."""

_CONSTRAINING = {name for names in CONSTRAINTS.values() for name in names}
_DATA = {"const", "default", "enum", "example", "examples"}


def name_unions(data: dict[str, Any]) -> None:
    """Make a component of each `oneOf` of components in an answer: `OrderAnswerOrFailure` for these two."""
    schemas = data["components"]["schemas"]
    for media in _answers(data):
        branches = media.get("schema", {}).get("oneOf", ())
        if branches and all(each.keys() == {"$ref"} for each in branches):
            name = "Or".join(each["$ref"].removeprefix(SCHEMAS) for each in branches)
            schemas.setdefault(name, media["schema"])
            media["schema"] = {"$ref": f"{SCHEMAS}{name}"}


def split_types(node: Any) -> None:
    """Give each of several types a schema of its own, with the constraints that are for it."""
    if isinstance(node, list):
        for inner in node:
            split_types(inner)
    elif isinstance(node, dict):
        types = node.get("type")
        if isinstance(types, list) and _CONSTRAINING & node.keys():
            del node["type"]
            said = {name: node.pop(name) for name in _CONSTRAINING & node.keys()}
            node["anyOf"] = [
                {"type": each, **{name: said[name] for name in CONSTRAINTS.get(each, ()) if name in said}}
                for each in types
            ]
        for name, inner in node.items():
            if name not in _DATA and not name.startswith("x-"):
                split_types(inner)


def _answers(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the media types of all responses."""
    operations = (each for item in data["paths"].values() for each in item.values() if "responses" in each)
    responses = [response for each in operations for response in each["responses"].values()]
    for response in (*responses, *data["components"].get("responses", {}).values()):
        yield from response.get("content", {}).values()
