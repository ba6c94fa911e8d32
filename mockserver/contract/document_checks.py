"""Checks of a contract document: its grammar, its `$ref`, and what must fit together beyond one object."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from operator import getitem
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mockserver.contract import pointer as pointers
from mockserver.contract.grammar import grammar
from mockserver.contract.messages import brief, did_you_mean
from mockserver.contract.parts import METHODS, SCALARS, effective, types
from mockserver.contract.provenance import NEEDED, Confidence, Provenances
from mockserver.contract.routing import parameter_name, segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mockserver.contract.grammar import Part


class DocumentProblem(NamedTuple):
    """Something wrong in a document: the pointer of the value, and what is wrong with it."""

    pointer: str
    message: str


class _Spot(NamedTuple):
    """Where a value hangs: `holder[key]`, and its pointer."""

    holder: Any
    key: Any
    pointer: str

    @property
    def hook(self) -> tuple[int, Any]:
        """What tells it from all others, also where one holder is reached in several ways."""
        return id(self.holder), self.key

    def inner(self, key: Any) -> _Spot:
        """Return where what this value has at a key or an index hangs."""
        return _Spot(self.holder[self.key], key, f"{self.pointer}/{pointers.escape(key)}")


class Survey:
    """What a walk over the data of a document found.

    `faults` is everything that is wrong, `origins` the own pointer of every object by its `id`, `provenances` how each
    is known. The walk changes the data: the object that a `$ref` names takes its place, and what is wrong is taken out,
    so that the rest can be searched for further faults; so are the extensions among paths, statuses and media types.
    What is left has the type it should have, but required fields may be missing.
    """

    def __init__(self, data: Any) -> None:
        self.faults: list[DocumentProblem] = []
        self.origins: dict[int, str] = {}
        self._stated: dict[str, dict[str, Any]] = {}
        self.provenances = Provenances(self._stated)
        self._grammar = grammar()
        self._references: list[tuple[_Spot, str]] = []  # each with the section of components that it must name
        self._wrong: dict[tuple[int, Any], _Spot] = {}  # by their hooks
        self._merged: list[Any] = []  # keeps the ids in `origins` from being given to other objects
        self._keep_to_grammar(data)
        if isinstance(data, dict):
            self._visit(_Spot({"": data}, "", ""), self._grammar.schema)
        self._resolve(data)
        self._take_out()
        self.faults += _weak_provenances(self._stated, self.provenances)

    def _keep_to_grammar(self, data: Any) -> None:
        for flaw in self._grammar.flaws(data):
            pointer = pointers.join(*flaw.path)
            if flaw.lacks:
                self.faults.append(DocumentProblem(pointer, flaw.message))
            else:
                *above, key = ("", *flaw.path)
                self._refuse(_Spot(reduce(getitem, above, {"": data}), key, pointer), flaw.message)

    def _visit(self, spot: _Spot, part: Part) -> None:
        """Note what an object or a list is, and everything in it."""
        node, shape = spot.holder[spot.key], self._grammar.shape(part)
        if shape.section and "$ref" in node and type(node) is dict:
            self._references.append((spot, shape.section))
        else:
            self.origins.setdefault(id(node), spot.pointer)
            if shape.title and type(node) is dict and type(node.get("x-provenance")) is dict:
                self._stated[spot.pointer] = node["x-provenance"]
        if part is True:
            return
        for key, inner in shape.children(node):
            self._visit(spot.inner(key), inner)
        for name, meant in shape.slips(node):
            self._refuse(spot.inner(name), f"{name} means nothing in {shape.title}{meant}")
        for name in shape.ignored(node):
            self._drop(spot.inner(name))

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
            elif target.hook in self._wrong:
                self._drop(spot)
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
                waiting[spot.hook] = spot
                inside[id(spot.holder)].append(spot.hook)

        def settle(key: tuple[int, Any]) -> None:
            spot = waiting.pop(key, None)
            if spot is None:
                return
            node = spot.holder[spot.key]
            target = aims[id(node)]
            settle(target.hook)
            named = target.holder[target.key]
            if len(node) > 1:
                for inner in (*inside[id(named)], *inside[id(node)]):
                    settle(inner)
                named = {**named, **{name: node[name] for name in node if not self._is_void(node, name)}}
                self.origins[id(named)] = spot.pointer
                self._merged.append(named)
                if type(named.get("x-provenance")) is dict:
                    self._stated[spot.pointer] = named["x-provenance"]
            spot.holder[spot.key] = named

        for key in list(waiting):
            settle(key)

    def _is_void(self, node: Any, name: str) -> bool:
        return name == "$ref" or (id(node), name) in self._wrong

    def _refuse(self, spot: _Spot, message: str) -> None:
        self.faults.append(DocumentProblem(spot.pointer, message))
        self._drop(spot)

    def _drop(self, spot: _Spot) -> None:
        self._wrong[spot.hook] = spot

    def _take_out(self) -> None:
        """Take what is wrong out of its holders; from lists the last first, so that the other indices hold."""
        for holder, key, _ in sorted(self._wrong.values(), key=lambda spot: -spot[1] if type(spot[1]) is int else 0):
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


Described = dict[str, Any]


def operations(document: Described) -> Iterator[tuple[str, str, Described, list[Described]]]:
    """Yield the path, method, description and parameters of every operation, in the order of the document."""
    for path, item in document.get("paths", {}).items():
        for method, described in item.items():
            if method in METHODS:
                yield path, method, described, effective(item.get("parameters", ()), described.get("parameters", ()))


def faults(document: Described) -> Iterator[DocumentProblem]:
    """Find what does not fit together in a document after its survey. Required fields may be missing."""
    paths: dict[str, Described] = document.get("paths", {})
    yield from _servers(document.get("servers", ()))
    yield from _failure(document)
    yield from _templates(paths)
    yield from _operation_ids(document)
    for path, item in paths.items():
        yield from _parameters(item.get("parameters", ()), pointers.join("paths", path, "parameters"))
    for path, method, described, parameters in operations(document):
        pointer = pointers.join("paths", path, method)
        yield from _parameters(described.get("parameters", ()), f"{pointer}/parameters")
        yield from _path_parameters(path, parameters, pointer)


def _servers(servers: Iterable[Described]) -> Iterator[DocumentProblem]:
    urls = [server["url"] for server in servers if "url" in server]
    if not urls:
        yield DocumentProblem("/servers", "a document needs a server: the path of its URL stands before all others")
    for number, url in enumerate(urls):
        try:
            absolute = bool(urlsplit(url).netloc)
        except ValueError:
            absolute = False
        if not absolute:
            yield DocumentProblem(f"/servers/{number}/url", "url must be an absolute URL such as https://host/v3")


def _failure(document: Described) -> Iterator[DocumentProblem]:
    if "x-failures" not in document and "Failure" not in document.get("components", {}).get("schemas", {}):
        yield DocumentProblem("/components/schemas", "x-failures is missing: how it says no")


def _templates(paths: Iterable[str]) -> Iterator[DocumentProblem]:
    shapes: dict[tuple[str | None, ...], str] = {}
    for path in paths:
        pointer = pointers.join("paths", path)
        parts = segments(path)
        names = [parameter_name(part) for part in parts]
        for part, name in zip(parts, names, strict=True):
            if not name and ("{" in part or "}" in part):
                yield DocumentProblem(pointer, f"{part} must be fixed, or one whole parameter such as {{userId}}")
        for name in _repeated(filter(None, names)):
            yield DocumentProblem(pointer, f"the path has {{{name}}} twice")
        shape = tuple(None if name else part for part, name in zip(parts, names, strict=True))
        if shape in shapes:
            yield DocumentProblem(pointer, f"the path differs from {shapes[shape]} only in the names of its parameters")
        shapes[shape] = path


def _operation_ids(document: Described) -> Iterator[DocumentProblem]:
    seen: dict[str, str] = {}
    for path, method, described, _ in operations(document):
        name = described.get("operationId")
        if name in seen:
            yield DocumentProblem(
                pointers.join("paths", path, method, "operationId"), f"operationId {name} is also that of {seen[name]}"
            )
        elif name is not None:
            seen[name] = f"{method.upper()} {path}"


def _parameters(parameters: Iterable[Described], pointer: str) -> Iterator[DocumentProblem]:
    """Check the parameters of one list."""
    seen = set()
    for number, parameter in enumerate(parameters):
        place, name = parameter.get("in"), parameter.get("name")
        if (place, name) in seen:
            yield DocumentProblem(f"{pointer}/{number}", f"the {place} parameter {name} is described twice")
        seen.add((place, name))
        if place == "path" and parameter.get("required") is not True:
            yield DocumentProblem(f"{pointer}/{number}", f"the path parameter {name} needs required: true")
        named = types(parameter.get("schema", {}))
        if "schema" in parameter and not (named and set(named) <= set(SCALARS)):
            yield DocumentProblem(
                f"{pointer}/{number}", f"the schema of {name} needs a type out of {', '.join(SCALARS)}"
            )


def _path_parameters(path: str, parameters: Iterable[Described], pointer: str) -> Iterator[DocumentProblem]:
    """Check that a path and its operation agree on the path parameters."""
    names = [name for name in map(parameter_name, segments(path)) if name]
    described = [parameter["name"] for parameter in parameters if parameter.get("in") == "path" and "name" in parameter]
    for name in described:
        if name not in names:
            yield DocumentProblem(pointer, f"the path has no {{{name}}}{did_you_mean(name, names)}")
    for name in names:
        if name not in described:
            yield DocumentProblem(
                pointer, f"no parameter describes {{{name}}} of the path{did_you_mean(name, described)}"
            )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
