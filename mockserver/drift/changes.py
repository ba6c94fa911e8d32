"""The changes of a document that its differences to traffic ask for, operation by operation."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from mockserver.contract import vocabulary
from mockserver.contract.failures import success_status
from mockserver.contract.messages import brief
from mockserver.contract.parts import JSON_TYPE, METHODS, types
from mockserver.drift.difference import Kind
from mockserver.drift.failure_changes import revise_failures
from mockserver.drift.inference.learned import operation_spot
from mockserver.drift.inference.schemas import ENOUGH, Revision
from mockserver.drift.inference.text_patterns import pattern
from mockserver.drift.new_operations import described_response, new_operation
from mockserver.drift.question import of_differences, of_failures, of_value
from mockserver.drift.sighting import PROVENANCE, provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mockserver.contract import Operation
    from mockserver.drift.difference import Difference, Drift
    from mockserver.drift.edits import Data, Edits
    from mockserver.drift.inference.learned import Learned
    from mockserver.drift.inference.requests import Bound, Sent
    from mockserver.drift.question import Question

IN_RESPONSE = frozenset({Kind.VALUE, Kind.MISSING, Kind.NEW_FIELD, Kind.NEW_VALUE, Kind.RENAMED})
IN_REQUEST = frozenset({Kind.GRANTED, Kind.NEW_PARAMETER})
INHERITED = ("page", "ground")
"""The fields of a provenance that the parts of an object take from it."""


def apply(edits: Edits, differences: Sequence[Difference], drift: Drift, source: str) -> list[Question]:
    """Edit a document so that its differences to traffic disappear, as far as traffic shows how.

    Return the questions that are left.
    """
    questions: list[Question] = []
    if edits.document.name in drift.failures and any(each.refused or each.kind is Kind.FAILURE for each in differences):
        revise_failures(edits, drift.failures[edits.document.name], drift.learned, source)
    by_operation: defaultdict[str, list[Difference]] = defaultdict(list)
    for each in differences:
        by_operation[each.operation].append(each)
    for operation in edits.document.operations.values():
        known = drift.learned.get(operation.name)
        questions += _revise(edits, operation, known, by_operation.get(operation.name, []), source)
    for difference in by_operation.get(edits.document.name, ()):
        if difference.kind is Kind.NEW_PATH:
            _add_operation(edits, difference, source)
    if edits.document.name in drift.failures:
        questions += of_failures(edits.document.name, drift.failures[edits.document.name])
    bound = ((each.operation.name, spot.spot[-1]) for each in drift.learned.values() for spot in each.bounds)
    return [*questions, *of_differences(differences, bound)]


def _revise(
    edits: Edits, operation: Operation, learned: Learned | None, differences: Sequence[Difference], source: str
) -> list[Question]:
    """Change an operation: its path, the places of its arguments, its success response, and what else differs.

    Return the questions that are left.
    """
    questions: list[Question] = []
    if learned is not None and learned.group is not None:
        _move(edits, operation, learned, source)
    elif learned is not None and learned.bounds:
        _bind(edits, operation, learned)
    in_response = any(each.kind in IN_RESPONSE and _is_of_success(operation, each) for each in differences)
    renumbered = _renumber(edits, operation, learned) if learned is not None else False
    if learned is not None and (in_response or renumbered):
        questions = _revise_response(edits, operation, learned, differences, source)
    restated = {bound.spot for bound in learned.bounds} if learned is not None else set()
    for difference in differences:
        if difference.kind is Kind.GRANTED and tuple(map(str, difference.extra)) in restated:
            continue
        if renumbered and difference.kind is Kind.NEW_STATUS and not difference.refused:
            continue
        if change := _CHANGES.get(difference.kind):
            change(edits, operation, difference, source)
    return questions


def _is_of_success(operation: Operation, difference: Difference) -> bool:
    """Return whether a difference is in a success response, not in a failure."""
    return difference.what.startswith(f"{operation.status} ")


def _revise_response(
    edits: Edits, operation: Operation, learned: Learned, found: Iterable[Difference], source: str
) -> list[Question]:
    names = vocabulary().names_of({name: vocabulary().purposes[name] for name in operation.purposes})
    success = operation.success_schema
    revision = Revision(edits.document, edits.before, learned.meanings, names, success, learned.conventions)
    status = success_status(edits.operation(operation)["responses"]) or operation.status
    media = edits.media(operation, status)
    schema = revision.revised_from(learned.shape)
    if schema == media.get("schema"):
        return []
    media.clear()
    media["schema"] = schema
    last = max(each.last for each in found)
    response = edits.response(operation, status)
    kept = {name: value for name, value in response.get(PROVENANCE, {}).items() if name in INHERITED}
    response[PROVENANCE] = {**provenance(source, last, learned.shape.times), **kept}
    return [
        of_value(operation.name, status, node.path, names, brief(next(iter(node.distinct), "")))
        for node, names in revision.open
    ]


def _renumber(edits: Edits, operation: Operation, learned: Learned) -> bool:
    """Give the success response of an operation another status, if all granted calls have it."""
    statuses = {call.status for call in learned.calls}
    if len(learned.calls) < ENOUGH or len(statuses) != 1 or statuses == {operation.status}:
        return False
    responses = edits.operation(operation)["responses"]
    if str(operation.status) not in responses:
        return False
    responses[str(statuses.pop())] = responses.pop(str(operation.status))
    return True


def _move(edits: Edits, operation: Operation, learned: Learned, source: str) -> None:
    """Move an operation to its new path, with the places of its arguments there."""
    group = learned.group
    assert group is not None  # noqa: S101 - only operations that have moved come here
    stated = map(edits.resolved, edits.operation(operation).get("parameters", ()))
    old = {_role(parameter): parameter for parameter in stated}
    names = learned.names
    described = edits.move(operation, learned.path, group.method.lower())
    by_spot = {bound.spot: bound for bound in learned.bounds}
    count = len(learned.calls)
    parameters: list[Data] = []
    for column in learned.columns:
        if column.spot[0] == "body":
            continue
        bound = by_spot.get(column.spot)
        place, name = column.spot
        before = old.get((bound.argument, bound.credential), {}) if bound else {}
        name = names.get(name, name) if place == "path" else name
        if bound and before.get("in") == place and before.get("name") == name and not _format(bound):
            parameters.append(before)
        else:
            parameters.append(_parameter(place, name, bound, required=len(column.values) == count))
    described["parameters"] = parameters
    in_body = [column for column in learned.columns if column.spot[0] == "body"]
    described.pop("requestBody", None)
    if in_body:
        schema = _body(in_body, by_spot, count)
        described["requestBody"] = {"required": True, "content": {JSON_TYPE: {"schema": schema}}}
    last = max(call.exchange.started for call in learned.calls)
    kept = {name: value for name, value in described.get(PROVENANCE, {}).items() if name in INHERITED}
    described[PROVENANCE] = {**provenance(source, last, count), **kept}


def _role(parameter: Data) -> tuple[str, str]:
    return parameter.get("x-argument", ""), parameter.get("x-credential", parameter["schema"].get("x-credential", ""))


def _parameter(place: str, name: str, bound: Bound | None, *, required: bool) -> Data:
    """Return the description of a parameter."""
    return {
        "name": name,
        "in": place,
        "required": required or place == "path",
        **(_annotation(bound) if bound else {}),
        "schema": {"type": "string", **_form(bound)},
    }


def _form(bound: Bound | None) -> Data:
    """Return the pattern of texts of several arguments: they have its punctuation."""
    if bound is None or not bound.template:
        return {}
    pieces = re.split(r"\{[a-z_]+\}", bound.template)
    marks = "".join(dict.fromkeys("".join(pieces)))
    return {"pattern": f"^{f'[^{re.escape(marks)}]+'.join(map(re.escape, pieces))}$"}


def _annotation(bound: Bound) -> Data:
    if bound.credential:
        return {"x-credential": bound.credential}
    return {"x-argument": bound.template or bound.argument, **_format(bound)}


def _format(bound: Bound) -> Data:
    """Return the annotation of a format other than the usual one."""
    found: Data = {}
    if bound.encoding is not None and bound.encoding.annotation:
        name, value = bound.encoding.annotation
        if value not in ("cents", "fraction"):
            found[name] = value
    if bound.words:
        found["x-words"] = dict(bound.words)
    return found


def _body(columns: Sequence[Sent], by_spot: Mapping[tuple[str, ...], Bound], count: int) -> Data:
    """Return the schema of a request body."""
    schema: Data = {"type": "object"}
    for column in columns:
        holder = schema
        *parents, name = column.spot[1:]
        for parent in parents:
            holder = holder.setdefault("properties", {}).setdefault(parent, {"type": "object"})
        bound = by_spot.get(column.spot)
        holder.setdefault("properties", {})[name] = {"type": column.kind, **(_annotation(bound) if bound else {})}
        if len(column.values) == count:
            holder.setdefault("required", []).append(name)
    return schema


def _bind(edits: Edits, operation: Operation, learned: Learned) -> None:
    """Put the arguments of an operation at the places where traffic has them, instead of those in the contract."""
    count = len(learned.calls)
    columns = {column.spot: column for column in learned.columns}
    for bound in learned.bounds:
        column = columns[bound.spot]
        required = len(column.values) == count
        _remove(edits, operation, operation_spot(operation, bound), bound.spot)
        if bound.argument and operation.spot(bound.argument) == bound.spot:
            _restate(edits, operation, bound, column)
        elif bound.spot[0] == "body":
            _bind_in_body(edits, operation, bound, column, required=required)
        elif not bound.part:  # the other arguments of the same text have been added with the first
            place, name = bound.spot
            parameters = edits.operation(operation).setdefault("parameters", [])
            parameters.append(_parameter(place, name, bound, required=required))


def _restate(edits: Edits, operation: Operation, bound: Bound, column: Sent) -> None:
    """Write an argument in another format at the place that it has in the contract."""
    if bound.spot[0] == "body":
        schema = edits.body_schema(operation)
        for name in bound.spot[1:-1]:
            schema = edits.own(schema["properties"], name) if schema else None
        if schema:
            schema["properties"][bound.spot[-1]] = {**_typed(column), **_annotation(bound)}
        return
    parameter = edits.parameter(operation, *bound.spot)
    if parameter is not None:
        for name in ("x-unit", "x-time", "x-words", "example"):
            parameter.pop(name, None)
        parameter |= {**_annotation(bound), "schema": _typed(column)}


def _typed(column: Sent) -> Data:
    """Return the type of the values of a column, with the form of texts."""
    texts = [value for value in column.values.values() if isinstance(value, str)]
    form = pattern(list(dict.fromkeys(texts))) if column.kind == "string" else ""
    return {"type": column.kind, **({"pattern": form} if form else {})}


def _bind_in_body(edits: Edits, operation: Operation, bound: Bound, column: Sent, *, required: bool) -> None:
    schema = edits.body_schema(operation)
    if schema is None:
        return
    *parents, name = bound.spot[1:]
    for parent in parents:
        schema = schema.setdefault("properties", {}).setdefault(parent, {"type": "object"})
    schema.setdefault("properties", {})[name] = {"type": column.kind, **_annotation(bound)}
    if required:
        schema["required"] = [*(each for each in schema.get("required", ()) if each != name), name]


def _remove(edits: Edits, operation: Operation, old: tuple[str, ...] | None, new: tuple[str, ...]) -> None:
    """Remove the place of an argument that has another one."""
    if old is None or old == new:
        return
    if old[0] == "body":
        schema = edits.body_schema(operation)
        for name in old[1:-1]:
            schema = edits.own(schema["properties"], name) if schema else None
        if schema and old[-1] in schema.get("properties", {}):
            del schema["properties"][old[-1]]
            schema["required"] = [name for name in schema.get("required", ()) if name != old[-1]]
        return
    described = edits.operation(operation)
    described["parameters"] = [
        each
        for each in described.get("parameters", ())
        if (edits.resolved(each).get("in"), edits.resolved(each).get("name")) != old
    ]


def _granted(edits: Edits, operation: Operation, difference: Difference, source: str) -> None:
    """Widen the schema of a part of a request."""
    place, *path = difference.extra
    if not path:
        return
    *above, name = path
    known = {PROVENANCE: provenance(source, difference.last, difference.times)}
    if place == "body":
        holder = edits.body_schema(operation)
        for step in above:
            holder = edits.own(holder["properties"], step) if holder and step in holder.get("properties", {}) else None
        if holder is None:
            return
        if difference.rule == "required":
            holder["required"] = [each for each in holder.get("required", ()) if each != name]
        elif name in holder.get("properties", {}):
            _widen(edits.own(holder["properties"], name), difference, known)
        return
    parameter = edits.parameter(operation, place, str(name))
    if parameter is None:
        return
    if difference.rule == "required":
        parameter["required"] = False
    else:
        _widen(edits.own(parameter, "schema"), difference, {})
    parameter.update(known)


def _widen(schema: Data, difference: Difference, known: Data) -> None:
    """Widen a schema to accept the values seen: add a type or a value, or remove the broken rule."""
    shape, rule = difference.shape, difference.rule
    if shape is None or rule not in schema:
        return
    if rule == "enum":
        schema["enum"] = [*schema["enum"], *(value for value in shape.examples if value not in schema["enum"])]
    elif rule == "type":
        both = dict.fromkeys((*types(schema), *shape.types))
        schema["type"] = [name for name in both if name != "integer" or "number" not in both]
    else:
        del schema[rule]
    schema.update(known)


def _new_parameter(edits: Edits, operation: Operation, difference: Difference, source: str) -> None:
    """Add an optional parameter to an operation. Its meaning is unknown."""
    known = {PROVENANCE: provenance(source, difference.last, difference.times)}
    place, *path = difference.extra
    described = edits.operation(operation)
    if place == "query":
        parameters = described.setdefault("parameters", [])
        if not any(edits.resolved(each).get("name") == difference.name for each in parameters):
            parameters.append({"name": difference.name, "in": "query", "schema": {"type": "string"}, **known})
    elif len(path) == 1 and (schema := edits.body_schema(operation)) is not None:
        inferred = difference.shape.schema() if difference.shape else {}
        schema.setdefault("properties", {}).setdefault(difference.name, {**inferred, **known})


def _new_status(edits: Edits, operation: Operation, difference: Difference, source: str) -> None:
    """Add a response to an operation, or change the status of a reason if every refusal has the new one.

    The lowest status of success determines the usual response, so a lower success status is not added.
    """
    status = int(difference.name)
    known = {PROVENANCE: provenance(source, difference.last, difference.times)}
    if difference.extra:
        if difference.instead:
            edits.data["x-failures"]["reasons"][difference.extra].update({"status": status, **known})
        return
    if not 200 <= status < operation.status:
        responses = edits.operation(operation)["responses"]
        responses.setdefault(difference.name, described_response(difference.shape, known))


def _add_operation(edits: Edits, difference: Difference, source: str) -> None:
    """Add an operation. Its effect is unknown, so the mock returns the recorded responses."""
    group = difference.extra.group
    if group.method.lower() in METHODS and not any({"{", "}"} & set(part) for part in group.path):
        known = {PROVENANCE: provenance(source, difference.last, difference.times)}
        edits.add(*new_operation(difference.extra, edits, known))


_CHANGES: Mapping[Kind, Callable[[Edits, Operation, Difference, str], None]] = {
    Kind.GRANTED: _granted,
    Kind.NEW_PARAMETER: _new_parameter,
    Kind.NEW_STATUS: _new_status,
}
"""How each kind of difference outside success responses is resolved. Traffic does not show it for the other kinds."""
