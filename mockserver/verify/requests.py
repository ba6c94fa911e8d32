"""Requests for the operations of contract documents, and sample calls built from their examples."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from mockserver.contract import ABSENT
from mockserver.contract.example_values import value_of
from mockserver.traffic import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.contract import Arguments, Operation
    from mockserver.contract.parts import Schema


JSON = (("content-type", "application/json"),)


def write(
    operation: Operation, base: str, path: Mapping[str, Any], query: Mapping[str, Any], body: object = ABSENT
) -> Request:
    """Return a request with these path parameters, query parameters and body, in their wire format."""
    segments = operation.path.split("/")
    filled = "/".join(quote(str(path.get(part[1:-1], "")), safe="") if part[:1] == "{" else part for part in segments)
    url = base + filled + (f"?{urlencode(query)}" if query else "")
    if body is ABSENT:
        return Request(operation.method, url)
    return Request(operation.method, url, JSON, orjson.dumps(body))


def read(operation: Operation, request: Request, path: Mapping[str, str]) -> Arguments:
    """Return the arguments of a request as a server reads them. `path` holds its path parameters."""
    return operation.read(path, request.query, request.json if request.body else ABSENT)


class SampleCall(NamedTuple):
    """A valid call of an operation with path, query and body from the examples. The credentials are not set."""

    operation: Operation
    base: str
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any

    def request(self) -> Request:
        """Return the request of this call."""
        return write(self.operation, self.base, self.path, self.query, self.body)

    def by(self, user: str | None, key: str | None) -> SampleCall:
        """Return the call with these credentials. None omits a credential."""
        whole = self
        for credential, value in (("user", user), ("key", key)):
            for place, name in credentials(self.operation, credential):
                whole = whole.having(place, name, ABSENT if value is None else value)
        return whole

    def having(self, place: str, name: str, value: object) -> SampleCall:
        """Return the call with another value in a place: `path`, `query` or `body`. `ABSENT` removes the value."""
        fields = {each: known for each, known in getattr(self, place).items() if each != name}
        if value is not ABSENT:
            fields[name] = value
        changes: dict[str, Any] = {place: fields}
        return self._replace(**changes)


def sample(operation: Operation, base: str) -> SampleCall:
    """Return a sample call of an operation. Values without an example are generated from their schemas."""
    places: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    for parameter in operation.parameters:
        if parameter.required:
            shown = parameter.example is not ABSENT
            value = parameter.example if shown else value_of(parameter.schema, Random(0))  # noqa: S311 - no secret
            places[parameter.place][parameter.name] = value
    body: Any = ABSENT
    if operation.body:
        example = next((each.value for each in operation.body.examples.values()), None)
        body = _required_fields(operation.body.schema) if example is None else dict(example)
    return SampleCall(operation, base, places["path"], places["query"], body)


def _required_fields(schema: Schema) -> dict[str, Any]:
    """Return a body with the required fields of a schema."""
    fields, required = schema.get("properties", {}), schema.get("required", ())
    return {name: value_of(fields[name], Random(0)) for name in required if name in fields}  # noqa: S311 - no secret


def credentials(operation: Operation, credential: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the name of each parameter or field that holds a credential, `user` or `key`."""
    for parameter in operation.parameters:
        if parameter.credential == credential:
            yield parameter.place, parameter.name
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    for name, schema in fields.items():
        if schema.get("x-credential") == credential:
            yield "body", name
