"""From what traffic says to an overlay that makes the contract say so, too."""

from __future__ import annotations

from collections import Counter, defaultdict
from copy import deepcopy
from datetime import UTC, datetime
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mockserver.contract import ABSENT, Level
from mockserver.contract import pointer as pointers
from mockserver.contract.keywords import METHODS
from mockserver.contract.parts import JSON_TYPE, types
from mockserver.contract.routing import parameter_name, segments
from mockserver.drift.difference import Kind
from mockserver.drift.path_matching import HOLE
from mockserver.drift.schema_inference import Shape
from mockserver.traffic import header

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract import Document
    from mockserver.drift.difference import Difference, Drift
    from mockserver.drift.path_matching import Group

Action = dict[str, Any]
_VERSION = "1.0.0"
_SCALARS = {"string", "integer", "number", "boolean", "null"}


class Basis(NamedTuple):
    """A document, and what reads its data as an overlay would find it."""

    document: Document
    stated: Callable[[], Any]


class _UnwrittenError(Exception):
    """What would have to be changed is not written in the document."""


def propose(drift: Drift, bases: Mapping[str, Basis], source: str) -> dict[str, Any] | None:
    """Return an OpenAPI Overlay 1.0 that changes what was contradicted and adds what is new; None if there is nothing.

    `source` says where the traffic comes from. What traffic cannot tell how to change, such as a request that was
    refused, is left out.
    """
    actions: list[Action] = []
    for name, basis in bases.items():
        differences = [each for each in drift.differences if each.document == name]
        confirmed = {each.pointer for each in drift.confirmed if each.document == name}
        edits = _Edits(basis, confirmed)
        actions += ({"x-document": name, **action} for action in _actions(differences, edits, source))
    named = {action["x-document"] for action in actions}
    readings = {each.name: each.instead for each in drift.differences if each.kind is Kind.READING}
    if readings:
        actions.append({"target": "$.info", "update": {"x-observed-readings": readings}})
    if not actions:
        return None
    return {
        "overlay": _VERSION,
        "info": {"title": f"What {source} showed", "version": _date(drift.last)},
        **({"extends": f"{named.pop()}.yaml"} if len(named) == 1 and not readings else {}),
        **({"x-readings": readings} if readings else {}),
        "actions": actions,
    }


def _actions(differences: Sequence[Difference], edits: _Edits, source: str) -> Iterator[Action]:
    """Yield the actions for one document: operations move first, and what else changes in them, changes there."""
    targets = {}
    for move in (each for each in differences if each.kind is Kind.MOVED):
        if edits.path(move.instead) == move.instead:
            yield from _moved(move, edits, _provenance(move, source))
            method = pointers.split(move.pointer)[-1]
            targets[edits.target(move.pointer)] = f"$['paths']['{_quoted(move.instead)}']['{method}']"
    for action in _changes(differences, edits, source):
        target = action["target"]
        before = next((before for before in targets if target.startswith(before)), None)
        yield action if before is None else {**action, "target": targets[before] + target[len(before) :]}


def _changes(differences: Sequence[Difference], edits: _Edits, source: str) -> Iterator[Action]:
    for difference in differences:
        if writer := _WRITERS.get(difference.kind):
            try:
                yield from list(writer(difference, edits, _provenance(difference, source)))
            except _UnwrittenError:
                continue  # it follows from something else, and nothing says from what it would follow now
    yield from edits.actions()


class _Edits:
    """A document, and changes of it that several differences may make together.

    `confirmed` are the pointers of facts that were seen to hold, too. Pointers are those of the document, unless they
    come from `at`, which says where the data has what is there.
    """

    def __init__(self, basis: Basis, confirmed: Collection[str]) -> None:
        self.document = basis.document
        self.confirmed = confirmed
        self._basis = basis
        self._required: dict[str, list[str]] = {}
        self._schemas: dict[str, Action] = {}
        self._added: list[Action] = []
        self._names = Counter(basis.document.operations.keys())
        self._paths = {_shape(each.path): each.path for each in basis.document.operations.values()}

    @cached_property
    def data(self) -> Any:
        """The data of the document, as an overlay finds it."""
        return self._basis.stated()

    def at(self, pointer: str, keyword: str = "") -> str:
        """Return where the data has what is at a pointer, and where that is a `$ref`, where it has a keyword.

        Raises _UnwrittenError.
        """
        found = self.document.written(pointer)
        value = self.value(found)
        while keyword and keyword not in value and "$ref" in value:
            found = value["$ref"].removeprefix("#")
            value = self.value(found)
        return found

    def value(self, at: str) -> Any:
        """Return the data at a pointer. Raises _UnwrittenError."""
        try:
            return reduce(pointers.step, pointers.split(at), self.data)
        except KeyError:
            raise _UnwrittenError from None

    def target(self, at: str) -> str:
        """Write a pointer of the data as JSONPath."""
        path: str = "$"
        value: Any = self.data
        for token in pointers.split(at):
            path += f"[{token}]" if isinstance(value, list) else f"['{_quoted(token)}']"
            value = pointers.step(value, token)
        return path

    def require(self, holder: str, name: str, instead: str | None = None) -> None:
        """Take a name out of the required ones of an object schema, or put another one in its place."""
        at = self.at(holder, "required")
        required = self._required.setdefault(at, list(self.value(at).get("required", ())))
        if name in required:
            where = required.index(name)
            required[where : where + 1] = [instead] if instead else []

    def schema(self, pointer: str) -> Action:
        """Return the schema at a pointer, to be changed; that of a single value with all that a `$ref` brings."""
        at, whole = self.at(pointer), self.document.resolve(pointer)
        single = set(types(whole)) <= _SCALARS
        return self._schemas.setdefault(at, dict(whole if single else self.value(at)))

    def add(self, pointer: str, value: Any, known: Action) -> None:
        """Add a value to the enumeration of a schema."""
        at = self.at(pointer, "enum")
        self._added.append({"target": self.target(f"{at}/enum"), "update": value})
        self._added.append({"target": self.target(at), "update": known})

    def path(self, template: str) -> str:
        """Return a path as the document has it, if it does, which may be with other names for its parameters."""
        return self._paths.setdefault(_shape(template), template)

    def name(self, wanted: str) -> str:
        """Return an operationId that no other operation has."""
        self._names[wanted] += 1
        return wanted if self._names[wanted] == 1 else self.name(f"{wanted}{self._names[wanted]}")

    def actions(self) -> Iterator[Action]:
        """Yield the actions that make these changes."""
        for at, schema in self._schemas.items():
            before = self.value(at)
            if before.keys() <= schema.keys():
                changed = {name: value for name, value in schema.items() if before.get(name, ABSENT) != value}
                yield {"target": self.target(at), "update": changed}
            else:
                above, _, name = at.rpartition("/")
                yield {"target": self.target(at), "remove": True}
                yield {"target": self.target(above), "update": {pointers.unescape(name): schema}}
        yield from self._added
        for at, required in self._required.items():
            yield {"target": self.target(at), "update": {"required": required}}


def write(overlay: Mapping[str, Any]) -> str:
    """Return an overlay as YAML."""
    return yaml.dump(dict(overlay), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes YAML without aliases, which tools for overlays need not know."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
        """Write a list of scalars on one line."""
        flat = not any(isinstance(item, dict | list) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flow_style or flat)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is that of the library
        return True


def _provenance(difference: Difference, source: str) -> Action:
    date, count = _date(difference.last), difference.times
    return {"x-provenance": {"level": str(Level.OBSERVED), "source": source, "date": date, "count": count}}


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def _shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return "/".join("{}" if parameter_name(segment) else segment for segment in segments(path))


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _value(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Widen a schema so that it takes what was seen: another type, or no such rule, or always another constant."""
    rule, pointer, shape = difference.rule, difference.pointer, difference.shape
    try:
        before = edits.document.resolve(pointer)
        holder = edits.document.resolve(pointers.parent(pointer))
    except KeyError:
        return
    if rule not in before or not isinstance(holder, dict) or shape is None:
        return
    if rule == "type":
        both = dict.fromkeys((*types(before), *shape.types))
        names = [name for name in both if name != "integer" or "number" not in both]
        edits.schema(pointer).update({"type": names, **known})
    elif rule == "const":
        if len(shape.examples) == 1 and pointer not in edits.confirmed:
            edits.schema(pointer).update({"const": shape.examples[0], **known})
    elif types(before) and set(types(before)) <= _SCALARS:
        schema = edits.schema(pointer)
        del schema[rule]
        schema.update(known)
    yield from ()


def _missing(difference: Difference, edits: _Edits, _: Action) -> Iterator[Action]:
    """Make a field optional."""
    edits.require(pointers.parent(pointers.parent(difference.pointer)), difference.name)
    yield from ()


def _granted(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Widen what a request may hold."""
    if difference.rule == "enum" and difference.shape:
        for value in difference.shape.examples:
            edits.add(difference.pointer, value, known)
    elif difference.rule != "required":
        yield from _value(difference, edits, known)
    elif len(difference.extra) > 1 and difference.extra[0] == "body":
        edits.require(difference.pointer, str(difference.extra[-1]))


def _renamed(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Give a field another name; it takes over what the one says that it replaces."""
    holder = pointers.parent(pointers.parent(difference.pointer))
    fields = f"{edits.at(holder, 'properties')}/properties"
    yield {
        "target": edits.target(fields),
        "update": {difference.instead: {"x-renamed-from": difference.name, **known}},
    }
    yield {"target": edits.target(f"{fields}/{pointers.escape(difference.name)}"), "remove": True}
    edits.require(holder, difference.name, difference.instead)


def _new_status(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add an answer to an operation, or give a reason its status if it never has another.

    The lowest status of success says what is written: a lower one would be taken for that.
    """
    status = int(difference.name)
    if difference.extra:
        if difference.instead:
            yield {"target": edits.target(edits.at(difference.pointer)), "update": {"status": status, **known}}
        return
    operation = edits.document.operations[difference.operation.partition(".")[2]]
    if not 200 <= status < operation.status:
        response = _response(difference.shape, known)
        yield {"target": edits.target(edits.at(difference.pointer)), "update": {difference.name: response}}


def _response(shape: Shape | None, known: Action) -> Action:
    response: Action = {"description": "Seen in recorded traffic.", **known}
    if shape is not None and shape.times:
        response["content"] = {JSON_TYPE: {"schema": shape.schema()}}
    return response


def _new_field(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add a field to an object. Nobody knows what it means: the mock makes it up."""
    fields = f"{edits.at(pointers.parent(difference.pointer), 'properties')}/properties"
    schema = difference.shape.schema() if difference.shape else {}
    yield {"target": edits.target(fields), "update": {difference.name: {**schema, "x-made-up": True, **known}}}


def _new_value(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add a value to those that are listed. Which word of the vocabulary it stands for, if any, nobody knows."""
    if difference.extra is not ABSENT:
        edits.add(difference.pointer, difference.extra, known)
    yield from ()


def _new_parameter(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add a parameter to an operation, as one that need not be there."""
    schema = difference.shape.schema() if difference.shape else {}
    at = edits.at(difference.pointer)
    body = edits.document.operations[difference.operation.partition(".")[2]].body_schema
    if difference.rule == "query":
        parameter = {"name": difference.name, "in": "query", "schema": {"type": "string"}, **known}
        if "parameters" in edits.value(at):
            yield {"target": edits.target(f"{at}/parameters"), "update": parameter}
        else:
            yield {"target": edits.target(at), "update": {"parameters": [parameter]}}
    elif len(difference.extra) == 2 and body is not None:
        fields = f"{edits.at(edits.document.origin(body), 'properties')}/properties"
        yield {"target": edits.target(fields), "update": {difference.name: {**schema, **known}}}


def _moved(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Take an operation out of its path and put it into another one.

    An overlay of version 1.0 cannot copy, so that the operation is written out.
    """
    *_, path, method = pointers.split(difference.pointer)
    item = edits.value(pointers.join("paths", path))
    moved = {method: {**deepcopy(item[method]), **known}}
    if "parameters" in item:
        moved["parameters"] = deepcopy(item["parameters"])
    yield {"target": "$['paths']", "update": {difference.instead: moved}}
    alone = not [name for name in item if name in METHODS and name != method]
    gone = pointers.join("paths", path) if alone else difference.pointer
    yield {"target": edits.target(gone), "remove": True}


def _new_path(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add an operation. Nobody knows what it does: the mock answers what was seen."""
    group: Group = difference.extra
    method = group.method.lower()
    if method not in METHODS or any({"{", "}"} & set(segment) for segment in group.path if segment != HOLE):
        return  # OpenAPI has no words for it
    path = edits.path(difference.name)
    names = [name for segment in segments(path) if (name := parameter_name(segment))]
    requests = [stray.exchange.request for stray in group.strays]
    queries = Counter(name for request in requests for name in {name for name, _ in request.query})
    posted = Shape()
    for request in requests:
        if isinstance(request.json, dict):
            posted.add(request.json)
    credentials = _credentials(edits.document)
    text = {"type": "string"}
    described: Action = {
        "operationId": edits.name(_operation_id(method, path)),
        "summary": "Seen in recorded traffic",
        "x-effect": "reads" if method == "get" else "orders",
        "x-unmodelled": True,
        **known,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": text, **credentials.get(name, {})}
            for name in names
        ]
        + [
            {
                "name": name,
                "in": "query",
                "required": times == len(requests),
                "schema": text,
                **credentials.get(name, {}),
            }
            for name, times in queries.items()
        ],
        "responses": _responses(group, edits.document, known),
    }
    if posted.times:
        schema = posted.schema()
        for name, field in schema.get("properties", {}).items():
            field |= credentials.get(name, {})
        described["requestBody"] = {
            "required": posted.times == len(requests),
            "content": {JSON_TYPE: {"schema": schema}},
        }
    yield {"target": "$['paths']", "update": {path: {method: described}}}


def _responses(group: Group, document: Document, known: Action) -> Action:
    """Return the responses of a new operation: what was seen but for failures, whose responses follow anyway."""
    answers = [stray.exchange.answer for stray in group.strays if stray.exchange.answer is not None]
    sound = [
        each
        for each in answers
        if document.check_failure(each.status, each.json, header(each.headers, "content-type") or "")
    ]
    seen: defaultdict[int, list[Any]] = defaultdict(list)
    for answer in sound or answers:
        seen[answer.status] += [] if answer.json is ABSENT else [answer.json]
    responses = {}
    for status, bodies in sorted(seen.items()):
        shape = Shape()
        for body in bodies:
            shape.add(body)
        response = responses[str(status)] = _response(shape, known)
        for media in response.get("content", {}).values():
            media["example"] = bodies[0]
            _tell_apart(media["schema"], bodies, document.failures.schemas(status) if document.failures else ())
    return responses


def _tell_apart(schema: Action, bodies: Sequence[Any], failures: Iterable[Action]) -> None:
    """Give a field a constant that has another one in failures, and never had it in these bodies."""
    for failure in failures:
        for name, inner in failure.get("properties", {}).items():
            values = [body.get(name) for body in bodies if isinstance(body, dict)]
            field = schema.get("properties", {}).get(name)
            if "const" in inner and field and values.count(values[0]) == len(values) and values[0] != inner["const"]:
                field["const"] = values[0]


def _credentials(document: Document) -> dict[str, Action]:
    """Return how the document marks the names under which user and key travel."""
    found: dict[str, Action] = {}
    for operation in document.operations.values():
        for parameter in operation.parameters:
            if parameter.credential:
                found[parameter.name] = {"x-credential": parameter.credential}
        for name, schema in (operation.body_schema or {}).get("properties", {}).items():
            if "x-credential" in schema:
                found[name] = {"x-credential": schema["x-credential"]}
    return found


def _operation_id(method: str, path: str) -> str:
    words = [word for segment in segments(path) for word in segment.strip("{}").replace("-", "_").split("_")]
    return method + "".join(word[:1].upper() + word[1:] for word in words if word.isalnum())


_WRITERS: Mapping[Kind, Callable[[Difference, _Edits, Action], Iterator[Action]]] = {
    Kind.VALUE: _value,
    Kind.MISSING: _missing,
    Kind.GRANTED: _granted,
    Kind.RENAMED: _renamed,
    Kind.NEW_STATUS: _new_status,
    Kind.NEW_FIELD: _new_field,
    Kind.NEW_VALUE: _new_value,
    Kind.NEW_PARAMETER: _new_parameter,
    Kind.NEW_PATH: _new_path,
}
"""What each kind of difference changes. What is not here traffic cannot say how to change."""
