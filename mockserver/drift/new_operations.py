"""Requests for paths that are not in the contract: moved operations, and new operations for an overlay."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver.contract import ABSENT
from mockserver.contract.parts import JSON_TYPE, METHODS
from mockserver.contract.routing import parameter_name, segments
from mockserver.drift import path_matching
from mockserver.drift.difference import Difference, Kind, Occurrences
from mockserver.drift.path_matching import HOLE, Group, Move, UnmatchedRequest
from mockserver.drift.schema_inference import InferredSchema
from mockserver.traffic import header

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mockserver.contract import Arguments, Document, Operation
    from mockserver.drift.edits import Action, Edits
    from mockserver.drift.path_matching import Group
    from mockserver.traffic import Exchange


def new_path(difference: Difference, edits: Edits, known: Action) -> Iterator[Action]:
    """Yield the action that adds an operation. Its effect is unknown, so the mock returns the recorded responses."""
    group: Group = difference.extra
    method = group.method.lower()
    if method not in METHODS or any({"{", "}"} & set(segment) for segment in group.path if segment != HOLE):
        return  # OpenAPI cannot express it
    path = edits.path(difference.name)
    names = [name for segment in segments(path) if (name := parameter_name(segment))]
    requests = [stray.exchange.request for stray in group.strays]
    queries = Counter(name for request in requests for name in {name for name, _ in request.query})
    posted = InferredSchema()
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


def described_response(shape: InferredSchema | None, known: Action) -> Action:
    """Return a response object with the schema inferred from its bodies."""
    response: Action = {"description": "Seen in recorded traffic.", **known}
    if shape is not None and shape.times:
        response["content"] = {JSON_TYPE: {"schema": shape.schema()}}
    return response


def _responses(group: Group, document: Document, known: Action) -> Action:
    """Return the responses of a new operation. Failures are left out if others were seen: the document derives them."""
    answers = [stray.exchange.answer for stray in group.strays if stray.exchange.answer is not None]
    granted = [
        each
        for each in answers
        if document.check_failure(each.status, each.json, header(each.headers, "content-type") or "")
    ]
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
    return responses


def _set_constants(schema: Action, bodies: Sequence[Any], failures: Iterable[Action]) -> None:
    """Make a field constant if all bodies agree on its value and the failures have another constant there."""
    for failure in failures:
        for name, inner in failure.get("properties", {}).items():
            values = [body.get(name) for body in bodies if isinstance(body, dict)]
            field = schema.get("properties", {}).get(name)
            if "const" in inner and field and values.count(values[0]) == len(values) and values[0] != inner["const"]:
                field["const"] = values[0]


def _credentials(document: Document) -> dict[str, Action]:
    """Return the `x-credential` marks of the document by the name of their parameter or field."""
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


MAXIMUM_STRAYS = 2000
"""The maximum number of requests for unknown paths that are kept."""
MAXIMUM_VALUES = 200
"""The maximum number of values of each parameter that are kept to recognize parameters in unknown paths."""


class UnmatchedRequests:
    """The requests for unknown paths. Each belongs to a moved operation or to a new one."""

    def __init__(self, documents: Collection[Document]) -> None:
        self._strays: list[UnmatchedRequest] = []
        self._moves: list[Move] = []
        self._hosts = {urlsplit(document.resolve("/servers/0/url")).netloc for document in documents}
        self._values: defaultdict[str, set[str]] = defaultdict(set)

    def keep(self, document: Document, path: str, exchange: Exchange) -> None:
        """Keep a request, up to `MAXIMUM_STRAYS`."""
        if len(self._strays) < MAXIMUM_STRAYS:
            self._strays.append(UnmatchedRequest(document, path, exchange))

    def trust(self, host: str) -> None:
        """Add a host of the service: it has responded to an operation of the contract."""
        self._hosts.add(host)

    def remember(self, arguments: Arguments) -> None:
        """Keep the values of parameters, to recognize them in unknown paths."""
        members = arguments.body if isinstance(arguments.body, dict) else {}
        for name, value in (*arguments.path.items(), *arguments.query.items(), *members.items()):
            if isinstance(value, str | int) and value != "" and len(self._values[name]) < MAXIMUM_VALUES:
                self._values[name].add(str(value))

    def explain(self, unmet: Collection[tuple[Document, Operation]]) -> list[Move]:
        """Return the moved operations among those not seen at their path, and drop their requests."""
        found = path_matching.find(path_matching.groups(self._trusted(), self._values), unmet, self._values)
        explained = {id(stray) for move in found for stray in move.group.strays}
        self._strays = [stray for stray in self._strays if id(stray) not in explained]
        self._moves += found
        return found

    @property
    def gone(self) -> set[tuple[str, str]]:
        """The document name and the pointer of each moved operation."""
        return {(move.group.document.name, move.operation.pointer) for move in self._moves}

    def moved(self) -> Iterator[Difference]:
        """Yield a difference for each moved operation."""
        return map(self._moved, self._moves)

    def new(self) -> Iterator[Difference]:
        """Yield a difference for each new operation."""
        return map(self._new_path, path_matching.groups(self._trusted(), self._values))

    def _trusted(self) -> list[UnmatchedRequest]:
        """Return the requests to hosts of the service."""
        return [stray for stray in self._strays if stray.exchange.request.authority in self._hosts]

    def _moved(self, move: Move) -> Difference:
        operation, group = move.operation, move.group
        document = group.document
        return self._of_group(
            Kind.MOVED,
            group,
            operation=operation.name,
            pointer=operation.pointer,
            what="path",
            expected=f"{operation.method} {operation.path}",
            got=f"{operation.method} {move.path}",
            provenance=document.provenance(operation.pointer).level,
            place=document.place(operation.pointer),
            name=operation.path,
            instead=move.path,
        )

    def _new_path(self, group: Group) -> Difference:
        path = path_matching.template(group, self._values)
        return self._of_group(
            Kind.NEW_PATH,
            group,
            operation=group.document.name,
            pointer="/paths",
            what="path",
            expected="",
            got=f"{group.method} {path}",
            name=path,
            extra=group,
        )

    def _of_group(self, kind: Kind, group: Group, **fields: Any) -> Difference:
        seen = Occurrences()
        for stray in group.strays:
            seen.add(stray.exchange, stray.exchange.answer.json if stray.exchange.answer else ABSENT)
        return Difference(
            kind=kind,
            document=group.document.name,
            times=seen.times,
            first=seen.first,
            last=seen.last,
            shape=seen.shape,
            example=seen.example,
            **fields,
        )
