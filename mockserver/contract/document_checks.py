"""Checks of a contract document: its grammar, its `$ref`, its provenances, and consistency between objects."""

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
from mockserver.contract.vocabulary import vocabulary, wrong_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mockserver.contract.grammar import Part


class DocumentProblem(NamedTuple):
    """A problem in a document: the pointer of the value, and a message.

    `source` is the pointer in the target of a `$ref` where the value is written, or empty.
    """

    pointer: str
    message: str
    source: str = ""


class _Position(NamedTuple):
    """The position of a value in the data, `holder[key]`, and its pointer."""

    holder: Any
    key: Any
    pointer: str

    @property
    def identity(self) -> tuple[int, Any]:
        """The identity of the position, also if its holder is reached by several pointers."""
        return id(self.holder), self.key

    def inner(self, key: Any) -> _Position:
        """Return the position of the value's child at a key or an index."""
        return _Position(self.holder[self.key], key, f"{self.pointer}/{pointers.escape(key)}")


class Survey:
    """The result of a walk over the data of a document.

    `faults` are all problems, `origins` the own pointer of every object by its `id`, `provenances` the provenance of
    each part. The walk changes the data: each `$ref` is replaced by its target; invalid values are removed, so that the
    rest can be checked further; and so are the extensions among paths, statuses and media types. The remaining values
    have the right types, but required fields may be missing.
    """

    def __init__(self, data: Any) -> None:
        self.faults: list[DocumentProblem] = []
        self.origins: dict[int, str] = {}
        self._stated: dict[str, dict[str, Any]] = {}
        self.provenances = Provenances(self._stated)
        self._grammar = grammar()
        self._references: list[tuple[_Position, str]] = []  # each with the section of components of its target
        self._invalid: dict[tuple[int, Any], _Position] = {}  # by identity
        # Merged objects by id: the object, its `$ref` with the fields beside it, and the target. The objects are kept
        # so that their ids in `origins` are not reused.
        self._merged: dict[int, tuple[Any, Mapping[str, Any], Any]] = {}
        self._check_grammar(data)
        if isinstance(data, dict):
            self._visit(_Position({"": data}, "", ""), self._grammar.schema)
        self._resolve(data)
        self._remove_invalid()
        self.faults += _incomplete(self._stated, self.provenances)

    def problem(self, holder: object, keyword: str, message: str) -> DocumentProblem:
        """Return the problem of a keyword of an object, or of the whole object if the keyword is empty."""
        pointer = self._pointer(holder, keyword)
        while keyword and id(holder) in self._merged:
            _, beside, target = self._merged[id(holder)]
            if keyword in beside:
                break
            holder = target
        source = self._pointer(holder, keyword)
        return DocumentProblem(pointer, message, source if source != pointer else "")

    def _pointer(self, holder: object, keyword: str) -> str:
        origin = self.origins.get(id(holder), "")
        return f"{origin}/{pointers.escape(keyword)}" if keyword else origin

    def _check_grammar(self, data: Any) -> None:
        for flaw in self._grammar.flaws(data):
            pointer = pointers.join(*flaw.path)
            if flaw.lacks:
                self.faults.append(DocumentProblem(pointer, flaw.message))
            else:
                *above, key = ("", *flaw.path)
                self._refuse(_Position(reduce(getitem, above, {"": data}), key, pointer), flaw.message)

    def _visit(self, position: _Position, part: Part) -> None:
        """Record an object or a list, and everything in it."""
        node, shape = position.holder[position.key], self._grammar.shape(part)
        if shape.section and "$ref" in node and type(node) is dict:
            self._references.append((position, shape.section))
        else:
            self.origins.setdefault(id(node), position.pointer)
            if shape.title and type(node) is dict and type(node.get("x-provenance")) is dict:
                self._stated[position.pointer] = node["x-provenance"]
        if part is True:
            return
        for key, inner in shape.children(node):
            self._visit(position.inner(key), inner)
        for name, hint in shape.slips(node):
            self._refuse(position.inner(name), f"{name} is not supported in {shape.title}{hint}")
        for name in shape.ignored(node):
            self._drop(position.inner(name))

    def _resolve(self, data: Any) -> None:
        """Replace each `$ref` by its target."""
        entries = _entries(data)
        targets: dict[int, _Position] = {}  # the target of each {$ref: ...}, by its id
        edges: defaultdict[str, set[str]] = defaultdict(set)
        for position, section in self._references:
            node = position.holder[position.key]
            reference = node["$ref"]
            target = entries[section].get(reference) if type(reference) is str else None
            if len(node) > 1 and section != "schemas":
                self._refuse(position, f"$ref must stand alone, not beside {', '.join(sorted(node.keys() - {'$ref'}))}")
            elif target is None:
                names = did_you_mean(reference, entries[section])
                self._refuse(
                    position, f"$ref must name an entry of components/{section}, not {brief(reference)}{names}"
                )
            elif target.identity in self._invalid:
                self._drop(position)
            else:
                targets[id(node)] = target
                edges[_component(position.pointer)].add(target.pointer)
        circular = dict(_cycles(edges))
        for position, _ in self._references:
            node = position.holder[position.key]
            if (target := targets.get(id(node))) and (
                cycle := circular.get((_component(position.pointer), target.pointer))
            ):
                self._refuse(position, f"$ref is circular: {cycle}")
                del targets[id(node)]
        self._substitute(targets)

    def _substitute(self, targets: Mapping[int, _Position]) -> None:
        """Replace each `$ref` by its target, or by a copy with the fields beside the `$ref` merged into it."""
        waiting: dict[tuple[int, Any], _Position] = {}
        inside: defaultdict[int, list[tuple[int, Any]]] = defaultdict(list)
        for position, _ in self._references:
            if id(position.holder[position.key]) in targets:
                waiting[position.identity] = position
                inside[id(position.holder)].append(position.identity)

        def settle(key: tuple[int, Any]) -> None:
            position = waiting.pop(key, None)
            if position is None:
                return
            node = position.holder[position.key]
            target = targets[id(node)]
            settle(target.identity)
            named = target.holder[target.key]
            if len(node) > 1:
                for inner in (*inside[id(named)], *inside[id(node)]):
                    settle(inner)
                named = {**named, **{name: node[name] for name in node if not self._is_excluded(node, name)}}
                self.origins[id(named)] = position.pointer
                self._merged[id(named)] = named, node, target.holder[target.key]
                if type(named.get("x-provenance")) is dict:
                    self._stated[position.pointer] = named["x-provenance"]
            position.holder[position.key] = named

        for key in list(waiting):
            settle(key)

    def _is_excluded(self, node: Any, name: str) -> bool:
        return name == "$ref" or (id(node), name) in self._invalid

    def _refuse(self, position: _Position, message: str) -> None:
        self.faults.append(DocumentProblem(position.pointer, message))
        self._drop(position)

    def _drop(self, position: _Position) -> None:
        self._invalid[position.identity] = position

    def _remove_invalid(self) -> None:
        """Remove the invalid values from their holders; from lists the last first, so that other indices stay valid."""
        for holder, key, _ in sorted(
            self._invalid.values(), key=lambda position: -position[1] if type(position[1]) is int else 0
        ):
            del holder[key]


def _entries(data: Any) -> dict[str, dict[str, _Position]]:
    """Return the position of each entry of components, by section and by the `$ref` that names it."""
    components = data.get("components") if type(data) is dict else None
    found: dict[str, dict[str, _Position]] = defaultdict(dict)
    for section, entries in (components if type(components) is dict else {}).items():
        for name in entries if type(entries) is dict else ():
            pointer = pointers.join("components", section, name)
            found[section][f"#{pointer}"] = _Position(entries, name, pointer)
    return found


def _component(pointer: str) -> str:
    """Return the pointer of the components entry that encloses a pointer; any other pointer is only shortened."""
    return "/".join(pointer.split("/", 4)[:4])


def _cycles(edges: Mapping[str, set[str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield an edge of each cycle, and the cycle as text. The edge is removed from the graph."""
    while True:
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1]  # each entry refers to the one before it
            edges[cycle[1]].discard(cycle[0])
            yield (cycle[1], cycle[0]), " → ".join(f"#{entry}" for entry in reversed(cycle))
        else:
            return


def _incomplete(stated: Mapping[str, Mapping[str, Any]], provenances: Provenances) -> Iterator[DocumentProblem]:
    """Find the provenances without the field that their level requires."""
    for pointer, fields in stated.items():
        level = fields.get("level")
        needed = NEEDED.get(level) if type(level) is str else None
        if needed is None or fields.get(needed):
            continue
        if level != Confidence.DOCUMENTED:
            yield DocumentProblem(f"{pointer}/x-provenance", f"the level {level} needs the field {needed}")
        elif not provenances.page(pointer):
            yield DocumentProblem(
                f"{pointer}/x-provenance", f"the level {level} needs the field {needed}, here or in an enclosing object"
            )


Described = dict[str, Any]


def operations(document: Described) -> Iterator[tuple[str, str, Described, list[Described]]]:
    """Yield the path, method, description and parameters of every operation, in the order of the document."""
    for path, item in document.get("paths", {}).items():
        for method, described in item.items():
            if method in METHODS:
                yield path, method, described, effective(item.get("parameters", ()), described.get("parameters", ()))


def faults(document: Described) -> Iterator[DocumentProblem]:
    """Find inconsistencies between the objects of a surveyed document. Required fields may be missing."""
    paths: dict[str, Described] = document.get("paths", {})
    yield from _servers(document.get("servers", ()))
    yield from _failure(document)
    yield from _templates(paths)
    yield from _operation_ids(document)
    yield from _rules(document.get("x-rules", {}))
    for path, item in paths.items():
        yield from _parameters(item.get("parameters", ()), pointers.join("paths", path, "parameters"))
    for path, method, described, parameters in operations(document):
        pointer = pointers.join("paths", path, method)
        yield from _parameters(described.get("parameters", ()), f"{pointer}/parameters")
        yield from _path_parameters(path, parameters, pointer)


def _servers(servers: Iterable[Described]) -> Iterator[DocumentProblem]:
    urls = [server["url"] for server in servers if "url" in server]
    if not urls:
        yield DocumentProblem("/servers", "a document needs a server: the path of its URL is the prefix of all paths")
    for number, url in enumerate(urls):
        try:
            absolute = bool(urlsplit(url).netloc)
        except ValueError:
            absolute = False
        if not absolute:
            yield DocumentProblem(f"/servers/{number}/url", "url must be an absolute URL such as https://host/v3")


def _failure(document: Described) -> Iterator[DocumentProblem]:
    if "x-failures" not in document and "Failure" not in document.get("components", {}).get("schemas", {}):
        yield DocumentProblem("/components/schemas", "x-failures is missing: it describes the failure responses")


def _templates(paths: Iterable[str]) -> Iterator[DocumentProblem]:
    shapes: dict[tuple[str | None, ...], str] = {}
    for path in paths:
        pointer = pointers.join("paths", path)
        parts = segments(path)
        names = [parameter_name(part) for part in parts]
        for part, name in zip(parts, names, strict=True):
            if not name and ("{" in part or "}" in part):
                yield DocumentProblem(pointer, f"{part} must be fixed text or a single parameter such as {{name}}")
        for name in _repeated(filter(None, names)):
            yield DocumentProblem(pointer, f"the path contains {{{name}}} twice")
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
                pointers.join("paths", path, method, "operationId"), f"operationId {name} is also used by {seen[name]}"
            )
        elif name is not None:
            seen[name] = f"{method.upper()} {path}"


def _rules(rules: Mapping[str, Any]) -> Iterator[DocumentProblem]:
    known = vocabulary().rules
    for name, value in rules.items():
        if name not in known:
            message = f"there is no rule {name}{did_you_mean(name, known)}"
        else:
            message = wrong_value(known[name], value)
        if message:
            yield DocumentProblem(pointers.join("x-rules", name), message)


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
                f"{pointer}/{number}", f"the schema of {name} needs one of the types {', '.join(SCALARS)}"
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
