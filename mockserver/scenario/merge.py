"""One scenario from several files. Every value remembers the file that it is from."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from mockserver.contract import Located
from mockserver.contract.pointer import join, split


class Part(NamedTuple):
    """A value: taken whole from a file, or put together from parts, by name or by index."""

    file: Located
    pointer: str
    data: Any
    parts: "Mapping[str | int, Part] | None" = None

    def child(self, key: str | int) -> "Part":
        """The part at a key or an index."""
        if self.parts is not None:
            return self.parts[key]
        return Part(self.file, self.pointer + join(key), self.data[key])

    def origin(self, pointer: str) -> tuple[Located, str]:
        """The file that the value at a pointer is from, and its pointer there."""
        part, tokens = self, split(pointer)
        while tokens and part.parts is not None:
            key = int(tokens[0]) if isinstance(part.data, list) else tokens[0]
            if key not in part.parts:
                break
            part = part.parts[key]
            tokens = tokens[1:]
        return part.file, part.pointer + join(*tokens)


_Rule = Callable[[Part, Part], Part]
"""What becomes of what two files say; the first one is the one that wins."""


def merge(layers: Sequence[Located]) -> Part:
    """Make a scenario of files that are mappings; what comes first wins."""
    parts = [Part(layer, "", layer.data) for layer in layers]
    return reduce(lambda base, own: _mapping(own, base, _SECTIONS), reversed(parts[:-1]), parts[-1])


def _own(own: Part, _: Part) -> Part:
    return own


def _mapping(
    own: Part, base: Part, rules: Mapping[str, _Rule] | None = None, rivals: frozenset[str] = frozenset()
) -> Part:
    """All fields of both; of fields that exclude each other, the rivals, only its own if it has any."""
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
    """All accounts of both; the fields of one that both have are put together."""
    ours, theirs = _items(own), _items(base)
    known = {part.data["userId"]: part for part in theirs}
    merged = [_account(part, known.get(part.data["userId"], part)) for part in ours]
    users = {part.data["userId"] for part in ours}
    return _sequence(own, [*merged, *(part for part in theirs if part.data["userId"] not in users)])


def _account(own: Part, base: Part) -> Part:
    return _mapping(own, base, rivals=frozenset({"key", "keys"}))


def _catalogue(own: Part, base: Part) -> Part:
    lists = ("countries", "services", "offers", "changes")
    return _mapping(_spelt_out(own), _spelt_out(base), dict.fromkeys(lists, _own_last))


def _spelt_out(catalogue: Part) -> Part:
    """A catalogue that is a list of changes alone, as a mapping."""
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
