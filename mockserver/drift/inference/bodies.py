"""The common shape of recorded bodies: objects, lists, objects keyed by data, and columns of single values."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mockserver.drift.inference.encodings import json_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

Key = TypeVar("Key", bound="Hashable")
Instance = tuple[int | str, ...]
"""The place of a value in the recording: the number of its body, then the index or key of each list around it."""

LISTED, KEYED = "[]", "{}"
"""The steps of a path into the items of an array, and into the members of an object keyed by data."""
MAXIMUM_PARTS = 4
"""The maximum number of values in a text of several values."""
MAXIMUM_ITEMS = 8
"""The maximum number of items of an array in which each has a meaning of its own."""
_WORD = re.compile(r"[A-Za-z0-9]+")
_SEPARATOR = re.compile(r"([^A-Za-z0-9]+)")


class Node:
    """A place in the bodies of an operation's responses, with everything that was seen there."""

    def __init__(self, path: tuple[str, ...] = ()) -> None:
        self.path = path
        self.kinds: Counter[str] = Counter()
        self.members: dict[str, Node] = {}
        self.item: Node | None = None
        self.keys: dict[Instance, str] = {}
        self.cells: dict[Instance, Any] = {}
        self.lengths: dict[Instance, int] = {}
        self.is_keyed = False
        self.is_tuple = False

    @property
    def times(self) -> int:
        """How often there was a value here."""
        return self.kinds.total()

    @property
    def types(self) -> list[str]:
        """The JSON Schema types of the values; `number` includes `integer`, and null comes last."""
        found = [kind for kind in self.kinds if not (kind == "integer" and "number" in self.kinds)]
        return sorted(found, key=lambda kind: kind == "null")

    @property
    def kind(self) -> str:
        """The only type apart from null; empty if there are several or none."""
        found = [kind for kind in self.types if kind != "null"]
        return found[0] if len(found) == 1 else ""

    @property
    def distinct(self) -> list[Any]:
        """The different single values, without null. True is another value than 1."""
        return [
            value
            for _, value in dict.fromkeys((type(value), value) for value in self.cells.values())
            if value is not None
        ]

    def at(self, path: Sequence[str]) -> Node | None:
        """Return the place below this one with a path; None if nothing was seen there."""
        found: Node | None = self
        for step in path:
            if found is None:
                return None
            found = found.item if step in (LISTED, KEYED) and found.item is not None else found.members.get(step)
        return found

    def column(self) -> Column:
        """Return the single values by their places."""
        return Column(self, {place: value for place, value in self.cells.items() if value is not None})

    def walk(self) -> Iterator[Node]:
        """Yield this place and all below it."""
        yield self
        for inner in (*self.members.values(), *((self.item,) if self.item else ())):
            yield from inner.walk()


class Column(NamedTuple):
    """The values of a place, or of one part of its texts, by place. `pieces` is the fixed text around the parts."""

    node: Node
    cells: Mapping[Instance, Any]
    pieces: tuple[str, ...] = ()
    part: int = 0


def shape(bodies: Sequence[Any], is_key: Callable[[Node], bool], tuples: Collection[tuple[str, ...]] = ()) -> Node:
    """Return the common shape of bodies.

    `is_key` tells whether the names of an object's members are data, such as the codes of countries: it is a list.
    `tuples` are the places of arrays whose items differ in meaning: their indices are the names of their members.
    """
    keyed: set[tuple[str, ...]] = set()
    while True:
        root = Node()
        for number, body in enumerate(bodies):
            _add(root, body, (number,), keyed, tuples)
        objects = [node for node in root.walk() if node.members and not node.is_tuple]
        found = {node.path for node in objects if is_key(node)}
        if not found:
            return root
        keyed |= found


def _add(
    node: Node,
    value: Any,
    place: Instance,
    keyed: Collection[tuple[str, ...]],
    tuples: Collection[tuple[str, ...]],
) -> None:
    if isinstance(value, dict):
        node.kinds["object"] += 1
        node.is_keyed = node.path in keyed
        if node.is_keyed:
            node.lengths[place] = len(value)
        for name, member in value.items():
            if node.is_keyed:
                node.item = node.item or Node((*node.path, KEYED))
                node.keys[*place, name] = name
                _add(node.item, member, (*place, name), keyed, tuples)
            else:
                _add(node.members.setdefault(name, Node((*node.path, name))), member, place, keyed, tuples)
    elif isinstance(value, list) and node.path in tuples:
        node.kinds["array"] += 1
        node.is_tuple = True
        for index, member in enumerate(value):
            _add(node.members.setdefault(str(index), Node((*node.path, str(index)))), member, place, keyed, tuples)
    elif isinstance(value, list):
        node.kinds["array"] += 1
        node.lengths[place] = len(value)
        node.item = node.item or Node((*node.path, LISTED))
        for index, member in enumerate(value):
            _add(node.item, member, (*place, index), keyed, tuples)
    else:
        node.kinds[json_type(value)] += 1
        node.cells[place] = value


def fixed_arrays(root: Node) -> set[tuple[str, ...]]:
    """Return the places of arrays that may be tuples: of single values, all of the same small length."""
    return {
        node.path
        for node in root.walk()
        if node.item is not None
        and not node.is_keyed
        and not (node.item.members or node.item.item)
        and len(lengths := set(node.lengths.values())) == 1
        and 2 <= min(lengths) <= MAXIMUM_ITEMS
        and len(node.lengths) > 1
    }


def parts(node: Node) -> Iterator[Column]:
    """Yield the columns of the parts of texts that all have the same punctuation: `12-ds` has the parts 12 and ds."""
    texts = {place: value for place, value in node.cells.items() if isinstance(value, str)}
    between, tokens = split(texts)
    for part in range(len(between) + 1 if between else 0):
        yield Column(node, {place: each[part] for place, each in tokens.items()}, ("", *between, ""), part)


def ends(node: Node) -> Iterator[Column]:
    """Yield the first and the last words of texts: of `Hong Kong (14)` these are Hong and 14."""
    words = {place: _WORD.findall(text) for place, text in node.cells.items() if isinstance(text, str)}
    if words and all(len(each) > 1 for each in words.values()):
        yield Column(node, {place: each[0] for place, each in words.items()}, ("", " "), 0)
        yield Column(node, {place: each[-1] for place, each in words.items()}, (" ", ""), 1)


def split(texts: Mapping[Key, str]) -> tuple[tuple[str, ...], Mapping[Key, Sequence[str]]]:
    """Return the punctuation that all texts have, and the parts of each text; nothing if they have none in common."""
    found = {key: _SEPARATOR.split(text) for key, text in texts.items()}
    skeletons = {tuple(tokens[1::2]) for tokens in found.values()}
    if len(skeletons) != 1 or not all(all(tokens[::2]) for tokens in found.values()):
        return (), {}
    (between,) = skeletons
    if not 1 <= len(between) < MAXIMUM_PARTS:
        return (), {}
    return between, {key: tokens[::2] for key, tokens in found.items()}


def leaves(node: Node) -> Iterator[Node]:
    """Yield the places of single values below a place, but not those in lists."""
    if node.cells:
        yield node
    for inner in node.members.values():
        yield from leaves(inner)


def lists(node: Node) -> Iterator[Node]:
    """Yield the lists below a place, but not those in other lists."""
    if node.item is not None:
        yield node
    for inner in node.members.values():
        yield from lists(inner)


def items(node: Node, place: Instance) -> Iterable[Instance]:
    """Return the places of the items of a list that stands at a place."""
    assert node.item is not None  # noqa: S101
    depth = len(place)
    seen: dict[Instance, None] = {}
    for inner in node.item.walk():
        for each in inner.cells:
            if each[:depth] == place:
                seen[each[: depth + 1]] = None
    return seen


def key_column(node: Node) -> Column:
    """Return the keys of an object that is keyed by data as a column."""
    keys = Node((*node.path, "key"))
    keys.kinds["string"] = len(node.keys)
    keys.cells.update(node.keys)
    return keys.column()
