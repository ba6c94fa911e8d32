"""The descriptions of operations that the contract does not have, as recorded traffic shows them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mockserver.contract import ABSENT
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.routing import parameter_name, segments
from mockserver.drift.schema_inference import InferredSchema
from mockserver.traffic import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.contract import Document
    from mockserver.drift.edits import Edits
    from mockserver.drift.inference.learned import NewPath
    from mockserver.drift.inference.requests import Bound
    from mockserver.drift.overlay_diff import Action


def names_of(new: NewPath, document: Document) -> Mapping[str, str]:
    """Return a name for each segment that varies in a new path: that of the user id in the contract, or `id`, `id2`."""
    roles = {bound.spot: bound.credential for bound in new.bounds}
    users = [
        parameter.name
        for operation in document.operations.values()
        for parameter in operation.parameters
        if parameter.credential == "user"
    ]
    names: dict[str, str] = {}
    for position, part in enumerate(new.group.path):
        if not part:
            name = users[0] if users and roles.get(("path", str(position))) == "user" else "id"
            names[str(position)] = name if name not in names.values() else f"{name}{position}"
    return names


def new_operation(new: NewPath, edits: Edits, known: Action) -> tuple[str, str, Action]:
    """Return the path, the method and the description of a new operation.

    Its effect is unknown, so the mock returns a recorded response.
    """
    group = new.group
    names = names_of(new, edits.document)
    method, path = group.method.lower(), edits.known_path(group.template(names))
    stated = segments(path)
    names = {position: parameter_name(stated[int(position)]) or name for position, name in names.items()}
    roles = {bound.spot: bound for bound in new.bounds}
    count = len(group.requests)
    described: Action = {
        "operationId": edits.name(_operation_id(method, path)),
        "summary": "Seen in recorded traffic",
        "x-effect": "reads" if method == "get" else "orders",
        "x-unmodelled": True,
        **known,
        "parameters": [
            {
                "name": names.get(column.spot[1], column.spot[1]) if column.spot[0] == "path" else column.spot[1],
                "in": column.spot[0],
                "required": column.spot[0] == "path" or len(column.values) == count,
                "schema": {"type": "string"},
                **_credential(roles.get(column.spot)),
            }
            for column in new.columns
            if column.spot[0] != "body"
        ],
        "responses": _responses(new, edits.document, known),
    }
    if body := _body(new, roles):
        described["requestBody"] = body
    return path, method, described


def described_response(shape: InferredSchema | None, known: Action) -> Action:
    """Return a response object with the schema inferred from its bodies."""
    response: Action = {"description": "Seen in recorded traffic.", **known}
    if shape is not None and shape.times:
        response["content"] = {JSON_TYPE: {"schema": shape.schema()}}
    return response


def _credential(bound: Bound | None) -> Action:
    return {"x-credential": bound.credential} if bound else {}


def _body(new: NewPath, roles: Mapping[tuple[str, ...], Bound]) -> Action | None:
    """Return the request body of a new operation; None if the requests have none."""
    bodies = [body for each in new.group.requests if isinstance(body := each.exchange.request.json, dict)]
    if not bodies:
        return None
    shape = InferredSchema()
    for body in bodies:
        shape.add(body)
    schema = shape.schema()
    for name, field in schema.get("properties", {}).items():
        field |= _credential(roles.get(("body", name)))
    return {"required": len(bodies) == len(new.group.requests), "content": {JSON_TYPE: {"schema": schema}}}


def _responses(new: NewPath, document: Document, known: Action) -> Action:
    """Return the responses of a new operation. Failures are left out if others were seen: the document derives them."""
    answers = [each.exchange.answer for each in new.group.requests if each.exchange.answer is not None]
    granted = [
        each
        for each in answers
        if document.check_failure(each.status, each.json, header(each.headers, "content-type") or "")
    ]
    granted = [each for each in granted if not _is_marked(each.json, document)] or granted
    seen: defaultdict[int, list[Any]] = defaultdict(list)
    for answer in granted or answers:
        seen[answer.status] += [] if answer.json is ABSENT else [answer.json]
    responses = {}
    for status, bodies in sorted(seen.items()):
        shape = InferredSchema()
        for body in bodies:
            shape.add(body)
        response = responses[str(status)] = described_response(shape, known)
        for media in response.get("content", {}).values():
            media["example"] = bodies[0]
            _set_constants(media["schema"], bodies, document.failures.schemas(status) if document.failures else ())
    for each in new.refused:
        if each.document is document and each.exchange.answer is not None:
            refused = str(each.exchange.answer.status)
            responses.setdefault(refused, {"description": "Seen in recorded traffic. The reason is unknown.", **known})
    return responses


def _is_marked(body: Any, document: Document) -> bool:
    """Return whether a body has a constant by which the failures of a document differ from success."""
    failing = (
        [entry.schema for entry in document.failures.entries.values() if entry.schema] if document.failures else []
    )
    constants = {
        name: inner["const"]
        for each in failing
        for name, inner in each.get("properties", {}).items()
        if "const" in inner
    }
    return isinstance(body, dict) and any(body.get(name, ABSENT) == value for name, value in constants.items())


def _set_constants(schema: Action, bodies: Sequence[Any], failures: Iterable[Action]) -> None:
    """Make a field constant if all bodies agree on its value and the failures have another constant there."""
    for failure in failures:
        for name, inner in failure.get("properties", {}).items():
            values = [body.get(name) for body in bodies if isinstance(body, dict)]
            field = schema.get("properties", {}).get(name)
            if "const" in inner and field and values.count(values[0]) == len(values) and values[0] != inner["const"]:
                field["const"] = values[0]


def _operation_id(method: str, path: str) -> str:
    words = [word for segment in segments(path) for word in segment.strip("{}").replace("-", "_").split("_")]
    return method + "".join(word[:1].upper() + word[1:] for word in words if word.isalnum())
