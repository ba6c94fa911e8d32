"""Operations that the contract does not know, as far as traffic describes them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from mockserver.contract import ABSENT
from mockserver.contract.parts import JSON_TYPE, METHODS
from mockserver.contract.routing import parameter_name, segments
from mockserver.drift.path_matching import HOLE
from mockserver.drift.schema_inference import Shape
from mockserver.traffic import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mockserver.contract import Document
    from mockserver.drift.difference import Difference
    from mockserver.drift.edits import Action, Edits
    from mockserver.drift.path_matching import Group


def new_path(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
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


def described_response(shape: Shape | None, known: Action) -> Action:
    """Return a response of a document, with the shape of its bodies."""
    response: Action = {"description": "Seen in recorded traffic.", **known}
    if shape is not None and shape.times:
        response["content"] = {JSON_TYPE: {"schema": shape.schema()}}
    return response


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
        response = responses[str(status)] = described_response(shape, known)
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
