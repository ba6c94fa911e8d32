"""An operation of the service: what it takes, what it answers, and whether a request or an answer keeps to that."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from contracts.spec.absent import ABSENT
from contracts.spec.checks import RequestCheck, check_answer
from contracts.spec.parts import Answer, Parameter, RequestBody
from contracts.spec.reader import Reader
from contracts.spec.renaming import former, renames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contracts.spec.arguments import Arguments
    from contracts.spec.index import Index
    from contracts.spec.parts import Schema
    from contracts.spec.provenance import Provenance
    from contracts.spec.violation import Violation


class Operation:
    """An operation of the service.

    `id` is its operationId, `name` says the document too: `v3.getOrder`. `method` is in capitals, `path` is the
    template below the prefix of the document. If it takes no body, `body` is None. `effect` says what a call does to
    the account: `reads` nothing, `changes` a setting, `orders` for money or `pays` money in; empty where nothing says
    so.
    """

    def __init__(
        self,
        described: dict[str, Any],
        route: tuple[str, str],
        parameters: Iterable[dict[str, Any]],
        document: str,
        index: Index,
        *,
        bearer: bool,
    ) -> None:
        """Read an operation as the document of this name describes it.

        `route` is its method and path, `parameters` are all that it takes, with those of its path; `bearer` says
        whether a bearer token can stand in for the API key.
        """
        self.method, self.path = route
        self.id: str = described["operationId"]
        self.name = f"{document}.{self.id}"
        self.deprecated: bool = described.get("deprecated", False)
        self.effect: str = described.get("x-effect", "")
        self.summary: str = described.get("summary", "")
        self.description: str = described.get("description", "")
        self.tags: tuple[str, ...] = tuple(described.get("tags", ()))
        self.pointer = index.origin(described)
        self.provenance: Provenance = index.provenance(self.pointer)
        self.parameters = tuple(Parameter.of(parameter, index) for parameter in parameters)
        self.body = RequestBody.of(described["requestBody"], index) if "requestBody" in described else None
        self._described = described
        self._index = index
        fields = self.body.schema.get("properties", {}) if self.body else {}
        self._reader = Reader(self.parameters, fields, bearer=bearer)

    def __repr__(self) -> str:
        return f"<Operation {self.name}: {self.method} {self.path}>"

    @cached_property
    def answers(self) -> Mapping[int, Answer]:
        """The documented answers by status code."""
        responses = self._described["responses"].items()
        return MappingProxyType({int(status): Answer.of(status, answer, self._index) for status, answer in responses})

    @property
    def body_schema(self) -> Schema | None:
        """The schema of the request body; None if the operation takes none."""
        return self.body.schema if self.body else None

    def read(
        self,
        path_params: Mapping[str, str],
        query: Sequence[tuple[str, str]] = (),
        body: object = ABSENT,
        bearer: str | None = None,
    ) -> Arguments:
        """Read a request: texts become values, documented defaults are filled in, a bearer token stands in for a key.

        `path_params` are decoded, `query` has every pair of the query in its order, `body` is what the JSON said.
        What cannot be read is kept as it is, so that `check_request` refuses it.
        """
        return self._reader.read(path_params, query, body, bearer)

    def former_body(self, body: Any) -> Any:
        """Return what a request's JSON said, with the names that its fields had before an overlay renamed them."""
        return former(self.body.schema, body) if self.body is not None and self._renames_body else body

    def former_answer(self, status: int, body: Any) -> Any:
        """Return what an answer's JSON said, with the names that its fields had before an overlay renamed them."""
        return former(self._renamed[status], body) if status in self._renamed else body

    @cached_property
    def _renames_body(self) -> bool:
        return self.body is not None and renames(self.body.schema)

    @cached_property
    def _renamed(self) -> Mapping[int, Schema]:
        """The schemas of answers, by their statuses, that have other names than before: as a rule none."""
        schemas = {status: answer.schema for status, answer in self.answers.items()}
        return {status: schema for status, schema in schemas.items() if schema is not None and renames(schema)}

    @cached_property
    def _request_check(self) -> RequestCheck:
        return RequestCheck(self, self._reader.keys, self._index)

    def check_request(self, arguments: Arguments) -> tuple[Violation, ...]:
        """List how a request breaks the contract; nothing if it keeps to it."""
        return self._request_check(arguments)

    def check_answer(
        self, status: int, body: object = ABSENT, content_type: str = "application/json"
    ) -> tuple[Violation, ...]:
        """List how an answer breaks the contract; nothing if it keeps to it. `body` is what its JSON said."""
        return check_answer(self, status, body, content_type, self._index)
