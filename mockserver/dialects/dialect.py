"""A dialect joins a contract document with handlers and a table of failures."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from contracts.spec import Document, did_you_mean
from mockserver.domain.customer import Customer
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.world import World


class Rejection(StrEnum):
    """Why a request never reaches the vendor's business. All codes are assumed."""

    INVALID_REQUEST = "INVALID_REQUEST"
    UNKNOWN_PATH = "NOT_FOUND"
    WRONG_METHOD = "METHOD_NOT_ALLOWED"
    TOO_LARGE = "CONTENT_TOO_LARGE"
    WRONG_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BROKEN = "INTERNAL_ERROR"


class Call(NamedTuple):
    """A request that fits the contract, with its arguments coerced, and the customer whose key it carries."""

    customer: Customer
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


class Reply(NamedTuple):
    """An answer as data."""

    status: int
    body: object


Handler = Callable[[Call, World], Reply]
Handlers = Mapping[str, Handler]


class DialectError(ValueError):
    """The handlers and failures of a dialect do not match its document; lists everything that is wrong."""


class Dialect:
    """One generation of the API.

    `statuses` says how each failure is answered and must be total; `failure_body` writes its text the
    dialect's way. Raises DialectError when an operation has no handler or a handler no operation.
    """

    def __init__(
        self,
        document: Document,
        handlers: Handlers,
        statuses: Mapping[Reason | Rejection, int],
        failure_body: Callable[[str], object],
    ) -> None:
        problems = [*_unmatched(document, handlers), *_unanswered(statuses)]
        if problems:
            raise DialectError(f"{document.name}: " + "; ".join(problems))
        self.document = document
        self._handlers = handlers
        self._statuses = statuses
        self._failure_body = failure_body

    def answer(self, operation: str, call: Call, world: World) -> Reply:
        """Do what an operation does, or say why not."""
        try:
            return self._handlers[operation](call, world)
        except Refusal as refusal:
            return self.fail(refusal.reason)

    def fail(self, failure: Reason | Rejection, detail: str = "") -> Reply:
        """A failure in the dialect's own words; a detail follows its code."""
        return self.failure(self._statuses[failure], f"{failure}: {detail}" if detail else str(failure))

    def failure(self, status: int, text: str) -> Reply:
        """A failure of any status and text, in the dialect's shape."""
        return Reply(status, self._failure_body(text))


def _unmatched(document: Document, handlers: Handlers) -> list[str]:
    missing = sorted(set(document.operations) - set(handlers))
    unknown = sorted(set(handlers) - set(document.operations))
    return [
        *(f"operation {name} of {document.path.name} has no handler" for name in missing),
        *(f"handler {name} has no operation{did_you_mean(name, missing)}" for name in unknown),
    ]


def _unanswered(statuses: Mapping[Reason | Rejection, int]) -> list[str]:
    return [f"failure {failure.name} has no status" for failure in (*Reason, *Rejection) if failure not in statuses]
