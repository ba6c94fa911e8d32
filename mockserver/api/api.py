"""One generation of the API: its document, and the use cases that its operations stand for."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from contracts.spec import ABSENT, Contract, Document, Operation, Overlays, Reply, contract, vocabulary
from contracts.spec.choices import DEFAULTS, Choices
from contracts.spec.corrections import effective
from contracts.spec.made_up import make_up
from contracts.spec.ruling import milliseconds
from mockserver.api.operations import OPERATIONS, Call
from mockserver.api.results import AccountRecord, OfferRecord
from mockserver.domain.refusal import Refusal
from mockserver.domain.rules import Rules
from mockserver.usecases.lookup import shown

Writer = Callable[[Any], Any]

_READINGS = 64


class ApiError(ValueError):
    """The vocabulary and the use cases do not match; names every operation that has none."""


class Api:
    """One generation of the API. Answers are written by its document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._writers: dict[str, Writer] = {}

    def answer(self, operation: Operation, purpose: str, call: Call) -> Reply:
        """Do what an operation does, or say why not."""
        if not purpose:
            return _repeated(operation)
        try:
            result = OPERATIONS[purpose](call)
        except Refusal as refusal:
            return self.refuse(refusal, call)
        return Reply(operation.status, self._writer(operation)(_scope(purpose, call, result)))

    def fail(self, reason: str, detail: str = "") -> Reply:
        """The answer for a reason of the vocabulary; a detail follows its words."""
        return self._failures.write(reason, detail)

    def refuse(self, refusal: Refusal, call: Call) -> Reply:
        """The answer to what the business refuses."""
        if refusal.offer is None:
            return self.fail(refusal.reason)
        offer = OfferRecord(call.world, shown(call.world, call.customer, refusal.offer))
        return self._failures.write(refusal.reason, offer=offer)

    def failure(self, status: int, text: str) -> Reply:
        """A failure of any status and text, in the usual shape of the document."""
        return self._failures.other(status, text)

    @property
    def _failures(self) -> Any:
        return self.document.failures

    def _writer(self, operation: Operation) -> Writer:
        writer = self._writers.get(operation.id)
        if writer is None:
            writer = self._writers[operation.id] = operation.writer(make_up)
        return writer


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


def _scope(purpose: str, call: Call, result: Mapping[str, Any]) -> SimpleNamespace:
    """The values that an answer can use, by their names."""
    world = call.world
    return SimpleNamespace(
        operation=purpose, account=AccountRecord(world, call.customer), seed=world.script.secret, **result
    )


def _repeated(operation: Operation) -> Reply:
    """The answer of an operation of which nothing is known but what was seen: the same, whatever is asked."""
    answers = [answer for status, answer in sorted(operation.answers.items()) if status < 300]
    seen = [(answer.status, example.value) for answer in answers for example in answer.examples.values()]
    status, body = seen[0] if seen else (min(operation.answers, default=204), ABSENT)
    return Reply(status, body)
