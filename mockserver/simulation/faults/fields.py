"""The fields and operations that faults refer to: looking them up in the contract, and changing a field of a body.

A path such as `body.id` or `body[].items[].text` names fields, and all items of a list with `[]`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from mockserver.contract import Operation, did_you_mean
from mockserver.contract import load as load_document
from mockserver.contract.document import SHIPPED
from mockserver.simulation.units import Found


def steps(path: str) -> list[str]:
    """Split a path into its fields, with `[]` for the items of a list."""
    return path.replace("[]", ".[]").split(".")


def change(value: object, path: list[str], changed: Callable[[object], object]) -> object:
    """Return a copy of the value with the values at a path changed, or the value itself if nothing changes."""
    if not path:
        return changed(value)
    step, *rest = path
    if step == "[]" and isinstance(value, list):
        items = [change(item, rest, changed) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict) and step in value:
        field = change(value[step], rest, changed)
        return value if field is value[step] else {**value, step: field}
    return value


def unknown_field(field: str, globs: Sequence[str], *path: str) -> Iterator[Found]:
    """Find a field that no response of the operations that match the globs has."""
    names = {name for glob in globs for name in matching(glob)}
    known = {each for name in names for each in _fields(name)}
    if names and field not in known:
        yield path, f"no response of these operations has the field {field}{did_you_mean(field, known)}"


def unknown_operation(glob: str, *path: str | int) -> Iterator[Found]:
    """Find a glob that matches no operation."""
    if not matching(glob):
        yield path, f"unknown operation {glob}{did_you_mean(glob, _operations())}"


def matching(glob: str) -> list[str]:
    """Return the names of the operations that match a glob."""
    return [name for name in _operations() if fnmatchcase(name, glob)]


@cache
def _operations() -> Mapping[str, Operation]:
    """Return the operations of the shipped contract documents by name."""
    documents = [load_document(path.stem) for path in sorted(SHIPPED.glob("*.yaml"))]
    return {operation.name: operation for document in documents for operation in document.operations.values()}


@cache
def _fields(operation: str) -> frozenset[str]:
    """Return the paths of all fields in the responses of an operation."""
    schemas = [answer.schema for answer in _operations()[operation].answers.values() if answer.schema]
    return frozenset(path for schema in schemas for path in _paths(schema, ""))


def _paths(schema: Mapping[str, Any], here: str) -> Iterator[str]:
    if here:
        yield here
    for name, field in schema.get("properties", {}).items():
        yield from _paths(field, f"{here}.{name}" if here else name)
    if "items" in schema:
        yield from _paths(schema["items"], f"{here}[]")
    for keyword in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(keyword, ()):
            yield from _paths(part, here)
