"""From the texts of a request to the arguments of its operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.absent import ABSENT
from mockserver.contract.arguments import Arguments, Credentials
from mockserver.contract.coercion import coercion
from mockserver.contract.parts import types

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.contract.parts import Parameter, Schema


class Reader:
    """Reads the requests of one operation. Everything that does not depend on the request is worked out beforehand."""

    def __init__(self, parameters: Sequence[Parameter], fields: Mapping[str, Schema], *, bearer: bool) -> None:
        """Take the parameters, the fields of the body, and whether a bearer token can stand in for the key."""
        marks: list[tuple[str | None, tuple[str, str]]]
        marks = [(parameter.credential, (parameter.place, parameter.name)) for parameter in parameters]
        marks += [(schema.get("x-credential"), ("body", name)) for name, schema in fields.items()]
        self.keys = [spot for credential, spot in marks if credential == "key"]
        """Every place and name where the operation takes an API key."""
        users = [spot for credential, spot in marks if credential == "user"]
        self.credentials = Credentials(*(next(iter(spots), None) for spots in (users, self.keys)))
        self._bearer = self.credentials.key if bearer else None
        coercions = [(parameter, coercion(types(parameter.schema))) for parameter in parameters]
        self._path = [(parameter.name, read) for parameter, read in coercions if read and parameter.place == "path"]
        self._query = [(parameter.name, read) for parameter, read in coercions if read and parameter.place == "query"]
        self._query_defaults = {
            parameter.name: parameter.schema["default"]
            for parameter in parameters
            if parameter.place == "query" and "default" in parameter.schema
        }
        self._body_defaults = {name: schema["default"] for name, schema in fields.items() if "default" in schema}
        self._integers = [name for name, schema in fields.items() if "integer" in types(schema)]

    def read(
        self,
        path_params: Mapping[str, str],
        query: Sequence[tuple[str, str]] = (),
        body: object = ABSENT,
        bearer: str | None = None,
    ) -> Arguments:
        """Read a request. What cannot be read is kept as it is: the check that follows will refuse it."""
        path: dict[str, Any] = dict(path_params)
        for name, read in self._path:
            if name in path:
                path[name] = read(path[name])
        values: dict[str, Any] = dict(query)
        if len(values) != len(query):
            values = _gathered(query)
        for name, read in self._query:
            if isinstance(text := values.get(name), str):
                values[name] = read(text)
        if self._query_defaults:
            values = {**self._query_defaults, **values}
        if isinstance(body, dict):
            body = self._read_body(body)
        if bearer is not None and self._bearer is not None:
            place, name = self._bearer
            holder = body if place == "body" else values
            if isinstance(holder, dict):
                holder.setdefault(name, bearer)
        return Arguments(path, values, body, self.credentials)

    def _read_body(self, body: dict[str, Any]) -> dict[str, Any]:
        body = {**self._body_defaults, **body}
        for name in self._integers:
            number = body.get(name)
            if isinstance(number, float) and number.is_integer():
                body[name] = int(number)
        return body


def _gathered(query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the values by name; of a name that comes several times, the list of its values."""
    gathered: dict[str, list[str]] = {}
    for name, text in query:
        gathered.setdefault(name, []).append(text)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in gathered.items()}
