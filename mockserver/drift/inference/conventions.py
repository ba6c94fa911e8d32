"""What all responses of a document have in common: an envelope, and fields that never change."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.meaning import Path

ENOUGH = 3
"""How often a value must have been seen before it is always the same."""
_COMMON = 10
"""How often a field must have had the same value before nobody is asked what it means."""


class Constant(NamedTuple):
    """The only value that a field has in all responses of a document: how often, and in how many operations."""

    value: str
    times: int
    operations: int

    @property
    def is_certain(self) -> bool:
        """Whether it is so common that nobody needs to be asked what it means."""
        return self.times >= _COMMON and self.operations > 1


class Conventions(NamedTuple):
    """The fields that never change, by path, and how often objects with the same fields were seen at a path."""

    constants: Mapping[Path, Constant]
    objects: Mapping[tuple[Path, frozenset[str]], int]

    def constant(self, path: Path) -> Constant | None:
        """Return the constant at a path, or of the same name everywhere."""
        return self.constants.get(path) or self.constants.get(path[-1:])

    def times(self, path: Path, names: Collection[str]) -> int:
        """Return how often an object at a path had these fields, in all responses of the document."""
        return self.objects.get((path, frozenset(names)), 0)


NONE = Conventions({}, {})


def conventions(roots: Iterable[Node]) -> Conventions:
    """Return what the bodies of several operations have in common."""
    seen: defaultdict[Path, list[Node]] = defaultdict(list)
    objects: Counter[tuple[Path, frozenset[str]]] = Counter()
    for root in roots:
        for node in root.walk():
            objects[node.path, frozenset(node.members)] += node.kinds["object"]
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
    return Conventions(found, objects)
