"""What was learned about the operations of a document from the calls of a recording."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mockserver.drift.inference.bodies import LISTED
from mockserver.drift.inference.conventions import NONE, Conventions, conventions
from mockserver.drift.inference.meaning import names_in
from mockserver.drift.inference.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.contract import Operation
    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.meaning import Meaning, Path
    from mockserver.drift.inference.paths import Group, Unmatched
    from mockserver.drift.inference.requests import Bound, Sent
    from mockserver.traffic.calls import Call


class Learned(NamedTuple):
    """What was learned about an operation.

    `calls` are the granted ones, `shape` that of their responses, `meanings` those of its places. `bounds` are the
    places of arguments and credentials that the contract does not have. `group` has the requests for its new path; it
    is None if the operation has not moved. `conventions` are what all responses of the document have
    in common.
    """

    operation: Operation
    calls: tuple[Call, ...]
    shape: Node
    meanings: Mapping[Path, Meaning]
    bounds: tuple[Bound, ...] = ()
    columns: tuple[Sent, ...] = ()
    group: Group | None = None
    conventions: Conventions = NONE

    @property
    def names(self) -> dict[str, str]:
        """The names of the segments that vary in the new path: those in the contract, or of the arguments."""
        spots = {operation_spot(self.operation, bound): bound for bound in self.bounds}
        stated = {bound.spot: spot[-1] for spot, bound in spots.items() if spot}
        return {
            bound.spot[1]: "_".join(names_in(bound.template)) if bound.template
            else stated.get(bound.spot) or bound.argument or "id"
            for bound in self.bounds
            if bound.spot[0] == "path"
        }  # fmt: skip

    @property
    def path(self) -> str:
        """The template of the new path; that of the contract if the operation has not moved."""
        return self.group.template(self.names) if self.group else self.operation.path


def operation_spot(operation: Operation, bound: Bound) -> tuple[str, ...] | None:
    """Return the place in the contract of what a place of requests holds; None if it has none."""
    if bound.credential:
        return operation.credentials.user if bound.credential == "user" else operation.credentials.key
    return operation.spot(bound.argument)


class NewPath(NamedTuple):
    """An unknown operation: its requests, the places of their values, and of the credentials among them.

    `refused` are the requests that were refused, whose reasons are unknown.
    """

    group: Group
    columns: tuple[Sent, ...]
    bounds: tuple[Bound, ...]
    refused: tuple[Unmatched, ...] = ()


def shared(found: Mapping[str, Learned]) -> dict[str, Learned]:
    """Return what was learned, with the meanings that operations share because they share a component.

    A place gets the meaning that the same place of the component has in another response, unless the traffic shows
    its own.
    """
    known: dict[tuple[str, str, Path], Meaning] = {}
    roots: defaultdict[str, list[Node]] = defaultdict(list)
    for each in found.values():
        roots[each.operation.document.name].append(each.shape)
        for path, pointer, inner in _in_components(each):
            if path in each.meanings:
                known.setdefault((each.operation.document.name, pointer, inner), each.meanings[path])
    common = {name: conventions(nodes) for name, nodes in roots.items()}
    result = {}
    for name, each in found.items():
        meanings = dict(each.meanings)
        for path, pointer, inner in _in_components(each):
            meaning = known.get((each.operation.document.name, pointer, inner))
            if meaning is not None and path not in meanings:
                meanings[path] = meaning
        result[name] = each._replace(meanings=meanings, conventions=common[each.operation.document.name])
    return result


def _in_components(learned: Learned) -> Iterator[tuple[Path, str, Path]]:
    """Yield the places in responses that belong to a component: the path, the component, and the path inside it."""
    operation = learned.operation
    for node in learned.shape.walk():
        schema, start, pointer = operation.success_schema, 0, ""
        for number, step in enumerate(node.path):
            if schema is None:
                break
            origin = operation.document.origin(schema)
            if origin.startswith(SCHEMAS) and origin.count("/") == SCHEMAS.count("/"):
                start, pointer = number, origin
            inner = schema.get("items") if step == LISTED else schema.get("properties", {}).get(step)
            schema = inner if isinstance(inner, dict) else None
        if pointer and start > 0:
            yield node.path, pointer, node.path[start:]
