"""One generation of the API: its document, and the use cases that its operations stand for."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mockserver.api.operations import OPERATIONS, OperationCall
from mockserver.api.results import AccountRecord, OfferRecord
from mockserver.contract import ABSENT, Contract, Document, FailureBody, Operation, Overlays, contract, vocabulary
from mockserver.contract.overlays import effective
from mockserver.contract.readings import DEFAULTS, Choices
from mockserver.contract.vocabulary import milliseconds
from mockserver.domain.refusal import Refusal
from mockserver.domain.rules import Rules

Writer = Callable[[Any], Any]

_READINGS = 64


class ApiError(ValueError):
    """A document or the vocabulary cannot be played; the text says why."""


class _Scope:
    """The values that an answer can use, by their names: those of a result, and what every result has."""

    def __init__(self, values: dict[str, Any], operation: str, call: OperationCall) -> None:
        self.__dict__ = values
        self.operation = operation
        self._call = call

    @property
    def account(self) -> AccountRecord:
        """The account that asks."""
        return AccountRecord(self._call.world, self._call.customer)

    @property
    def seed(self) -> int:
        """What made-up values are drawn with."""
        return self._call.world.script.secret


class Api:
    """One generation of the API. Answers are written by its document. Raises ApiError for one that is no service's."""

    def __init__(self, document: Document) -> None:
        if document.failures is None:
            raise ApiError(f"{document.name} does not say how it fails: it needs x-failures")
        self.document = document
        self._failures = document.failures
        self._writers: dict[str, tuple[int, Writer]] = {}

    def answer(self, operation: Operation, purpose: str, call: OperationCall) -> FailureBody:
        """Do what an operation does, or say why not."""
        if not purpose:
            return _repeated(operation)
        try:
            result = OPERATIONS[purpose](call)
        except Refusal as refusal:
            return self.refuse(refusal, call)
        status, write = self._writers.get(operation.id) or self._writer(operation)
        return FailureBody(status, write(_Scope(result, purpose, call)))

    def fail(self, reason: str, detail: str = "") -> FailureBody:
        """The answer for a reason of the vocabulary; a detail follows its words."""
        return self._failures.write(reason, detail)

    def refuse(self, refusal: Refusal, call: OperationCall) -> FailureBody:
        """The answer to what the business refuses."""
        if refusal.offer is None:
            return self.fail(refusal.reason)
        return self._failures.write(refusal.reason, offer=OfferRecord(call.world, refusal.offer))

    def failure(self, status: int, text: str) -> FailureBody:
        """A failure of any status and text, in the usual shape of the document."""
        return self._failures.other(status, text)

    def _writer(self, operation: Operation) -> tuple[int, Writer]:
        """The status and the writer of an operation's success, compiled with its first answer."""
        from mockserver.contract.made_up import make_up

        found = self._writers[operation.id] = operation.status, operation.writer(make_up)
        return found


class Service(NamedTuple):
    """The service as readings and overlays have it: an API for each document, the newest first, and its rules."""

    apis: tuple[Api, ...]
    rules: Rules
    readings: Choices

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents by name."""
        return {api.document.name: api.document for api in self.apis}


class Services:
    """The service by readings: for so many combinations of them it is loaded once."""

    def __init__(self, overlays: Overlays = ()) -> None:
        self.overlays = overlays
        self._of = lru_cache(_READINGS)(self._load)

    def __call__(self, readings: Choices = DEFAULTS) -> Service:
        """The service by these readings, and those that overlays choose.

        Raises LocatedError, or ApiError for an operation without a use case.
        """
        return self._of(tuple(sorted(effective(readings, self.overlays).items())))

    def _load(self, readings: tuple[tuple[str, object], ...]) -> Service:
        return served(contract(dict(readings), self.overlays))


def served(loaded: Contract) -> Service:
    """The service of a contract. Raises ApiError."""
    if missing := sorted(vocabulary().purposes.keys() - OPERATIONS.keys()):
        raise ApiError(f"no use case for {', '.join(missing)} of the vocabulary: see mockserver/api/operations.py")
    apis = tuple(map(Api, loaded.documents.values()))
    return Service(apis, Rules.of(loaded.rules, milliseconds), loaded.readings)


def _repeated(operation: Operation) -> FailureBody:
    """The answer of an operation of which nothing is known but what was seen: the same, whatever is asked."""
    answer = operation.answers.get(operation.status)
    seen = answer.examples.values() if answer else ()
    return FailureBody(operation.status or 204, next((example.value for example in seen), ABSENT))
