"""Merging the files of a scenario. Every value keeps a reference to its file."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from mockserver.contract import Located
from mockserver.contract.pointer import join, split


class Part(NamedTuple):
    """A value: from one file, or merged from parts by name or by index."""

    file: Located
    pointer: str
    data: Any
    parts: "Mapping[str | int, Part] | None" = None

    def child(self, key: str | int) -> "Part":
        """Return the part at a key or an index."""
        if self.parts is not None:
            return self.parts[key]
        return Part(self.file, self.pointer + join(key), self.data[key])

    def origin(self, pointer: str) -> tuple[Located, str]:
        """Return the file of the value at a pointer, and the pointer in that file."""
        part, tokens = self, split(pointer)
        while tokens and part.parts is not None:
            key = int(tokens[0]) if isinstance(part.data, list) else tokens[0]
            if key not in part.parts:
                break
            part = part.parts[key]
            tokens = tokens[1:]
        return part.file, part.pointer + join(*tokens)


_Rule = Callable[[Part, Part], Part]
"""A function that merges the values of two files; the first takes precedence."""


def merge(layers: Sequence[Located]) -> Part:
    """Merge files that are mappings; earlier files take precedence."""
    parts = [Part(layer, "", layer.data) for layer in layers]
    return reduce(lambda base, own: _mapping(own, base, _SECTIONS), reversed(parts[:-1]), parts[-1])


def _own(own: Part, _: Part) -> Part:
    return own


def _mapping(
    own: Part, base: Part, rules: Mapping[str, _Rule] | None = None, rivals: frozenset[str] = frozenset()
) -> Part:
    """Merge the fields of both; `rivals` exclude each other, so the rivals of `own` replace those of `base`."""
    if not (isinstance(own.data, dict) and isinstance(base.data, dict)):
        return own
    replaced = rivals if rivals & own.data.keys() else frozenset()
    kept = [name for name in base.data if name not in own.data and name not in replaced]
    parts: dict[str | int, Part] = {name: own.child(name) for name in own.data}
    for name in own.data.keys() & base.data.keys():
        parts[name] = (rules or {}).get(name, _own)(own.child(name), base.child(name))
    parts |= {name: base.child(name) for name in kept}
    return Part(own.file, own.pointer, {name: part.data for name, part in parts.items()}, parts)


def _sequence(own: Part, items: Sequence[Part]) -> Part:
    return Part(own.file, own.pointer, [item.data for item in items], dict(enumerate(items)))


def _items(part: Part) -> list[Part]:
    return [part.child(index) for index in range(len(part.data))]


def _own_first(own: Part, base: Part) -> Part:
    return _sequence(own, [*_items(own), *_items(base)])


def _own_last(own: Part, base: Part) -> Part:
    return _sequence(own, [*_items(base), *_items(own)])


def _clock(own: Part, base: Part) -> Part:
    return _mapping(own, base, rivals=frozenset({"mode", "scaled", "step"}))


def _accounts(own: Part, base: Part) -> Part:
    """Merge the accounts of both by user id; the fields of an account in both files are merged."""
    ours, theirs = _items(own), _items(base)
    known = {part.data["userId"]: part for part in theirs}
    merged = [_account(part, known.get(part.data["userId"], part)) for part in ours]
    users = {part.data["userId"] for part in ours}
    return _sequence(own, [*merged, *(part for part in theirs if part.data["userId"] not in users)])


def _account(own: Part, base: Part) -> Part:
    return _mapping(own, base, rivals=frozenset({"key", "keys"}))


def _catalogue(own: Part, base: Part) -> Part:
    lists = ("countries", "services", "offers", "changes")
    return _mapping(_as_mapping(own), _as_mapping(base), dict.fromkeys(lists, _own_last))


def _as_mapping(catalogue: Part) -> Part:
    """Return a catalogue as a mapping, also if it is a list of changes."""
    if not isinstance(catalogue.data, list):
        return catalogue
    return Part(catalogue.file, catalogue.pointer, {"changes": catalogue.data}, {"changes": catalogue})


_SECTIONS: Mapping[str, _Rule] = {
    "variables": _mapping,
    "clock": _clock,
    "readings": _mapping,
    "restock": _mapping,
    "accounts": _accounts,
    "catalogue": _catalogue,
    "orders": _own_first,
    "payments": _own_first,
    "faults": _own_first,
}
