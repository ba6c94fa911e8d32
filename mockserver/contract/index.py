"""The data of a contract document: pointers, places and provenances of its parts, and its compiled schemas."""

from __future__ import annotations

from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs

from mockserver.contract import pointer as pointers
from mockserver.contract.pointer import ABSENT
from mockserver.contract.violation import KeywordFailure, MapKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jsonschema_rs import ValidationError

    from mockserver.contract.located import Located, Place
    from mockserver.contract.provenance import Provenance, Provenances


MAXIMUM_DEPTH = 200
"""The maximum nesting depth of a value. The validator itself fails at 255."""
MAXIMUM_DIGITS = 4000
"""The maximum number of digits of an integer. Python itself does not read or write more than 4300."""

_TOO_LARGE = 10**MAXIMUM_DIGITS


class Validator:
    """A validator of a schema of a document. The schema is compiled on first use."""

    def __init__(self, schema: dict[str, Any], index: Index) -> None:
        self._schema = schema
        self._index = index

    @cached_property
    def _compiled(self) -> jsonschema_rs.Validator:
        return jsonschema_rs.Draft202012Validator(self._schema, validate_formats=True)

    @cached_property
    def _is_valid(self) -> Callable[[object], bool]:
        return self._compiled.is_valid

    def accepts(self, value: object) -> bool:
        """Return whether a value is valid. This is the fast path."""
        return first_non_json(value) is None and self._is_valid(value)

    def failures(self, value: object) -> list[KeywordFailure]:
        """List the keywords that a value breaks."""
        if found := first_non_json(value):
            path, part, expected = found
            return [KeywordFailure(path, "json", part, expected, self._index.origin(self._schema))]
        return [failure for error in self._compiled.iter_errors(value) for failure in self._explain(error)]

    def _explain(self, error: ValidationError) -> list[KeywordFailure]:
        """Convert an error of the compiled schema to failures; for alternatives, to those of the most likely one."""
        kind: Any = error.kind
        if kind.name in ("oneOf", "anyOf"):
            nearest = _nearest([branch for branch in kind.context if branch])
            branches = [[failure for inner in branch for failure in self._explain(inner)] for branch in nearest]
            if shared := _shared(branches):
                return shared
        pointer = self._index.descend(self._schema, error.schema_path)
        path = tuple(_steps(error.schema_path, error.instance_path))
        if kind.name == "required":
            return [KeywordFailure((*path, kind.value), "required", ABSENT, kind.value, pointer)]
        return [KeywordFailure(path, kind.name, error.instance, kind.value, pointer)]


_STEPS: Mapping[str | int, int] = {"properties": 1, "prefixItems": 1, "items": 0, "additionalProperties": 0}
"""The keywords that lead to a part of a value, each with the number of tokens that follow it in a schema path."""


def _steps(schema_path: Iterable[str | int], instance_path: Iterable[str | int]) -> Iterator[str | int]:
    """Yield the steps of a path into a value, the keys of maps as `MapKey`."""
    tokens = iter(schema_path)
    for step in instance_path:
        keyword = next((token for token in tokens if token in _STEPS), "")
        for _ in range(_STEPS.get(keyword, 0)):
            next(tokens, None)
        yield MapKey(step) if keyword == "additionalProperties" and isinstance(step, str) else step


def _nearest(branches: list[list[ValidationError]]) -> list[list[ValidationError]]:
    """Return the most likely alternatives: those with the fewest wrong constants, then with the fewest errors."""
    distances = [(sum(error.kind.name == "const" for error in branch), len(branch)) for branch in branches]
    return [branch for branch, distance in zip(branches, distances, strict=True) if distance == min(distances)]


def _shared(branches: list[list[KeywordFailure]]) -> list[KeywordFailure]:
    """Return the failures that all alternatives have in common."""
    if not branches:
        return []
    common = set.intersection(*({(failure.path, failure.rule) for failure in branch} for branch in branches))
    return [failure for failure in branches[0] if (failure.path, failure.rule) in common]


def first_non_json(value: object) -> tuple[tuple[str | int, ...], object, str] | None:
    """Find the first part of a value that JSON cannot represent or that a validator cannot handle.

    Returns the path to the part, the part, and its requirement as words that follow `must`; None if there is no such
    part.
    """
    if _is_plain([value], MAXIMUM_DEPTH):
        return None
    stack: list[tuple[object, _Step | None, int]] = [(value, None, 0)]
    while stack:
        part, step, depth = stack.pop()
        reason = _unmet_requirement(part) if depth <= MAXIMUM_DEPTH else f"be nested at most {MAXIMUM_DEPTH} deep"
        if reason is not None:
            return _path(step), part, reason
        if isinstance(part, dict | list | tuple):
            children: Any = part.items() if isinstance(part, dict) else enumerate(part)
            stack += [(child, _Step(step, key), depth + 1) for key, child in children]
    return None


def _is_plain(holder: dict[Any, Any] | list[Any], depth: int) -> bool:
    """Return quickly whether a value is plain JSON, which is nearly always true; in doubt, return False."""
    if depth < 0 or (type(holder) is dict and not _has_text_keys(holder)):
        return False
    for child in holder.values() if type(holder) is dict else holder:
        kind = type(child)
        if kind is str:
            plain = child.isascii()
        elif kind is dict or kind is list:
            plain = _is_plain(child, depth - 1)
        elif kind is int:
            plain = -_TOO_LARGE < child < _TOO_LARGE
        else:
            plain = child is None or kind is bool or (kind is float and isfinite(child))
        if not plain:
            return False
    return True


class _Step(NamedTuple):
    """The last key of a path into a value, and the steps before it."""

    before: Any
    key: str | int


def _path(step: _Step | None) -> tuple[str | int, ...]:
    keys: list[str | int] = []
    while step is not None:
        keys.append(step.key)
        step = step.before
    return tuple(reversed(keys))


def _unmet_requirement(part: object) -> str | None:
    """Return the requirement that a single value does not meet, or None; its children are not checked."""
    reason = None
    if isinstance(part, str):
        reason = None if _is_text(part) else "be text without lone surrogates"
    elif isinstance(part, dict):
        reason = None if _has_text_keys(part) else "have only text as keys"
    elif isinstance(part, float):
        reason = None if isfinite(part) else "be a finite number"
    elif isinstance(part, int):
        reason = None if -_TOO_LARGE < part < _TOO_LARGE else f"have at most {MAXIMUM_DIGITS} digits"
    elif part is not None and not isinstance(part, list | tuple):
        reason = "be JSON"
    return reason


def _has_text_keys(mapping: dict[Any, Any]) -> bool:
    try:
        return _is_text("".join(mapping))
    except TypeError:
        return False


def _is_text(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


class Index:
    """The data of a document in which each `$ref` is replaced by its target.

    So several pointers may lead to one object. Its own pointer is the one where it is written.
    """

    def __init__(
        self,
        located: Located,
        origins: Mapping[int, str],
        provenances: Provenances,
        derived: Mapping[str, str],
    ) -> None:
        """Take a document, the own pointers of its objects by their `id`, and its provenances.

        `derived` maps the pointer of each generated part to the pointer that it was generated from.
        """
        self.data: Any = located.data
        self._located = located
        self._origins = origins
        self._provenances = provenances
        self._derived = derived
        self._validators: dict[int, Validator] = {}

    def resolve(self, pointer: str) -> Any:
        """Return the value at a pointer, which may lead through a `$ref`. Raises KeyError if it leads nowhere."""
        value = self.data
        for token in pointers.split(pointer):
            value = pointers.step(value, token)
        return value

    def own(self, pointer: str) -> str:
        """Return the own pointer of the value at a pointer, which may lead through a `$ref`."""
        return self.descend(self.data, pointers.split(pointer))

    def origin(self, described: object) -> str:
        """Return the own pointer of an object of the document, or the empty pointer for any other object."""
        return self._origins.get(id(described), "")

    def descend(self, described: Any, tokens: Iterable[str | int]) -> str:
        """Return the own pointer of the value at these keys and indices below an object of the document."""
        own = self.origin(described)
        for token in tokens:
            try:
                described = pointers.step(described, token)
            except KeyError:
                described = None
            own = self.origin(described) or f"{own}/{pointers.escape(token)}"
        return own

    def provenance(self, own: str) -> Provenance:
        """Return the provenance of the value at this own pointer."""
        return self._provenances.of(own)

    def place(self, own: str) -> Place:
        """Return the place in the file of the key at this own pointer, or of its nearest ancestor that exists."""
        return self._located.place(self.written(own), key=True)

    def written(self, own: str) -> str:
        """Return the pointer in the file of the value at this own pointer, or of what it was generated from."""
        return written(own, self._derived)

    def validator(self, schema: dict[str, Any]) -> Validator:
        """Return the validator of a schema of the document. It is cached per schema."""
        return self._validators.setdefault(id(schema), Validator(schema, self))


def written(pointer: str, derived: Mapping[str, str]) -> str:
    """Return the pointer in the file of the value at a pointer. `derived` has the sources of generated parts."""
    for added, source in derived.items():
        if f"{pointer}/".startswith(f"{added}/"):
            return source + pointer[len(added) :]
    return pointer
