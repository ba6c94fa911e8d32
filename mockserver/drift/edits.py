"""Edits of a contract document, written as the actions of an OpenAPI Overlay."""

from __future__ import annotations

from collections import Counter
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT
from mockserver.contract import pointer as pointers
from mockserver.contract.parts import types
from mockserver.contract.routing import parameter_name, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mockserver.contract import Document

Action = dict[str, Any]
SCALARS = {"string", "integer", "number", "boolean", "null"}


class Basis(NamedTuple):
    """A document, and a function that returns its data as an overlay would see it."""

    document: Document
    stated: Callable[[], Any]


class UnwrittenError(Exception):
    """The fact to change is not written in the document: it is derived from another one."""


class Edits:
    """Edits of one document that several differences make together.

    `confirmed` holds the pointers of confirmed facts. The methods take pointers into the document, except those with a
    parameter `at`, which take pointers into its data.
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
        """The data of the document, as an overlay sees it."""
        return self._basis.stated()

    def at(self, pointer: str, keyword: str = "") -> str:
        """Return the pointer into the data for a pointer into the document.

        With a `keyword`, follow each `$ref` until an object has it. Raises UnwrittenError.
        """
        found = self.document.written(pointer)
        value = self.value(found)
        while keyword and keyword not in value and "$ref" in value:
            found = value["$ref"].removeprefix("#")
            value = self.value(found)
        return found

    def value(self, at: str) -> Any:
        """Return the value at a pointer into the data. Raises UnwrittenError."""
        try:
            return reduce(pointers.step, pointers.split(at), self.data)
        except KeyError:
            raise UnwrittenError from None

    def target(self, at: str) -> str:
        """Return a pointer into the data as JSONPath."""
        path: str = "$"
        value: Any = self.data
        for token in pointers.split(at):
            path += f"[{token}]" if isinstance(value, list) else f"['{quoted(token)}']"
            value = pointers.step(value, token)
        return path

    def require(self, holder: str, name: str, instead: str | None = None) -> None:
        """Remove a name from the required fields of an object schema, or replace it."""
        at = self.at(holder, "required")
        required = self._required.setdefault(at, list(self.value(at).get("required", ())))
        if name in required:
            where = required.index(name)
            required[where : where + 1] = [instead] if instead else []

    def schema(self, pointer: str) -> Action:
        """Return the schema at a pointer, to be edited. The schema of a scalar is returned with its `$ref` resolved."""
        at, whole = self.at(pointer), self.document.resolve(pointer)
        single = set(types(whole)) <= SCALARS
        return self._schemas.setdefault(at, dict(whole if single else self.value(at)))

    def add(self, pointer: str, value: Any, known: Action) -> None:
        """Add a value to the enumeration of a schema, and update the schema with `known`."""
        at = self.at(pointer, "enum")
        self._added.append({"target": self.target(f"{at}/enum"), "update": value})
        self._added.append({"target": self.target(at), "update": known})

    def path(self, template: str) -> str:
        """Return the path template of the document that equals this one except for parameter names, or this one."""
        return self._paths.setdefault(_shape(template), template)

    def name(self, wanted: str) -> str:
        """Return an unused operationId: the wanted one, or that with a number appended."""
        self._names[wanted] += 1
        return wanted if self._names[wanted] == 1 else self.name(f"{wanted}{self._names[wanted]}")

    def actions(self) -> Iterator[Action]:
        """Yield the overlay actions that make these edits."""
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


def quoted(name: str) -> str:
    """Escape a name for a JSONPath segment in single quotes."""
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _shape(path: str) -> str:
    """Return a path template without the names of its parameters."""
    return "/".join("{}" if parameter_name(segment) else segment for segment in segments(path))
