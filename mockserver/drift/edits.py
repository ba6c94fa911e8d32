"""Changes of a document, as the actions of an OpenAPI Overlay."""

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
    """A document, and what reads its data as an overlay would find it."""

    document: Document
    stated: Callable[[], Any]


class UnwrittenError(Exception):
    """What would have to be changed is not written in the document."""


class Edits:
    """A document, and changes of it that several differences may make together.

    `confirmed` are the pointers of facts that were seen to hold, too. Pointers are those of the document, unless they
    come from `at`, which says where the data has what is there.
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
        """The data of the document, as an overlay finds it."""
        return self._basis.stated()

    def at(self, pointer: str, keyword: str = "") -> str:
        """Return where the data has what is at a pointer, and where that is a `$ref`, where it has a keyword.

        Raises UnwrittenError.
        """
        found = self.document.written(pointer)
        value = self.value(found)
        while keyword and keyword not in value and "$ref" in value:
            found = value["$ref"].removeprefix("#")
            value = self.value(found)
        return found

    def value(self, at: str) -> Any:
        """Return the data at a pointer. Raises UnwrittenError."""
        try:
            return reduce(pointers.step, pointers.split(at), self.data)
        except KeyError:
            raise UnwrittenError from None

    def target(self, at: str) -> str:
        """Write a pointer of the data as JSONPath."""
        path: str = "$"
        value: Any = self.data
        for token in pointers.split(at):
            path += f"[{token}]" if isinstance(value, list) else f"['{quoted(token)}']"
            value = pointers.step(value, token)
        return path

    def require(self, holder: str, name: str, instead: str | None = None) -> None:
        """Take a name out of the required ones of an object schema, or put another one in its place."""
        at = self.at(holder, "required")
        required = self._required.setdefault(at, list(self.value(at).get("required", ())))
        if name in required:
            where = required.index(name)
            required[where : where + 1] = [instead] if instead else []

    def schema(self, pointer: str) -> Action:
        """Return the schema at a pointer, to be changed; that of a single value with all that a `$ref` brings."""
        at, whole = self.at(pointer), self.document.resolve(pointer)
        single = set(types(whole)) <= SCALARS
        return self._schemas.setdefault(at, dict(whole if single else self.value(at)))

    def add(self, pointer: str, value: Any, known: Action) -> None:
        """Add a value to the enumeration of a schema."""
        at = self.at(pointer, "enum")
        self._added.append({"target": self.target(f"{at}/enum"), "update": value})
        self._added.append({"target": self.target(at), "update": known})

    def path(self, template: str) -> str:
        """Return a path as the document has it, if it does, which may be with other names for its parameters."""
        return self._paths.setdefault(_shape(template), template)

    def name(self, wanted: str) -> str:
        """Return an operationId that no other operation has."""
        self._names[wanted] += 1
        return wanted if self._names[wanted] == 1 else self.name(f"{wanted}{self._names[wanted]}")

    def actions(self) -> Iterator[Action]:
        """Yield the actions that make these changes."""
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
    """Write a name as it stands in a JSONPath, between single quotes."""
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return "/".join("{}" if parameter_name(segment) else segment for segment in segments(path))
