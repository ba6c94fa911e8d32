"""From what traffic says to an overlay that makes the contract say so, too."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from contracts.drift.difference import Kind
from contracts.drift.shape import Shape
from contracts.spec import ABSENT, Level
from contracts.spec import pointer as pointers
from contracts.spec.parts import JSON_TYPE, types
from contracts.spec.routing import parameter_name, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from contracts.drift.difference import Difference, Drift
    from contracts.drift.moves import Group
    from contracts.spec import Document

Action = dict[str, Any]
_VERSION = "1.0.0"
_SCALARS = {"string", "integer", "number", "boolean", "null"}


def propose(drift: Drift, documents: Mapping[str, Document], source: str) -> dict[str, Any] | None:
    """Return an OpenAPI Overlay 1.0 that changes what was contradicted and adds what is new; None if there is nothing.

    `source` says where the traffic comes from. What traffic cannot tell how to change, such as a request that was
    refused, is left out.
    """
    actions: list[Action] = []
    for name, document in documents.items():
        differences = [each for each in drift.differences if each.document == name]
        actions += ({"x-document": name, **action} for action in _actions(differences, document, source))
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


def _actions(differences: Sequence[Difference], document: Document, source: str) -> Iterator[Action]:
    """Yield the actions for one document: operations move first, and what else changes in them, changes there."""
    moves = {each.pointer: each for each in differences if each.kind is Kind.MOVED}
    for move in moves.values():
        yield from _moved(move, document, _provenance(move, source))
    targets = {
        _target(pointer, document): _path_target(move.instead, pointers.split(pointer)[-1])
        for pointer, move in moves.items()
    }
    for action in _changes(differences, document, source):
        target = action["target"]
        before = next((before for before in targets if target.startswith(before)), None)
        yield action if before is None else {**action, "target": targets[before] + target[len(before) :]}


def _changes(differences: Sequence[Difference], document: Document, source: str) -> Iterator[Action]:
    edits = _Edits(document)
    for difference in differences:
        if write := _WRITERS.get(difference.kind):
            yield from write(difference, edits, _provenance(difference, source))
    yield from edits.actions()


class _Edits:
    """A document, and changes of it that several differences may make together."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._required: dict[str, list[str]] = {}
        self._schemas: dict[str, Action] = {}

    def target(self, pointer: str) -> str:
        """Write a pointer as JSONPath."""
        return _target(pointer, self.document)

    def require(self, holder: str, name: str, instead: str | None = None) -> None:
        """Take a name out of the required ones of an object schema, or put another one in its place."""
        required = self._required.setdefault(holder, list(self.document.resolve(holder).get("required", ())))
        if name in required:
            at = required.index(name)
            required[at : at + 1] = [instead] if instead else []

    def schema(self, pointer: str) -> Action:
        """Return the schema at a pointer, to be changed."""
        return self._schemas.setdefault(pointer, dict(self.document.resolve(pointer)))

    def actions(self) -> Iterator[Action]:
        """Yield the actions that make these changes."""
        for pointer, schema in self._schemas.items():
            before = self.document.resolve(pointer)
            if before.keys() <= schema.keys():
                changed = {name: value for name, value in schema.items() if before.get(name, ABSENT) != value}
                yield {"target": self.target(pointer), "update": changed}
            else:
                above, _, name = pointer.rpartition("/")
                yield {"target": self.target(pointer), "remove": True}
                yield {"target": self.target(above), "update": {pointers.unescape(name): schema}}
        for holder, required in self._required.items():
            yield {"target": self.target(holder), "update": {"required": required}}


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


def _target(pointer: str, document: Document) -> str:
    """Write a pointer as JSONPath."""
    path = "$"
    value: Any = document.resolve("")
    for token in pointers.split(pointer):
        path += f"[{token}]" if isinstance(value, list) else f"['{_quoted(token)}']"
        value = pointers.step(value, token)
    return path


def _path_target(path: str, method: str) -> str:
    return f"$['paths']['{_quoted(path)}']['{method}']"


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _value(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Widen a schema so that it takes what was seen: another type, or no such rule."""
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
    elif set(types(before)) <= _SCALARS:
        schema = edits.schema(pointer)
        del schema[rule]
        schema.update(known)
        if rule == "const":
            schema["enum"] = [before["const"], *shape.examples]
    yield from ()


def _missing(difference: Difference, edits: _Edits, _: Action) -> Iterator[Action]:
    """Make a field optional."""
    edits.require(pointers.parent(pointers.parent(difference.pointer)), difference.name)
    yield from ()


def _granted(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Widen what a request may hold."""
    if difference.rule == "enum" and difference.shape:
        for value in difference.shape.examples:
            yield {"target": f"{edits.target(difference.pointer)}['enum']", "update": value}
    elif difference.rule != "required":
        yield from _value(difference, edits, known)
    elif len(difference.extra) > 1 and difference.extra[0] == "body":
        edits.require(difference.pointer, str(difference.extra[-1]))


def _renamed(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Give a field another name. The mock goes by `x-renamed-from`."""
    document, old, name = edits.document, difference.name, difference.instead
    fields = pointers.parent(difference.pointer)
    schema = _referring(document.resolve(difference.pointer), document)
    schema = {key: value for key, value in schema.items() if key not in ("x-provenance", "x-renamed-from")}
    earlier = document.resolve(difference.pointer).get("x-renamed-from", old)
    yield {"target": edits.target(fields), "update": {name: {**schema, "x-renamed-from": earlier, **known}}}
    yield {"target": edits.target(difference.pointer), "remove": True}
    edits.require(pointers.parent(fields), old, name)


def _new_status(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add an answer."""
    yield {
        "target": edits.target(difference.pointer),
        "update": {difference.name: _response(difference.shape, known)},
    }


def _response(shape: Shape | None, known: Action) -> Action:
    response: Action = {"description": "Seen in recorded traffic.", **known}
    if shape is not None and shape.times:
        response["content"] = {JSON_TYPE: {"schema": shape.schema()}}
    return response


def _new_field(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add a field to an object."""
    schema = difference.shape.schema() if difference.shape else {}
    yield {"target": edits.target(difference.pointer), "update": {difference.name: {**schema, **known}}}


def _new_value(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add a value to those that are listed."""
    if difference.extra is ABSENT:
        return
    yield {"target": f"{edits.target(difference.pointer)}['enum']", "update": difference.extra}
    yield {"target": edits.target(difference.pointer), "update": known}


def _new_parameter(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add a parameter to an operation, as one that need not be there."""
    schema = difference.shape.schema() if difference.shape else {}
    operation = edits.document.resolve(difference.pointer)
    if difference.rule == "query":
        parameter = {"name": difference.name, "in": "query", "schema": {"type": "string"}, **known}
        if "parameters" in operation:
            yield {"target": f"{edits.target(difference.pointer)}['parameters']", "update": parameter}
        else:
            yield {"target": edits.target(difference.pointer), "update": {"parameters": [parameter]}}
    elif len(difference.extra) == 2:
        body = edits.document.origin(operation["requestBody"]["content"][JSON_TYPE]["schema"])
        yield {"target": f"{edits.target(body)}['properties']", "update": {difference.name: {**schema, **known}}}


def _moved(difference: Difference, document: Document, known: Action) -> Iterator[Action]:
    """Take an operation out of its path and put it into another one.

    An overlay of version 1.0 cannot copy, so that the operation is written out.
    """
    *_, path, method = pointers.split(difference.pointer)
    item = document.resolve(pointers.join("paths", path))
    moved = {method: {**_referring(item[method], document), **known}}
    if "parameters" in item:
        moved["parameters"] = _referring(item["parameters"], document)
    yield {"target": "$.paths", "update": {difference.instead: moved}}
    alone = not [name for name in item if name != method and name != "parameters"]
    gone = pointers.join("paths", path) if alone else difference.pointer
    yield {"target": _target(gone, document), "remove": True}


def _referring(described: Any, document: Document) -> Any:
    """Return part of a document as its file has it: with `$ref` in front of what is in its components."""
    if isinstance(described, dict):
        return {name: _reference(value, document) for name, value in described.items()}
    if isinstance(described, list):
        return [_reference(value, document) for value in described]
    return described


def _reference(value: Any, document: Document) -> Any:
    origin = document.origin(value) if isinstance(value, dict) else ""
    tokens = pointers.split(origin)
    if len(tokens) == 3 and tokens[0] == "components":
        return {"$ref": f"#{origin}"}
    return _referring(value, document)


def _new_path(difference: Difference, edits: _Edits, known: Action) -> Iterator[Action]:
    """Add an operation. Nobody knows what it does: the mock answers what was seen."""
    group: Group = difference.extra
    method = group.method.lower()
    names = [name for segment in segments(difference.name) if (name := parameter_name(segment))]
    answers: defaultdict[int, Shape] = defaultdict(Shape)
    examples: dict[int, Any] = {}
    queries: dict[str, int] = {}
    posted = Shape()
    for _, _, exchange in group.strays:
        if exchange.answer is not None:
            shown = exchange.answer.json
            if shown is not ABSENT:
                answers[exchange.answer.status].add(shown)
                examples.setdefault(exchange.answer.status, shown)
            else:
                answers.setdefault(exchange.answer.status, Shape())
        for name in {name for name, _ in exchange.request.query}:
            queries[name] = queries.get(name, 0) + 1
        if isinstance(exchange.request.json, dict):
            posted.add(exchange.request.json)
    credentials = _credentials(edits.document)
    responses = {str(status): _response(shape, known) for status, shape in sorted(answers.items())}
    for status, example in examples.items():
        responses[str(status)]["content"][JSON_TYPE]["example"] = example
    text = {"type": "string"}
    described: Action = {
        "operationId": _operation_id(method, difference.name),
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
                "required": times == len(group.strays),
                "schema": text,
                **credentials.get(name, {}),
            }
            for name, times in queries.items()
        ],
        "responses": responses,
    }
    if posted.times:
        schema = posted.schema()
        for name, mark in credentials.items():
            if name in schema["properties"]:
                schema["properties"][name] |= mark
        described["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": schema}}}
    yield {"target": "$.paths", "update": {difference.name: {method: described}}}


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
