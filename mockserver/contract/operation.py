"""An operation of the service: its arguments and responses, read, written and validated against the contract."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.arguments import Reader
from mockserver.contract.binding import with_credentials
from mockserver.contract.failures import UNKNOWN, Refused
from mockserver.contract.parts import DocumentedResponse, Parameter, RequestBody, media_type
from mockserver.contract.pointer import ABSENT
from mockserver.contract.reader import Facts, Unread, distance, read
from mockserver.contract.validation import RequestCheck, check_answer, check_headers
from mockserver.contract.writer import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mockserver.contract.annotations import Meaning
    from mockserver.contract.arguments import Arguments, Credentials
    from mockserver.contract.document import Document
    from mockserver.contract.headers import ConstantHeader
    from mockserver.contract.index import Index
    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import MadeUp, Node
    from mockserver.contract.provenance import Provenance
    from mockserver.contract.violation import Violation


class AnswerFacts(NamedTuple):
    """The facts in a response, by the names of the vocabulary.

    `granted` is True for a success response; otherwise `refused` is the failure. `unread` are the parts that cannot be
    read.
    """

    granted: bool
    facts: Facts
    refused: Refused | None = None
    unread: tuple[Unread, ...] = ()


class Operation:
    """An operation of the service.

    `id` is its operationId, `name` includes the document: `v3.getOrder`. `method` is in capitals, `path` is the
    template below the prefix of the document. `body` is None if it takes no body. `effect` is the effect of a call on
    the account: `reads` changes nothing, `changes` changes a setting, `orders` spends money, `pays` pays money in; it
    is empty if unknown. `purposes` are the vocabulary operations that it implements; empty if its behaviour is unknown.
    """

    def __init__(
        self,
        described: dict[str, Any],
        route: tuple[str, str],
        parameters: Iterable[dict[str, Any]],
        document: Document,
        index: Index,
        *,
        bearer: bool,
        meaning: Meaning | None = None,
    ) -> None:
        """Read an operation as its document describes it.

        `route` is its method and path. `parameters` are all its parameters, including those of its path. `bearer` is
        True if a bearer token may replace the API key. `meaning` is its meaning in terms of the vocabulary.
        """
        self.method, self.path = route
        self.id: str = described["operationId"]
        self.name = f"{document.name}.{self.id}"
        self.document = document
        self.deprecated: bool = described.get("deprecated", False)
        self.purposes: tuple[str, ...] = tuple(meaning.purposes) if meaning else ()
        effects = [purpose.effect for purpose in meaning.purposes.values()] if meaning else []
        self.effect: str = described.get("x-effect", effects[0] if effects else "")
        self._meaning = meaning
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
    def answers(self) -> Mapping[int, DocumentedResponse]:
        """The documented responses by status code."""
        responses = self._described["responses"].items()
        return MappingProxyType(
            {int(status): DocumentedResponse.of(status, answer, self._index) for status, answer in responses}
        )

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
        """Read a request: convert texts to values, fill in documented defaults, use a bearer token as the API key.

        `path_params` are decoded, `query` has all pairs of the query in order, `body` is the JSON body as data.
        A value that cannot be converted is kept unchanged, so that `check_request` rejects it.
        """
        return self._reader.read(path_params, query, body, bearer)

    @property
    def credentials(self) -> Credentials:
        """The places of the credentials."""
        return self._reader.credentials

    def read_argument(self, name: str, value: Any) -> Any:
        """Return the fact that a value has at the place of an argument; ABSENT if it has none there."""
        return self._meaning.binding.fact(name, value) if self._meaning else ABSENT

    def purpose(self, arguments: Arguments) -> str:
        """Return the purpose of a request; empty if it is unknown."""
        return self._meaning.binding.purpose(arguments) if self._meaning else ""

    def values(self, arguments: Arguments, purpose: str = "") -> tuple[dict[str, Any], tuple[Unread, ...]]:
        """Return the arguments of a request by the names of the vocabulary, and the arguments that cannot be read."""
        if self._meaning is None:
            return {}, ()
        return self._meaning.binding.read(arguments, purpose or self.purpose(arguments))

    def arguments(
        self, purpose: str, values: Mapping[str, Any], user: str | None = None, key: str | None = None
    ) -> Arguments:
        """Return the arguments of a request for one of the purposes. `values` are by the names of the vocabulary.

        Raises ValueError for a value that has no place in the request.
        """
        if self._meaning is None:
            raise ValueError(f"the arguments of {self.name} are not annotated")
        written = self._meaning.binding.write(purpose, values)
        if self.body is None:
            written = written._replace(body=ABSENT)
        return with_credentials(written, self._reader.credentials, user, key)

    def refusal(self, broken: Iterable[tuple[str | int, ...]]) -> str:
        """Return the refusal reason of a request with invalid values at these paths.

        It is empty if they have no specific reason: the request is then refused as invalid.
        """
        return self._meaning.binding.refusal(broken) if self._meaning else ""

    def takes(self, argument: str) -> bool:
        """Return whether a request can hold this argument of the vocabulary."""
        return self.spot(argument) is not None

    def spot(self, argument: str) -> tuple[str, ...] | None:
        """Return the place of an argument of the vocabulary, such as `("query", "country")`; None if it has none."""
        return self._meaning.binding.spot(argument) if self._meaning else None

    @property
    def status(self) -> int:
        """The success status; 0 if there is none."""
        return self._meaning.status if self._meaning else 0

    @property
    def success_schema(self) -> Schema | None:
        """The schema of the success response's body, without the alternatives of failures; None if it has no body."""
        return self._meaning.schema if self._meaning else None

    @property
    def plan(self) -> Node | None:
        """The plan of the success response's body; None if it has no body or is not annotated."""
        return self._meaning.plan if self._meaning else None

    def writer(self, make_up: Callable[[MadeUp, int, tuple[object, ...]], Any]) -> Callable[[Any], Any]:
        """Return a function that writes the success response's body for a result with its values as attributes.

        `make_up` generates the values of fields without a meaning.
        """
        return compiled(self.plan, make_up) if self.plan is not None else lambda _: ABSENT

    def read_answer(self, status: int, body: object = ABSENT, content_type: str = "application/json") -> AnswerFacts:
        """Read a response tolerantly. `body` is its JSON body as data, ABSENT if the body is not JSON."""
        meaning, failures = self._meaning, self.document.failures
        if meaning is None or failures is None:
            return AnswerFacts(granted=False, facts={}, refused=Refused(UNKNOWN, "", {}))
        if self.grants(status, body):
            facts, unread = read(meaning.plan, body, _ALWAYS)
            return AnswerFacts(granted=True, facts=facts, unread=unread)
        return AnswerFacts(granted=False, facts={}, refused=failures.read(status, body, media_type(content_type)))

    def grants(self, status: int, body: object) -> bool:
        """Return whether a response grants its request. `body` is its JSON body as data, ABSENT if it is not JSON."""
        meaning, failures = self._meaning, self.document.failures
        return meaning is not None and failures is not None and status == meaning.status and self._is_success(body)

    def _is_success(self, body: object) -> bool:
        """Return whether a body with the success status is a success body rather than a failure body."""
        meaning, failures = self._meaning, self.document.failures
        if meaning is None or meaning.schema is None or failures is None:
            return True
        if body is ABSENT:
            return False
        own = distance(meaning.schema, body)
        failing = {id(entry.schema): entry.schema for entry in failures.entries.values() if entry.schema is not None}
        return own == 0 or all(own <= distance(schema, body) for schema in failing.values())

    @cached_property
    def _request_check(self) -> RequestCheck:
        return RequestCheck(self, self._reader.keys, self._index)

    def check_request(self, arguments: Arguments) -> tuple[Violation, ...]:
        """List the contract violations of a request; none if it is valid."""
        return self._request_check(arguments)

    @cached_property
    def headers(self) -> tuple[ConstantHeader, ...]:
        """The headers of the success response."""
        return self.answers[self.status].headers if self.status else ()

    def check_answer(
        self,
        status: int,
        body: object = ABSENT,
        content_type: str = "application/json",
        headers: Iterable[tuple[str, str]] | None = None,
    ) -> tuple[Violation, ...]:
        """List the contract violations of a response; none if it is valid. `body` is its JSON body as data.

        Without `headers`, only the status, the content type and the body are checked.
        """
        found = check_answer(self, status, body, content_type, self._index)
        if headers is None:
            return found
        return (*found, *check_headers(self._headers(status, body, content_type), headers, self.name, self._index))

    def _headers(self, status: int, body: object, content_type: str) -> tuple[ConstantHeader, ...]:
        """Return the headers that a response must have."""
        failures = self.document.failures
        if status == self.status and self._is_success(body):
            return self.headers
        return failures.headers(status, body, media_type(content_type)) if failures else ()


_ALWAYS = ("account",)
"""The records that every response may contain."""
