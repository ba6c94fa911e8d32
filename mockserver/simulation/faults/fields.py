"""The fields of answers: which there are, and how one is changed in a body.

A path such as `body.orderId` or `body[].messages[].text` leads through fields by name, and through all items of a list.
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
    """The fields of a path in their order, `[]` for the items of a list."""
    return path.replace("[]", ".[]").split(".")


def change(value: object, way: list[str], changed: Callable[[object], object]) -> object:
    """The value with others at the end of a way. Nothing is changed in place; what stays as it is comes back itself."""
    if not way:
        return changed(value)
    step, *rest = way
    if step == "[]" and isinstance(value, list):
        items = [change(item, rest, changed) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict) and step in value:
        field = change(value[step], rest, changed)
        return value if field is value[step] else {**value, step: field}
    return value


def unknown_field(field: str, globs: Sequence[str], *path: str) -> Iterator[Found]:
    """Find a field that no answer of operations with names like these globs has."""
    names = {name for glob in globs for name in matching(glob)}
    known = {each for name in names for each in _fields(name)}
    if names and field not in known:
        yield path, f"no answer of these operations has {field}{did_you_mean(field, known)}"


def unknown_operation(glob: str, *path: str | int) -> Iterator[Found]:
    """Find a glob that no name of an operation is like."""
    if not matching(glob):
        yield path, f"no operation is called {glob}{did_you_mean(glob, _operations())}"


def matching(glob: str) -> list[str]:
    """The names of operations that are like a glob."""
    return [name for name in _operations() if fnmatchcase(name, glob)]


@cache
def _operations() -> Mapping[str, Operation]:
    """The operations of the contract documents by name, the same for every scenario."""
    documents = [load_document(path.stem) for path in sorted(SHIPPED.glob("*.yaml"))]
    return {operation.name: operation for document in documents for operation in document.operations.values()}


@cache
def _fields(operation: str) -> frozenset[str]:
    """The paths of all fields that an operation may answer."""
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
