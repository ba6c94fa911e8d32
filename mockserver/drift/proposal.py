"""The overlay that adapts a contract to traffic: one writer of edits for each kind of difference."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from mockserver.contract import ABSENT, Confidence
from mockserver.contract import pointer as pointers
from mockserver.contract.parts import METHODS, types
from mockserver.drift.difference import Kind
from mockserver.drift.edits import SCALARS, Edits, UnwrittenError, quoted
from mockserver.drift.new_operations import described_response, new_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mockserver.drift.difference import Difference, Drift
    from mockserver.drift.edits import Action, Basis


def _value(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Widen a schema to accept the values seen: add a type, replace a constant, or remove the broken rule."""
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
    elif types(before) and set(types(before)) <= SCALARS:
        schema = edits.schema(pointer)
        del schema[rule]
        schema.update(known)
    yield from ()


def _missing(difference: Difference, edits: Edits, _: Action) -> Iterator[Action]:
    """Make a field optional."""
    edits.require(pointers.parent(pointers.parent(difference.pointer)), difference.name)
    yield from ()


def _granted(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Widen the schema of a request."""
    if difference.rule == "enum" and difference.shape:
        for value in difference.shape.examples:
            edits.add(difference.pointer, value, known)
    elif difference.rule != "required":
        yield from _value(difference, edits, known)
    elif len(difference.extra) > 1 and difference.extra[0] == "body":
        edits.require(difference.pointer, str(difference.extra[-1]))


def _renamed(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Rename a field. `x-renamed-from` keeps the description of the old one."""
    holder = pointers.parent(pointers.parent(difference.pointer))
    fields = f"{edits.at(holder, 'properties')}/properties"
    yield {
        "target": edits.target(fields),
        "update": {difference.instead: {"x-renamed-from": difference.name, **known}},
    }
    yield {"target": edits.target(f"{fields}/{pointers.escape(difference.name)}"), "remove": True}
    edits.require(holder, difference.name, difference.instead)


def _new_status(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Add a response to an operation, or change the status of a reason if every refusal has the new one.

    The lowest status of success determines the usual response, so a lower success status is not added.
    """
    status = int(difference.name)
    if difference.extra:
        if difference.instead:
            yield {"target": edits.target(edits.at(difference.pointer)), "update": {"status": status, **known}}
        return
    operation = edits.document.operations[difference.operation.partition(".")[2]]
    if not 200 <= status < operation.status:
        response = described_response(difference.shape, known)
        yield {"target": edits.target(edits.at(difference.pointer)), "update": {difference.name: response}}


def _new_field(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Add a field to an object. Its meaning is unknown, so the mock makes up its value."""
    fields = f"{edits.at(pointers.parent(difference.pointer), 'properties')}/properties"
    schema = difference.shape.schema() if difference.shape else {}
    yield {"target": edits.target(fields), "update": {difference.name: {**schema, "x-made-up": True, **known}}}


def _new_value(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Add a value to an enumeration. No word of the vocabulary is assigned to it."""
    if difference.extra is not ABSENT:
        edits.add(difference.pointer, difference.extra, known)
    yield from ()


def _new_parameter(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Add an optional parameter to an operation."""
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


def moved(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Move an operation to another path.

    Overlay 1.0 has no copy action, so the whole operation is written out.
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


WRITERS: Mapping[Kind, Callable[[Difference, Edits, Action], Iterator[Action]]] = {
    Kind.VALUE: _value,
    Kind.MISSING: _missing,
    Kind.GRANTED: _granted,
    Kind.RENAMED: _renamed,
    Kind.NEW_STATUS: _new_status,
    Kind.NEW_FIELD: _new_field,
    Kind.NEW_VALUE: _new_value,
    Kind.NEW_PARAMETER: _new_parameter,
    Kind.NEW_PATH: new_path,
}
"""The writer for each kind of difference. Traffic does not show how to resolve the other kinds."""


_VERSION = "1.0.0"


def propose(drift: Drift, bases: Mapping[str, Basis], source: str) -> dict[str, Any] | None:
    """Return an OpenAPI Overlay 1.0 that corrects contradicted facts and adds new ones; None if it would be empty.

    `source` names the origin of the traffic. Differences that traffic does not show how to resolve, such as a refused
    request, are left out.
    """
    actions: list[Action] = []
    for name, basis in bases.items():
        differences = [each for each in drift.differences if each.document == name]
        confirmed = {each.pointer for each in drift.confirmed if each.document == name}
        edits = Edits(basis, confirmed)
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


def _actions(differences: Sequence[Difference], edits: Edits, source: str) -> Iterator[Action]:
    """Yield the actions for one document. Operations move first, and their other changes apply to the new path."""
    targets = {}
    for move in (each for each in differences if each.kind is Kind.MOVED):
        if edits.path(move.instead) == move.instead:
            yield from moved(move, edits, _provenance(move, source))
            method = pointers.split(move.pointer)[-1]
            targets[edits.target(move.pointer)] = f"$['paths']['{quoted(move.instead)}']['{method}']"
    for action in _changes(differences, edits, source):
        target = action["target"]
        before = next((before for before in targets if target.startswith(before)), None)
        yield action if before is None else {**action, "target": targets[before] + target[len(before) :]}


def _changes(differences: Sequence[Difference], edits: Edits, source: str) -> Iterator[Action]:
    for difference in differences:
        if writer := WRITERS.get(difference.kind):
            try:
                yield from list(writer(difference, edits, _provenance(difference, source)))
            except UnwrittenError:
                continue  # the fact is derived from another one, and the traffic does not show which to change
    yield from edits.actions()


def write(overlay: Mapping[str, Any]) -> str:
    """Return an overlay as YAML."""
    return yaml.dump(dict(overlay), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper without aliases, which overlay tools may not support."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
        """Write a list of scalars on one line."""
        flat = not any(isinstance(item, dict | list) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flow_style or flat)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is that of the library
        """Write every value in full."""
        return True


def _provenance(difference: Difference, source: str) -> Action:
    date, count = _date(difference.last), difference.times
    return {"x-provenance": {"level": str(Confidence.OBSERVED), "source": source, "date": date, "count": count}}


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
