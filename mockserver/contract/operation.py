"""An operation of the service: what it takes, what it answers, and whether a request or an answer keeps to that."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.arguments import Reader
from mockserver.contract.binding import with_credentials
from mockserver.contract.failures import UNKNOWN, Refused
from mockserver.contract.parts import DocumentedResponse, Parameter, RequestBody
from mockserver.contract.pointer import ABSENT
from mockserver.contract.reader import Facts, Unread, distance, read
from mockserver.contract.validation import RequestCheck, check_answer
from mockserver.contract.writer import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mockserver.contract.annotations import Meaning
    from mockserver.contract.arguments import Arguments
    from mockserver.contract.document import Document
    from mockserver.contract.index import Index
    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import MadeUp, Node
    from mockserver.contract.provenance import Provenance
    from mockserver.contract.violation import Violation


class AnswerFacts(NamedTuple):
    """What an answer says, in the names of the vocabulary.

    `granted` says whether it is one of success; else `refused` says why it is not. `unread` are the parts that cannot
    be read.
    """

    granted: bool
    facts: Facts
    refused: Refused | None = None
    unread: tuple[Unread, ...] = ()


class Operation:
    """An operation of the service.

    `id` is its operationId, `name` says the document too: `v3.getOrder`. `method` is in capitals, `path` is the
    template below the prefix of the document. If it takes no body, `body` is None. `effect` says what a call does to
    the account: `reads` nothing, `changes` a setting, `orders` for money or `pays` money in; empty where nothing says
    so. `purposes` are the operations of the vocabulary that it is for; none if nothing is known of what it does.
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

        `route` is its method and path, `parameters` are all that it takes, with those of its path; `bearer` says
        whether a bearer token can stand in for the API key. `meaning` is what it means for the service.
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
        """The documented answers by status code."""
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
        """Read a request: texts become values, documented defaults are filled in, a bearer token stands in for a key.

        `path_params` are decoded, `query` has every pair of the query in its order, `body` is what the JSON said.
        What cannot be read is kept as it is, so that `check_request` refuses it.
        """
        return self._reader.read(path_params, query, body, bearer)

    def purpose(self, arguments: Arguments) -> str:
        """Return which of its purposes a request is for; empty if nothing says so."""
        return self._meaning.binding.purpose(arguments) if self._meaning else ""

    def values(self, arguments: Arguments, purpose: str = "") -> tuple[dict[str, Any], tuple[Unread, ...]]:
        """Return the arguments of a request by the names of the vocabulary, and those that cannot be read."""
        if self._meaning is None:
            return {}, ()
        return self._meaning.binding.read(arguments, purpose or self.purpose(arguments))

    def arguments(
        self, purpose: str, values: Mapping[str, Any], user: str | None = None, key: str | None = None
    ) -> Arguments:
        """Return the arguments of a request for one of its purposes; values are by the names of the vocabulary.

        Raises ValueError for a value that has no place in its requests.
        """
        if self._meaning is None:
            raise ValueError(f"nothing says what the arguments of {self.name} are")
        written = self._meaning.binding.write(purpose, values)
        if self.body is None:
            written = written._replace(body=ABSENT)
        return with_credentials(written, self._reader.credentials, user, key)

    def refusal(self, broken: Iterable[tuple[str | int, ...]]) -> str:
        """Return the reason for which a request is refused whose values do not fit in these places.

        It is empty where they have no reason of their own: the request is invalid then.
        """
        return self._meaning.binding.refusal(broken) if self._meaning else ""

    def takes(self, argument: str) -> bool:
        """Say whether a request can hold this argument of the vocabulary."""
        return self._meaning is not None and self._meaning.binding.spot(argument) is not None

    @property
    def status(self) -> int:
        """The status of success; 0 if there is none."""
        return self._meaning.status if self._meaning else 0

    @property
    def plan(self) -> Node | None:
        """What stands where in an answer of success; None if it has no body, or if nothing says so."""
        return self._meaning.plan if self._meaning else None

    def writer(self, make_up: Callable[[MadeUp, int, tuple[object, ...]], Any]) -> Callable[[Any], Any]:
        """Return a function that writes the body of success for a result, whose values are attributes by their names.

        `make_up` makes values up that mean nothing.
        """
        return compiled(self.plan, make_up) if self.plan is not None else lambda _: ABSENT

    def read_answer(self, status: int, body: object = ABSENT, content_type: str = "application/json") -> AnswerFacts:
        """Read an answer, tolerantly; `body` is what its JSON said, ABSENT if that cannot be said."""
        meaning, failures = self._meaning, self.document.failures
        if meaning is None or failures is None:
            return AnswerFacts(granted=False, facts={}, refused=Refused(UNKNOWN, "", {}))
        if status == meaning.status and self._is_success(body):
            facts, unread = read(meaning.plan, body, _ALWAYS)
            return AnswerFacts(granted=True, facts=facts, unread=unread)
        media = content_type.partition(";")[0].strip().lower()
        return AnswerFacts(granted=False, facts={}, refused=failures.read(status, body, media))

    def _is_success(self, body: object) -> bool:
        """Say whether a body with the status of success is one of success rather than of a failure with any status."""
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
        """List how a request breaks the contract; nothing if it keeps to it."""
        return self._request_check(arguments)

    def check_answer(
        self, status: int, body: object = ABSENT, content_type: str = "application/json"
    ) -> tuple[Violation, ...]:
        """List how an answer breaks the contract; nothing if it keeps to it. `body` is what its JSON said."""
        return check_answer(self, status, body, content_type, self._index)


_ALWAYS = ("account",)
"""What every answer can tell of."""
