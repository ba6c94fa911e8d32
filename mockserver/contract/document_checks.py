"""A walk over a contract document: checks every field against the tables of `keywords`, and resolves every `$ref`."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs

from mockserver.contract import pointer as pointers
from mockserver.contract.keywords import KINDS, MARKS, Kind, Many, Named, One, ValueRule
from mockserver.contract.messages import brief, did_you_mean
from mockserver.contract.provenance import NEEDED, Confidence, Provenances

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_SURE = 0.8
"""How near a field beginning with `x-` must be to one that means something so that it is taken for a slip."""


class DocumentProblem(NamedTuple):
    """Something wrong in a document: the pointer of the value, and what is wrong with it."""

    pointer: str
    message: str


class _Spot(NamedTuple):
    """Where a value hangs: `holder[key]`, and its pointer."""

    holder: Any
    key: Any
    pointer: str


class Survey:
    """What a walk over the data of a document found.

    `faults` is everything that is wrong, `origins` the own pointer of every object by its `id`, `provenances` how each
    is known. The walk changes the data: the object that a `$ref` names takes its place, and what is wrong is taken out,
    so that the rest can be searched for further faults. What is left has the type it should have, but required fields
    may be missing.
    """

    def __init__(self, data: Any) -> None:
        self.faults: list[DocumentProblem] = []
        self.origins: dict[int, str] = {}
        self._stated: dict[str, dict[str, Any]] = {}
        self.provenances = Provenances(self._stated)
        self._references: list[tuple[_Spot, str]] = []  # each with the section of components that it must name
        self._patterns: dict[str, list[str]] = {}  # each with the pointers where it stands
        self._wrong: list[_Spot] = []
        self._merged: list[Any] = []  # keeps the ids in `origins` from being given to other objects
        self._visit(_Spot({"": data}, "", ""), KINDS["document"])
        self._resolve(data)
        self._take_out()
        self.faults += _weak_provenances(self._stated, self.provenances)
        self.faults += _bad_patterns(self._patterns)

    def _visit(self, spot: _Spot, kind: Kind) -> None:
        """Check one object of a kind, and everything in it."""
        node = spot.holder[spot.key]
        pointer = spot.pointer
        if type(node) is not dict:
            self._refuse(spot, f"{kind.title} must be a mapping, not {brief(node)}")
            return
        if kind.section and "$ref" in node:
            self._references.append((spot, kind.section))
            if kind.section == "schemas":
                for name in node.keys() - {"$ref"}:
                    self._visit_field(_Spot(node, name, f"{pointer}/{pointers.escape(name)}"), kind)
            return
        self.origins.setdefault(id(node), pointer)
        for name in node:
            self._visit_field(_Spot(node, name, f"{pointer}/{pointers.escape(name)}"), kind)
        if type(node.get("x-provenance")) is dict:
            self._stated[pointer] = node["x-provenance"]
        for name in kind.required:
            if name not in node:
                self.faults.append(DocumentProblem(pointer, f"{kind.title} needs the field {name}"))

    def _visit_field(self, spot: _Spot, kind: Kind) -> None:
        name = spot.key
        shape = kind.fields.get(name) or MARKS.get(name)
        if isinstance(shape, ValueRule):
            value = spot.holder[name]
            if type(value) is dict:
                self.origins.setdefault(id(value), spot.pointer)
            if not shape.holds(value):
                meant = did_you_mean(value, shape.known)
                self._refuse(spot, f"{name} must be {shape.expected}, not {brief(value)}{meant}")
            elif name == "pattern":
                self._patterns.setdefault(value, []).append(spot.pointer)
        elif shape is not None:
            for child in self._children(spot, shape):
                self._visit(child, KINDS[shape.kind])
        elif not name.startswith("x-"):
            self._refuse(spot, f"{name} is not supported in {kind.title}{did_you_mean(name, kind.fields)}")
        elif meant := did_you_mean(name, (each for each in (*kind.fields, *MARKS) if each.startswith("x-")), _SURE):
            self._refuse(spot, f"{name} means nothing in {kind.title}{meant}")

    def _children(self, spot: _Spot, shape: One | Many | Named) -> Iterator[_Spot]:
        nodes = spot.holder[spot.key]
        if type(shape) is One:
            if shape.instead is None or not shape.instead.holds(nodes):
                yield spot
        elif type(nodes) is not (list if type(shape) is Many else dict):
            self._refuse(
                spot, f"{spot.key} must be a {'list' if type(shape) is Many else 'mapping'}, not {brief(nodes)}"
            )
        elif type(shape) is Many:
            self.origins.setdefault(id(nodes), spot.pointer)
            for index in range(len(nodes)):
                yield _Spot(nodes, index, f"{spot.pointer}/{index}")
        elif type(shape) is Named:
            self.origins.setdefault(id(nodes), spot.pointer)
            for name in nodes:
                child = _Spot(nodes, name, f"{spot.pointer}/{pointers.escape(name)}")
                if shape.names.holds(name):
                    yield child
                elif not name.startswith("x-"):
                    self._refuse(child, f"{name} is not {shape.names.expected}{did_you_mean(name, shape.names.known)}")

    def _resolve(self, data: Any) -> None:
        """Put the object that each `$ref` names in its place."""
        entries = _entries(data)
        aims: dict[int, _Spot] = {}  # the entry that each {$ref: ...} names, by its id
        edges: defaultdict[str, set[str]] = defaultdict(set)
        for spot, section in self._references:
            node = spot.holder[spot.key]
            reference = node["$ref"]
            target = entries[section].get(reference) if type(reference) is str else None
            if len(node) > 1 and section != "schemas":
                self._refuse(spot, f"$ref must stand alone, not beside {', '.join(sorted(node.keys() - {'$ref'}))}")
            elif target is None:
                names = did_you_mean(reference, entries[section])
                self._refuse(spot, f"$ref must name an entry of components/{section}, not {brief(reference)}{names}")
            else:
                aims[id(node)] = target
                edges[_entry(spot.pointer)].add(target.pointer)
        circular = dict(_cycles(edges))
        for spot, _ in self._references:
            node = spot.holder[spot.key]
            if (target := aims.get(id(node))) and (way := circular.get((_entry(spot.pointer), target.pointer))):
                self._refuse(spot, f"$ref leads back to itself: {way}")
                del aims[id(node)]
        self._put_in_place(aims)

    def _put_in_place(self, aims: Mapping[int, _Spot]) -> None:
        """Let what a `$ref` names take its place; with other fields beside it, a copy of it that has these fields."""
        waiting: dict[tuple[int, Any], _Spot] = {}
        inside: defaultdict[int, list[tuple[int, Any]]] = defaultdict(list)
        for spot, _ in self._references:
            if id(spot.holder[spot.key]) in aims:
                key = (id(spot.holder), spot.key)
                waiting[key] = spot
                inside[id(spot.holder)].append(key)

        def settle(key: tuple[int, Any]) -> None:
            spot = waiting.pop(key, None)
            if spot is None:
                return
            node = spot.holder[spot.key]
            target = aims[id(node)]
            settle((id(target.holder), target.key))
            named = target.holder[target.key]
            if len(node) > 1:
                for inner in (*inside[id(named)], *inside[id(node)]):
                    settle(inner)
                named = {**named, **{name: value for name, value in node.items() if name != "$ref"}}
                self.origins[id(named)] = spot.pointer
                self._merged.append(named)
                if type(named.get("x-provenance")) is dict:
                    self._stated[spot.pointer] = named["x-provenance"]
            spot.holder[spot.key] = named

        for key in list(waiting):
            settle(key)

    def _refuse(self, spot: _Spot, message: str) -> None:
        self.faults.append(DocumentProblem(spot.pointer, message))
        self._wrong.append(spot)

    def _take_out(self) -> None:
        """Take what is wrong out of its holders; from lists the last first, so that the other indices hold."""
        spots = {(id(holder), key): (holder, key) for holder, key, _ in self._wrong}
        for holder, key in sorted(spots.values(), key=lambda spot: -spot[1] if type(spot[1]) is int else 0):
            del holder[key]


def _entries(data: Any) -> dict[str, dict[str, _Spot]]:
    """Return where each entry of components hangs, by section and by the `$ref` that names it."""
    components = data.get("components") if type(data) is dict else None
    found: dict[str, dict[str, _Spot]] = defaultdict(dict)
    for section, entries in (components if type(components) is dict else {}).items():
        for name in entries if type(entries) is dict else ():
            pointer = pointers.join("components", section, name)
            found[section][f"#{pointer}"] = _Spot(entries, name, pointer)
    return found


def _entry(pointer: str) -> str:
    """Return the pointer of the entry of components that this one leads into, or something that is none."""
    return "/".join(pointer.split("/", 4)[:4])


def _cycles(edges: Mapping[str, set[str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Find an edge of each cycle, and the way it leads; the edges are taken out of the graph."""
    while True:
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1]  # every one is named by the next
            edges[cycle[1]].discard(cycle[0])
            yield (cycle[1], cycle[0]), " → ".join(f"#{entry}" for entry in reversed(cycle))
        else:
            return


def _weak_provenances(stated: Mapping[str, Mapping[str, Any]], provenances: Provenances) -> Iterator[DocumentProblem]:
    """Find the levels that lack the field without which they say too little."""
    for pointer, fields in stated.items():
        level = fields.get("level")
        needed = NEEDED.get(level) if type(level) is str else None
        if needed is None or fields.get(needed):
            continue
        if level != Confidence.DOCUMENTED:
            yield DocumentProblem(f"{pointer}/x-provenance", f"what is {level} needs the field {needed}")
        elif not provenances.page(pointer):
            yield DocumentProblem(
                f"{pointer}/x-provenance", f"what is {level} needs the field {needed}, here or further out"
            )


def _bad_patterns(patterns: Mapping[str, list[str]]) -> Iterator[DocumentProblem]:
    """Find the patterns that are not regular expressions."""
    for pattern, places in patterns.items():
        try:
            jsonschema_rs.Draft202012Validator({"pattern": pattern})
        except ValueError:
            yield from (
                DocumentProblem(pointer, f"pattern is not a regular expression: {brief(pattern)}") for pointer in places
            )
