"""What stands where in the body of an answer, worked out once from the annotations of its schema.

A plan is a tree of the places of a body. `planner` makes it, `writer` writes by it, `reader` reads by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract.formats import Format
    from mockserver.contract.parts import Schema


class Path(NamedTuple):
    """The way to a value: its dotted name, split, and the positions of the parts of it that there may not be."""

    parts: tuple[str, ...]
    optional: tuple[int, ...] = ()

    def __str__(self) -> str:
        return ".".join(self.parts)


class Constant(NamedTuple):
    """Always the same value."""

    value: Any


class Leaf(NamedTuple):
    """A value of the result."""

    path: Path
    format: Format
    missing: Any
    """What is written where there is none: None or ABSENT."""


class Text(NamedTuple):
    """A text of several values: its fixed pieces, and the leaves between them."""

    pieces: tuple[str, ...]
    leaves: tuple[Leaf, ...]


class MadeUp(NamedTuple):
    """A value without a meaning: its schema, a label for its place, and the values that tell whose it is."""

    schema: Schema
    label: str
    identity: tuple[Path, ...]


class Object(NamedTuple):
    """An object with named fields."""

    fields: Mapping[str, Node]


class Items(NamedTuple):
    """An array with one item for each of these."""

    items: tuple[Node, ...]


class Each(NamedTuple):
    """An array, or with a `key` an object, of one item for each record of a list; or for one record if not `many`.

    With a `separator` it is a text of all items.
    """

    path: Path
    variable: str
    many: bool
    item: Node
    key: Leaf | None
    separator: str = ""


class Count(NamedTuple):
    """How many records a list has."""

    path: Path


class When(NamedTuple):
    """A value that stands there under a condition only; `missing` is what is written else.

    The value of the condition can have a name of its own in there.
    """

    path: Path
    node: Node
    missing: Any
    variable: str = ""


class Choice(NamedTuple):
    """The first of several alternatives whose condition holds; each with its schema."""

    branches: tuple[tuple[Schema, Node], ...]


Node = Constant | Leaf | Text | MadeUp | Object | Items | Each | Count | When | Choice


def leaves(node: Node | None) -> Iterator[Path]:
    """Yield the ways to all values that a plan uses."""
    if isinstance(node, Leaf | Each | Count):
        yield node.path
    for part in _parts(node):
        yield from leaves(part)


def told(node: Node | None, name: str, value: Any) -> Any:
    """Return what a value is read as once it is written by a plan: the words of several may be the same."""
    if isinstance(node, Leaf) and str(node.path) == name:
        return node.format.read(node.format.write(value) if node.format.write else value)
    return next((found for part in _parts(node) if (found := told(part, name, value)) is not None), None)


def _parts(node: Node | None) -> Sequence[Node | None]:
    match node:
        case Text(leaves=parts) | Items(items=parts):
            return parts
        case Object(fields):
            return tuple(fields.values())
        case Each(item=item, key=key):
            return (item, key)
        case When(node=part):
            return (part,)
        case Choice(branches):
            return tuple(branch for _, branch in branches)
    return ()
