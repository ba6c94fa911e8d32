"""A contract document as data: what stands where, and how it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import pointer as pointers
from mockserver.contract.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract.located import Located, Place
    from mockserver.contract.provenance import Provenance, Provenances


class Index:
    """The data of a document in which the object that a `$ref` names has taken its place.

    So one object can be reached in many ways. Its own pointer is where it is written.
    """

    def __init__(
        self,
        located: Located,
        origins: Mapping[int, str],
        provenances: Provenances,
        derived: Mapping[str, str],
    ) -> None:
        """Take a document, the own pointers of its objects by their `id`, and its provenances.

        `derived` has the pointers of parts that are not written, but follow from others, and those of these.
        """
        self.data: Any = located.data
        self._located = located
        self._origins = origins
        self._provenances = provenances
        self._derived = derived
        self._validators: dict[int, Validator] = {}

    def resolve(self, pointer: str) -> Any:
        """Return the value at a pointer, which may lead through a `$ref`. Raises KeyError if there is none."""
        value = self.data
        for token in pointers.split(pointer):
            value = pointers.step(value, token)
        return value

    def own(self, pointer: str) -> str:
        """Return the own pointer of the value at a pointer, which may lead through a `$ref`."""
        return self.descend(self.data, pointers.split(pointer))

    def origin(self, described: object) -> str:
        """Return the own pointer of an object of the document, or the empty pointer if it is none of it."""
        return self._origins.get(id(described), "")

    def descend(self, described: Any, tokens: Iterable[str | int]) -> str:
        """Return the own pointer of what these keys and indices lead to from an object of the document."""
        own = self.origin(described)
        for token in tokens:
            try:
                described = pointers.step(described, token)
            except KeyError:
                described = None
            own = self.origin(described) or f"{own}/{pointers.escape(token)}"
        return own

    def provenance(self, own: str) -> Provenance:
        """Return how the value at this own pointer is known."""
        return self._provenances.of(own)

    def place(self, own: str) -> Place:
        """Return the place in the file of the key at this own pointer, or of its nearest ancestor that exists."""
        return self._located.place(self.written(own), key=True)

    def written(self, own: str) -> str:
        """Return the pointer in the file of the value at this own pointer, or of what it follows from."""
        return written(own, self._derived)

    def validator(self, schema: dict[str, Any]) -> Validator:
        """Return the validator of a schema of the document; the same one for the same schema."""
        return self._validators.setdefault(id(schema), Validator(schema, self))


def written(pointer: str, derived: Mapping[str, str]) -> str:
    """Return where a file says what stands at a pointer; `derived` has where parts come from that it does not hold."""
    for added, source in derived.items():
        if f"{pointer}/".startswith(f"{added}/"):
            return source + pointer[len(added) :]
    return pointer
