"""Grouping of requests for unknown paths, and matching of the groups to moved operations."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import SequenceMatcher
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from mockserver.contract import ABSENT
from mockserver.contract.arguments import bearer
from mockserver.contract.routing import parameter_name, segments
from mockserver.drift.schema_inference import Stranger, walk
from mockserver.traffic import header
from mockserver.traffic.calls import Known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Exchange

_IDENTIFIER = re.compile(r"[0-9]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HOLE = "{}"
"""The placeholder in the path of a group for a segment that looks like a parameter."""
_EXAMINED = 20
"""The maximum number of responses of an unknown path that are compared with an operation."""
_LIKE = 0.6
"""The minimum similarity of two paths if the responses have no fields to compare, from 0 to 1."""
_WRONG = 0.3
"""The maximum fraction of fields that may differ in a moved operation."""


class UnmatchedRequest(NamedTuple):
    """A successful request for an unknown path below the prefix of a document."""

    document: Document
    path: str
    exchange: Exchange


class Group(NamedTuple):
    """Unmatched requests with the same method and path. Segments that look like parameters are `{}`."""

    document: Document
    method: str
    path: tuple[str, ...]
    strays: tuple[UnmatchedRequest, ...]

    def values(self, position: int) -> set[str]:
        """Return the values at a position of the path."""
        return {unquote(segments(stray.path)[position]) for stray in self.strays}


class Move(NamedTuple):
    """A moved operation: its new path template, and the requests for that path."""

    operation: Operation
    path: str
    group: Group

    def known(self) -> Iterator[tuple[Known, Exchange]]:
        """Yield the requests as matches of this operation, with their exchanges."""
        names = [parameter_name(segment) for segment in segments(self.path)]
        for stray in self.group.strays:
            parts = map(unquote, segments(stray.path))
            path_params = {name: part for name, part in zip(names, parts, strict=True) if name}
            yield Known(stray.document, self.operation, path_params), stray.exchange


def groups(strays: Iterable[UnmatchedRequest], values: Mapping[str, Collection[str]]) -> list[Group]:
    """Group unmatched requests by path. `values` holds known values of parameters by name."""
    found: defaultdict[tuple[str, str, tuple[str, ...]], list[UnmatchedRequest]] = defaultdict(list)
    for stray in strays:
        known = {value for name in _names(stray.document) for value in values.get(name, ())}
        path = tuple(_generic(unquote(segment), known) for segment in segments(stray.path))
        found[stray.document.name, stray.exchange.request.method, path].append(stray)
    return [Group(alike[0].document, method, path, tuple(alike)) for (_, method, path), alike in found.items()]


def find(
    unknown: Sequence[Group], unmet: Iterable[tuple[Document, Operation]], values: Mapping[str, Collection[str]]
) -> list[Move]:
    """Return the operations that have moved to the paths of these groups.

    `unmet` holds the operations that were not seen at their path in the contract. Each group and each operation is
    matched at most once, the best matches first.
    """
    possible = [
        (score, number, operation.name, Move(operation, path, group))
        for document, operation in unmet
        for number, group in enumerate(unknown)
        if group.document is document and group.method == operation.method
        for path in _templates(operation, group, values)
        if (score := _score(operation, path, group)) is not None
    ]
    found: dict[str, Move] = {}
    taken: set[int] = set()
    for _, number, name, move in sorted(possible, key=lambda each: each[:3], reverse=True):
        if name not in found and number not in taken:
            found[name] = move
            taken.add(number)
    return list(found.values())


def template(group: Group, values: Mapping[str, Collection[str]]) -> str:
    """Return the path template of a group. A parameter is named by its known values, otherwise `id` or `id2`, `id3`…"""
    parts: list[str] = []
    for position, segment in enumerate(group.path):
        if segment != HOLE:
            parts.append(segment)
            continue
        seen = group.values(position)
        known = [name for name in sorted(_names(group.document)) if seen <= set(values.get(name, ()))]
        fallback = f"id{position}" if "{id}" in parts else "id"
        name = next((name for name in known if f"{{{name}}}" not in parts), fallback)
        parts.append(f"{{{name}}}")
    return "".join(f"/{part}" for part in parts)


def _names(document: Document) -> set[str]:
    return {
        parameter.name
        for operation in document.operations.values()
        for parameter in operation.parameters
        if parameter.place == "path"
    }


def _generic(segment: str, known: Collection[str]) -> str:
    return HOLE if segment in known or _IDENTIFIER.fullmatch(segment) else segment


def _templates(operation: Operation, group: Group, values: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield the first path template of a group that contains every path parameter of an operation, if there is one."""
    names = [parameter.name for parameter in operation.parameters if parameter.place == "path"]
    words = set(segments(operation.path)) | {
        word for each in group.document.operations.values() for word in segments(each.path)
    }
    holes = [position for position, segment in enumerate(group.path) if segment == HOLE]
    if len(holes) < len(names):
        others = [p for p, segment in enumerate(group.path) if segment != HOLE and segment not in words]
        holes = sorted([*holes, *others]) if len(holes) + len(others) == len(names) else []
    if len(holes) != len(names):
        return
    for order in permutations(names):
        if all(_may_hold(name, group.values(position), values) for name, position in zip(order, holes, strict=True)):
            placed = dict(zip(holes, order, strict=True))
            path = (f"{{{placed[p]}}}" if p in placed else segment for p, segment in enumerate(group.path))
            yield "".join(f"/{segment}" for segment in path)
            return


def _may_hold(name: str, seen: set[str], values: Mapping[str, Collection[str]]) -> bool:
    """Return whether a parameter may hold the values seen: none is a known value of only another parameter."""
    known = set(values.get(name, ()))
    others = {value for other, its in values.items() if other != name for value in its}
    return all(value in known or value not in others for value in seen)


def _score(operation: Operation, path: str, group: Group) -> tuple[float, float] | None:
    """Return the fraction of fields that conform to an operation, and the similarity of the paths.

    Return None if the group does not match the operation.
    """
    similarity = SequenceMatcher(None, segments(operation.path), segments(path)).ratio()
    fields = wrong = 0
    for stray in group.strays[:_EXAMINED]:
        answer, request = stray.exchange.answer, stray.exchange.request
        schema = operation.answers[answer.status].schema if answer and answer.status in operation.answers else None
        if answer is None or schema is None or not _is_complete(operation, stray.exchange):
            return None
        body = answer.json
        content_type = header(answer.headers, "content-type") or ""
        parts = walk(schema, body) if body is not ABSENT else []
        fields += sum(len(part.path) > 1 for part in parts)
        wrong += len(operation.check_answer(answer.status, body, content_type))
        wrong += sum(isinstance(part, Stranger) for part in parts)
        if request.method != operation.method:
            return None
    if wrong > fields * _WRONG or (fields == 0 and similarity < _LIKE):
        return None
    return 1 - (wrong / fields if fields else 0), similarity


def _is_complete(operation: Operation, exchange: Exchange) -> bool:
    """Return whether a request has all required query parameters and body fields of an operation."""
    request = exchange.request
    query = {name for name, _ in request.query}
    has_key = bearer(header(request.headers, "authorization")) is not None
    needed = {
        parameter.name
        for parameter in operation.parameters
        if parameter.place == "query" and parameter.required and not (has_key and parameter.credential == "key")
    }
    if not needed <= query:
        return False
    body = request.json
    schema = operation.body_schema or {}
    keys = {name for name, inner in schema.get("properties", {}).items() if inner.get("x-credential") == "key"}
    required = set(schema.get("required", ())) - (keys if has_key else set())
    return not required or (isinstance(body, dict) and required <= body.keys())
