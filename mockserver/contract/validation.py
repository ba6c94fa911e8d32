"""Validation of requests, responses and failures against a contract: fast for valid ones, detailed for others."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from mockserver.contract.failures import FAILURES
from mockserver.contract.index import Validator
from mockserver.contract.messages import brief, choice
from mockserver.contract.parts import is_json, media_type
from mockserver.contract.pointer import ABSENT
from mockserver.contract.violation import UNKNOWN, KeywordFailure, Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mockserver.contract.arguments import Arguments
    from mockserver.contract.failures import Failures
    from mockserver.contract.headers import ConstantHeader
    from mockserver.contract.index import Index
    from mockserver.contract.operation import Operation
    from mockserver.contract.parts import Parameter, Schema


_HOLDERS = {"properties", "items", "prefixItems", "oneOf", "anyOf"}
"""The keywords of a schema that may contain property names."""


class KnownNames:
    """The property names that a schema lists, at every depth."""

    def __init__(self, schema: Schema, index: Index) -> None:
        self._schema = schema
        self._index = index
        fields = _fields([schema]) or {}
        is_flat = not any(_HOLDERS & inner.keys() for inners in fields.values() for inner in inners)
        self._flat = frozenset(fields) if is_flat and "properties" in schema else None

    def cover(self, value: object) -> bool:
        """Return whether a value contains known names only."""
        if self._flat is not None and type(value) is dict:
            return self._flat.issuperset(value)
        return next(self.unknown(value, ()), None) is None

    def unknown(self, value: object, path: tuple[str | int, ...]) -> Iterator[KeywordFailure]:
        """Find the unknown names in a value at this path.

        If a schema lists no names, every name is known. A value may use the names of all alternatives.
        """
        return self._unknown(value, [self._schema], path)

    def _unknown(
        self, value: object, schemas: Sequence[Schema], path: tuple[str | int, ...]
    ) -> Iterator[KeywordFailure]:
        if isinstance(value, dict) and (fields := _fields(schemas)) is not None:
            for name, inner in value.items():
                if name in fields:
                    yield from self._unknown(inner, fields[name], (*path, name))
                elif isinstance(name, str):
                    yield KeywordFailure((*path, name), UNKNOWN, ABSENT, [*fields], self._listed(schemas))
        elif isinstance(value, list) and schemas:
            for position, inner in enumerate(value):
                yield from self._unknown(inner, _items(schemas, position), (*path, position))

    def _listed(self, schemas: Sequence[Schema]) -> str:
        """Return the pointer of the listed names, or the empty pointer if the schema is not in the document."""
        listing = next(schema for schema in _alternatives(schemas) if "properties" in schema)
        origin = self._index.origin(listing)
        return origin and f"{origin}/properties"


def _alternatives(schemas: Sequence[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        yield schema
        yield from _alternatives([*schema.get("oneOf", ()), *schema.get("anyOf", ())])


def _fields(schemas: Sequence[Schema]) -> dict[str, list[Schema]] | None:
    """Return the schemas of each field listed by any alternative, or None if no alternative lists fields."""
    listings = [schema["properties"] for schema in _alternatives(schemas) if "properties" in schema]
    fields: dict[str, list[Schema]] = {}
    for name, inner in (field for listing in listings for field in listing.items()):
        fields.setdefault(name, []).append(inner)
    return fields if listings else None


def _items(schemas: Sequence[Schema], position: int) -> list[Schema]:
    """Return the schemas of the item at this position."""
    found: list[Any] = []
    for schema in _alternatives(schemas):
        first = schema.get("prefixItems", ())
        found.append(first[position] if position < len(first) else schema.get("items"))
    return [schema for schema in found if schema is not None]


MAXIMUM_UNKNOWN = 100
"""The maximum number of reported unknown names per request: the search for suggestions is slow."""


class RequestCheck:
    """Validates the requests of one operation by a single schema of path, query and body."""

    def __init__(self, operation: Operation, keys: Collection[tuple[str, str]], index: Index) -> None:
        """Take an operation, and the places and names of its API keys."""
        self._operation = operation.name
        self._index = index
        self._keys = keys
        self._query_names = KnownNames(_object(operation.parameters, "query"), index)
        self._body_names = KnownNames(operation.body.schema, index) if operation.body else None
        self._pointers: dict[tuple[str | int, ...], str] = {(): operation.pointer}
        self._pointers |= {(parameter.place, parameter.name): parameter.pointer for parameter in operation.parameters}
        fields = operation.body.schema.get("properties", {}) if operation.body else {}
        self._names = {"path", "query", "body", *fields, *(parameter.name for parameter in operation.parameters)}
        schema: Schema = {"properties": {place: _object(operation.parameters, place) for place in ("path", "query")}}
        if operation.body is not None:
            self._pointers["body",] = operation.body.pointer
            schema["properties"]["body"] = operation.body.schema
            schema["required"] = ["body"] if operation.body.required else []
        self._validator = Validator(schema, index)

    def __call__(self, arguments: Arguments) -> tuple[Violation, ...]:
        """List the contract violations of a request, followed by its unknown names."""
        request = {"path": arguments.path, "query": arguments.query}
        are_known = self._query_names.cover(arguments.query)
        if self._body_names is not None and arguments.body is not ABSENT:
            request["body"] = arguments.body
            are_known = are_known and self._body_names.cover(arguments.body)
        if self._validator.accepts(request) and are_known:
            return ()
        return tuple(dict.fromkeys(self._violations(request)))

    def _violations(self, request: dict[str, Any]) -> Iterator[Violation]:
        secrets = {text for place, name in self._keys for text in _secrets(request.get(place), name)}
        unknown = islice(self._unknown(request), MAXIMUM_UNKNOWN)
        for failure in map(self._located, chain(self._validator.failures(request), unknown)):
            path = tuple(self._until_secret(failure.path, secrets))
            secret = (
                path != failure.path
                or failure.path[:2] in self._keys
                or _may_reveal(failure.value, secrets)
                or len(failure.path) == 1
            )
            yield Violation.of(failure._replace(path=path), self._operation, self._index.place, secret=secret)

    def _until_secret(self, path: Iterable[str | int], secrets: Collection[str]) -> Iterator[str | int]:
        """Yield the tokens of a path up to the first that contains a secret. Names of the document are not secret."""
        for token in path:
            if token not in self._names and any(secret in str(token) for secret in secrets):
                return
            yield token

    def _unknown(self, request: dict[str, Any]) -> Iterator[KeywordFailure]:
        yield from self._query_names.unknown(request["query"], ("query",))
        if self._body_names is not None and "body" in request:
            yield from self._body_names.unknown(request["body"], ("body",))

    def _located(self, failure: KeywordFailure) -> KeywordFailure:
        """Return a failure of the combined schema with the pointer of its parameter or body."""
        path, rule = failure.path, failure.rule
        pointer = next(self._pointers[path[:end]] for end in (2, 1, 0) if path[:end] in self._pointers)
        if path[0] != "body" and isinstance(failure.value, list):
            return failure._replace(rule="repeated", value=ABSENT, expected=1, pointer=pointer)
        if rule == UNKNOWN and path[0] == "query":
            return failure._replace(pointer=f"{pointer}/parameters")
        if rule == "required" and path in self._pointers:
            return failure._replace(pointer=f"{pointer}/required")
        return failure if failure.pointer else failure._replace(pointer=pointer)


def _object(parameters: Iterable[Parameter], place: str) -> Schema:
    here = [parameter for parameter in parameters if parameter.place == place]
    return {
        "properties": {parameter.name: parameter.schema for parameter in here},
        "required": [parameter.name for parameter in here if parameter.required],
    }


def _secrets(values: object, name: str) -> Iterator[str]:
    """Yield the secret texts among the values of an API key with this name; a number counts as text."""
    value = values.get(name) if isinstance(values, dict) else None
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str | int | float) and not isinstance(item, bool) and item:
            yield _text(item)


def _may_reveal(value: object, secrets: Collection[str]) -> bool:
    """Return whether showing a value may reveal a secret."""
    if value is ABSENT:
        return False
    return isinstance(value, dict | list) or any(secret in _text(value) for secret in secrets)


def _text(value: object) -> str:
    return value if isinstance(value, str) else brief(value)


def check_answer(
    operation: Operation, status: int, body: object, content_type: str, index: Index
) -> tuple[Violation, ...]:
    """List the contract violations of an operation's response."""
    answer = operation.answers.get(status)
    if answer is None:
        documented = list(operation.answers)
        undocumented = KeywordFailure(("status",), "status", status, documented, f"{operation.pointer}/responses")
        return (Violation.of(undocumented, operation.name, index.place),)
    if not answer.media:
        return ()
    media = media_type(content_type)
    if media not in answer.media:
        expected = choice(answer.media)
        untyped = KeywordFailure(("contentType",), "contentType", content_type, expected, f"{answer.pointer}/content")
        return (Violation.of(untyped, operation.name, index.place),)
    if not is_json(media) or answer.schema is None:
        return ()
    if body is ABSENT:
        missing = KeywordFailure(("body",), "required", ABSENT, "body", f"{answer.pointer}/content")
        return (Violation.of(missing, operation.name, index.place),)
    return check_body(body, answer.schema, operation.name, index)


def check_failure(
    failures: Failures, status: int, body: object, content_type: str, reason: str, document: str, index: Index
) -> tuple[Violation, ...]:
    """List the contract violations of a failure response: its status, its content type or its body.

    An empty `reason` allows the response of any reason with this status.
    """
    pointer = f"/{FAILURES}/reasons"
    entries = [failures.entries[reason]] if reason else failures.by_status(status)
    if not entries or all(entry.status != status for entry in entries):
        documented = sorted({entry.status for entry in entries} or failures.known)
        undocumented = KeywordFailure(("status",), "status", status, documented, pointer)
        return (Violation.of(undocumented, document, index.place),)
    media = media_type(content_type)
    typed = [entry for entry in entries if entry.media == media]
    if not typed:
        expected = choice(sorted({entry.media for entry in entries}))
        untyped = KeywordFailure(("contentType",), "contentType", content_type, expected, pointer)
        return (Violation.of(untyped, document, index.place),)
    found = [check_body(body, entry.schema, document, index) for entry in typed if entry.schema is not None]
    return min(found, key=len, default=())


def check_headers(
    expected: Iterable[ConstantHeader], headers: Iterable[tuple[str, str]], operation: str, index: Index
) -> tuple[Violation, ...]:
    """List the violations of a response by its headers: a required one is missing, or one has another value."""
    sent = {name.lower(): value for name, value in headers}
    failures = [
        KeywordFailure(("headers", name), "const", sent[name.lower()], value, pointer)
        if name.lower() in sent
        else KeywordFailure(("headers", name), "required", ABSENT, f"{name}: {value}", pointer)
        for name, value, pointer, required in expected
        if (required or name.lower() in sent) and sent.get(name.lower()) != value
    ]
    return tuple(Violation.of(failure, operation, index.place) for failure in failures)


def check_body(body: object, schema: Schema, operation: str, index: Index) -> tuple[Violation, ...]:
    """List the violations of a schema by a response body."""
    validator = index.validator(schema)
    if validator.accepts(body):
        return ()
    failures = (failure._replace(path=("body", *failure.path)) for failure in validator.failures(body))
    return tuple(Violation.of(failure, operation, index.place) for failure in failures)
