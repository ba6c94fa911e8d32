"""The arguments of a request: its path, query and body as values, and the places of its credentials."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.parts import types
from mockserver.contract.pointer import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mockserver.contract.parts import Parameter, Schema


class Credentials(NamedTuple):
    """The places of an operation's credentials, each as `path`, `query` or `body` and a name."""

    user: tuple[str, str] | None = None
    key: tuple[str, str] | None = None


NOWHERE = Credentials()


class Arguments(NamedTuple):
    """The path, query and body of a request as values.

    A repeated query parameter is a list of values. `body` is `ABSENT` if the request has no body.
    """

    path: dict[str, Any]
    query: dict[str, Any]
    body: Any = ABSENT
    credentials: Credentials = NOWHERE

    @property
    def user(self) -> str | None:
        """The user id, from its place in the operation; None if it is missing or not a string."""
        return self._text(self.credentials.user)

    @property
    def key(self) -> str | None:
        """The API key, from its place in the operation; None if it is missing or not a string."""
        return self._text(self.credentials.key)

    def _text(self, location: tuple[str, str] | None) -> str | None:
        if location is None:
            return None
        place, name = location
        values = getattr(self, place)
        value = values.get(name) if type(values) is dict else None
        return value if isinstance(value, str) else None


def bearer(authorization: str | None) -> str | None:
    """Return the bearer token of an `Authorization` header; None if it has another scheme or is empty."""
    scheme, _, key = (authorization or "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_LONGEST = 1000


def integer(text: str) -> int | str:
    """Return a JSON integer as an int; return any other text unchanged."""
    return int(text) if len(text) <= _LONGEST and _INTEGER.fullmatch(text) else text


def number(text: str) -> float | int | str:
    """Return a JSON number as an int or a float; return any other text unchanged."""
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return text
    exact = integer(text)
    if isinstance(exact, int):
        return exact
    rounded = float(text)
    return rounded if isfinite(rounded) else text


def boolean(text: str) -> bool | str:
    """Return `true` or `false` as a bool; return any other text unchanged."""
    return {"true": True, "false": False}.get(text, text)


_COERCIONS: Mapping[str, Callable[[str], Any]] = {"integer": integer, "number": number, "boolean": boolean}


def coercion(types: Sequence[str]) -> Callable[[str], Any] | None:
    """Return a function that converts the text of a parameter to one of these types; None if it stays text.

    A parameter that may be a string stays a string. A text that cannot be converted is returned unchanged, so that its
    schema rejects it.
    """
    if "string" in types:
        return None
    readers = [_COERCIONS[name] for name in types if name in _COERCIONS]

    def read(text: str) -> Any:
        for reader in readers:
            value = reader(text)
            if value is not text:
                return value
        return text

    return readers[0] if len(readers) == 1 else read if readers else None


class Reader:
    """Reads the requests of one operation. Everything that does not depend on a request is prepared in advance."""

    def __init__(self, parameters: Sequence[Parameter], fields: Mapping[str, Schema], *, bearer: bool) -> None:
        """Take the parameters, the fields of the body, and whether a bearer token may replace the API key."""
        marks: list[tuple[str | None, tuple[str, str]]]
        marks = [(parameter.credential, (parameter.place, parameter.name)) for parameter in parameters]
        marks += [(schema.get("x-credential"), ("body", name)) for name, schema in fields.items()]
        self.keys = [location for credential, location in marks if credential == "key"]
        """The places and names of the operation's API keys."""
        users = [location for credential, location in marks if credential == "user"]
        self.credentials = Credentials(*(next(iter(locations), None) for locations in (users, self.keys)))
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
        """Read a request. A value that cannot be converted is kept unchanged: validation rejects it."""
        path: dict[str, Any] = dict(path_params)
        for name, read in self._path:
            if name in path:
                path[name] = read(path[name])
        values: dict[str, Any] = dict(query)
        if len(values) != len(query):
            values = _grouped_by_name(query)
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


def _grouped_by_name(query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the values by name; the value of a repeated name is the list of its values."""
    gathered: dict[str, list[str]] = {}
    for name, text in query:
        gathered.setdefault(name, []).append(text)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in gathered.items()}
