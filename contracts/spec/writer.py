"""Writing results as JSON by a plan. A plan is compiled once into plain functions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from contracts.spec.absent import ABSENT
from contracts.spec.plan import Choice, Constant, Each, Items, Leaf, MadeUp, Object, Text, When

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.spec.plan import Node, Path

def compiled(node: Node, make_up: Callable[[MadeUp, Any], Any]) -> Callable[[Any], Any]:
    """Return a function that writes results by a plan.

    The values of a result are attributes, by their dotted names. `make_up` makes a value up for a place without a
    meaning. The function returns ABSENT where nothing is written.
    """
    match node:
        case Constant(value):
            return lambda _: value
        case Leaf():
            return _leaf(node)
        case Text(pieces, leaves):
            return _text(pieces, [_leaf(leaf) for leaf in leaves])
        case MadeUp():
            return lambda result: make_up(node, result)
        case Object():
            return _object(node, make_up)
        case Items(items):
            writers = [compiled(item, make_up) for item in items]
            return lambda result: [write(result) for write in writers]
        case Each():
            return _each(node, make_up)
        case When(path, inner, missing):
            holds, write = _getter(path), compiled(inner, make_up)
            return lambda result: write(result) if holds(result) else missing
        case Choice(branches):
            return _choice([compiled(branch, make_up) for _, branch in branches])


def _getter(path: Path) -> Callable[[Any], Any]:
    """Return a function that gets a value; None where a part of the way to it is missing."""
    if path.optional < 0 or path.optional == len(path.parts) - 1 == 0:
        return attrgetter(str(path))

    return path.value


def _leaf(leaf: Leaf) -> Callable[[Any], Any]:
    get, write, missing = _getter(leaf.path), leaf.format.write, leaf.missing
    if leaf.path.optional >= 0:

        def optional(result: Any) -> Any:
            value = get(result)
            if value is None:
                return missing
            return value if write is None else write(value)

        return optional
    return get if write is None else lambda result: write(get(result))


def _text(pieces: tuple[str, ...], leaves: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    first, *others = pieces

    def write(result: Any) -> str:
        return first + "".join(
            f"{value(result)}{piece}" for value, piece in zip(leaves, others, strict=True)
        )

    return write


def _object(node: Object, make_up: Callable[[MadeUp, Any], Any]) -> Callable[[Any], Any]:
    """Return what writes an object: most values of it are got at once."""
    template = {name: field.value if isinstance(field, Constant) else None for name, field in node.fields.items()}
    plain: dict[str, Leaf] = {}
    others: dict[str, Callable[[Any], Any]] = {}
    for name, field in node.fields.items():
        if isinstance(field, Leaf) and field.path.optional < 0:
            plain[name] = field
        elif not isinstance(field, Constant):
            others[name] = compiled(field, make_up)
    formats = [(name, leaf.format.write) for name, leaf in plain.items() if leaf.format.write is not None]
    written = list(others.items())
    get = attrgetter(*(str(leaf.path) for leaf in plain.values())) if plain else None
    names = tuple(plain)
    single = len(names) == 1

    def write(result: Any) -> dict[str, Any]:
        body = template.copy()
        if get is not None:
            if single:
                body[names[0]] = get(result)
            else:
                body.update(zip(names, get(result), strict=False))
        for name, format_ in formats:
            body[name] = format_(body[name])
        for name, inner in written:
            value = inner(result)
            if value is ABSENT:
                del body[name]
            else:
                body[name] = value
        return body

    return write


def _each(node: Each, make_up: Callable[[MadeUp, Any], Any]) -> Callable[[Any], Any]:
    get, variable, many = _getter(node.path), node.variable, node.many
    write = compiled(node.item, make_up)
    key = _leaf(node.key) if node.key is not None else None

    def items(result: Any) -> Any:
        found = get(result)
        if many:
            return found or ()
        return () if found is None else (found,)

    if key is None:

        def listed(result: Any) -> list[Any]:
            body = []
            for item in items(result):
                setattr(result, variable, item)
                body.append(write(result))
            return body

        return listed

    def keyed(result: Any) -> dict[str, Any]:
        body = {}
        for item in items(result):
            setattr(result, variable, item)
            body[key(result)] = write(result)
        return body

    return keyed


def _choice(branches: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def write(result: Any) -> Any:
        for branch in branches:
            value = branch(result)
            if value is not ABSENT:
                return value
        return ABSENT

    return write
