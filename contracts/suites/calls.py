"""Sound calls, as the examples of the contract documents make them, and how to change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import ABSENT
from contracts.suites import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.spec import Operation
    from contracts.traffic import Request


class Call(NamedTuple):
    """A sound call of an operation, but for who asks: path, query and body by the examples of the document."""

    operation: Operation
    base: str
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any

    def request(self) -> Request:
        """Return the request."""
        return requests.write(self.operation, self.base, self.path, self.query, self.body)

    def by(self, user: str | None, key: str | None) -> Call:
        """Return the call by somebody; None leaves a credential out."""
        whole = self
        for credential, value in (("user", user), ("key", key)):
            for place, name in credentials(self.operation, credential):
                whole = whole.having(place, name, ABSENT if value is None else value)
        return whole

    def having(self, place: str, name: str, value: object) -> Call:
        """Return the call with another value; `ABSENT` takes it out."""
        fields = {each: known for each, known in getattr(self, place).items() if each != name}
        if value is not ABSENT:
            fields[name] = value
        changes: dict[str, Any] = {place: fields}
        return self._replace(**changes)


def sample(operation: Operation, base: str) -> Call:
    """Return the call of an operation that the examples of its document make."""
    places: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    for parameter in operation.parameters:
        if parameter.required and parameter.example is not ABSENT:
            places[parameter.place][parameter.name] = parameter.example
    body: Any = ABSENT
    if operation.body:
        body = dict(next(iter(operation.body.examples.values())).value)
    return Call(operation, base, places["path"], places["query"], body)


def credentials(operation: Operation, credential: str) -> Iterator[tuple[str, str]]:
    """Yield the places and names of a credential, `user` or `key`."""
    for parameter in operation.parameters:
        if parameter.credential == credential:
            yield parameter.place, parameter.name
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    for name, schema in fields.items():
        if schema.get("x-credential") == credential:
            yield "body", name
