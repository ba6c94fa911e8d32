"""Edits of a copy of a contract document's data. The differences to the original become the actions of an overlay."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers
from mockserver.contract.parts import JSON_TYPE, METHODS
from mockserver.contract.routing import parameter_name, segments
from mockserver.drift import overlay_diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.contract import Document, Operation
    from mockserver.drift.overlay_diff import Action

Data = dict[str, Any]


class Basis(NamedTuple):
    """A document, and a function that returns its data as an overlay would see it."""

    document: Document
    stated: Callable[[], Any]


class Edits:
    """A copy of a document's data that is edited in place.

    An edit of one operation changes nothing else: what it shares with others is copied into it first.
    """

    def __init__(self, basis: Basis) -> None:
        self.document = basis.document
        self._basis = basis
        self._places: dict[str, tuple[str, str]] = {}
        self._names = {operation.id for operation in basis.document.operations.values()}

    @cached_property
    def before(self) -> Data:
        """The data of the document, as an overlay sees it."""
        data: Data = self._basis.stated()
        return data

    @cached_property
    def data(self) -> Data:
        """The copy of the data that is edited."""
        return deepcopy(self.before)

    def actions(self) -> Iterator[Action]:
        """Yield the overlay actions that make these edits."""
        if "data" in self.__dict__:
            yield from overlay_diff.actions(self.before, self.data)

    def operation(self, operation: Operation) -> Data:
        """Return the description of an operation."""
        path, method = self._place(operation)
        described: Data = self.data["paths"][path][method]
        return described

    def move(self, operation: Operation, path: str, method: str) -> Data:
        """Move an operation to another path or method, with the parameters of its old path, and return it."""
        old_path, old_method = self._place(operation)
        item = self.data["paths"][old_path]
        described: Data = item.pop(old_method)
        if item.get("parameters"):
            described["parameters"] = [*deepcopy(item["parameters"]), *described.get("parameters", ())]
        if not any(name in METHODS for name in item):
            del self.data["paths"][old_path]
        path = self.known_path(path)
        self.data["paths"].setdefault(path, {})[method] = described
        self._places[operation.id] = path, method
        return described

    def add(self, path: str, method: str, described: Data) -> None:
        """Add an operation."""
        self.data["paths"].setdefault(self.known_path(path), {})[method] = described

    def known_path(self, template: str) -> str:
        """Return the path template of the document that equals this one except for parameter names, or this one."""
        return next((path for path in self.data["paths"] if _shape(path) == _shape(template)), template)

    def name(self, wanted: str) -> str:
        """Return an unused operationId: the wanted one, or that with a number appended."""
        number = 1
        name = wanted
        while name in self._names:
            number += 1
            name = f"{wanted}{number}"
        self._names.add(name)
        return name

    def response(self, operation: Operation, status: int) -> Data:
        """Return the response with a status of an operation; it is added if it is missing."""
        responses = self.operation(operation)["responses"]
        return self.own(responses, str(status)) if str(status) in responses else responses.setdefault(str(status), {})

    def media(self, operation: Operation, status: int) -> Data:
        """Return the JSON media type of a response of an operation; it is added if it is missing."""
        content = self.response(operation, status).setdefault("content", {})
        media: Data = content.setdefault(JSON_TYPE, {})
        return media

    def parameter(self, operation: Operation, place: str, name: str) -> Data | None:
        """Return a parameter of an operation itself; None if it has none."""
        parameters = self.operation(operation).get("parameters", [])
        for number in range(len(parameters)):
            if self.resolved(parameters[number]).get("name") == name:
                found = self.own(parameters, number)
                if found.get("in") == place:
                    return found
        return None

    def body_schema(self, operation: Operation) -> Data | None:
        """Return the schema of the request body of an operation; None if it takes none."""
        described = self.operation(operation)
        if "requestBody" not in described:
            return None
        media = self.own(described, "requestBody").get("content", {}).get(JSON_TYPE)
        return self.own(media, "schema") if media else None

    def own(self, holder: Any, key: Any) -> Data:
        """Return a part of an object that is not shared: a reference is replaced by a copy of its target."""
        holder[key] = self.resolved(holder[key])
        found: Data = holder[key]
        return found

    def resolved(self, value: Data, whole: Any = None) -> Data:
        """Return an object, or the target of a reference with the members beside the reference.

        `whole` is the data in which references are followed, by default that before the edits.
        """
        while "$ref" in value:
            siblings = {name: inner for name, inner in value.items() if name != "$ref"}
            start: Any = self.before if whole is None else whole
            target: Any = reduce(pointers.step, pointers.split(value["$ref"].removeprefix("#")), start)
            value = {**deepcopy(target), **siblings}
        return value

    def _place(self, operation: Operation) -> tuple[str, str]:
        return self._places.get(operation.id, (operation.path, operation.method.lower()))


def _shape(path: str) -> str:
    """Return a path template without the names of its parameters."""
    return "/".join("{}" if parameter_name(segment) else segment for segment in segments(path))
