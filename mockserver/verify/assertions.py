"""Assertions about responses: a judgement of a request and its response, and a comparison of the facts of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import broken
from mockserver.traffic import header
from mockserver.traffic.exchange import facts_of
from mockserver.verify import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Arguments, Document, Found, Operation
    from mockserver.traffic import Answer, Exchange, Request
    from mockserver.verify.context import Context
    from mockserver.verify.customer import Reply


MALFORMED = "INVALID_REQUEST"
BROKEN = 500
UNINTENDED = "INTERNAL_ERROR"


def granted(operation: Operation, exchange: Exchange) -> bool:
    """Return whether the response grants the request."""
    return exchange.answer is not None and facts_of(operation, exchange.answer).granted


def refusing(document: Document, reason: str) -> int:
    """Return the status that a document gives for a reason; 0 if the document defines no failures."""
    return document.failures.entries[reason].status if document.failures else 0


def is_broken(operation: Operation | None, status: int) -> bool:
    """Return whether a status is an internal error. A document may give a status of 500 or above to a refusal."""
    failures = operation.document.failures if operation else None
    meant = {entry.reason for entry in failures.by_status(status)} - {UNINTENDED} if failures else set()
    return status >= BROKEN and not meant


def judge(context: Context, found: Found, exchange: Exchange) -> None:
    """Expect an invalid request to be refused, and a valid request not to be refused as malformed."""
    if exchange.answer is None:
        return
    operation, status = found.operation, exchange.answer.status
    malformed = refusing(operation.document, MALFORMED)
    asked = requests.read(operation, exchange.request, found.path_params)
    wrong = broken(operation.check_request(asked))
    if wrong:
        context.expect(
            "wrong-request-refused",
            not granted(operation, exchange),
            operation.name,
            f"{wrong[0].message}.",
            expected=malformed,
            got=status,
            pointer=wrong[0].pointer,
        )
    elif _is_readable(operation, asked, exchange.request):
        refused = _refuses_as_malformed(operation, exchange.answer)
        context.expect("sound-request-taken", not refused, operation.name, expected="another response", got=status)


def _refuses_as_malformed(operation: Operation, answer: Answer) -> bool:
    """Return whether a response refuses its request as malformed, by its reason or by a status unique to that."""
    refused, failures = facts_of(operation, answer).refused, operation.document.failures
    if refused is None or failures is None:
        return False
    meant = {entry.reason for entry in failures.by_status(answer.status)}
    return refused.reason == MALFORMED or meant == {MALFORMED}


def _is_readable(operation: Operation, asked: Arguments, request: Request) -> bool:
    """Return whether a request that matches the schemas can be read: a date that matches may still not exist."""
    _, unread = operation.values(asked)
    return not unread and header(request.headers, "content-type") in (None, "application/json")


class FactDifference(NamedTuple):
    """A fact that two responses state differently: its dotted name, and both values."""

    name: str
    one: Any
    two: Any


def differences(one: Any, two: Any, name: str = "") -> Iterator[FactDifference]:
    """Yield the facts that both values state, but differently. Facts that only one states are ignored."""
    match one, two:
        case dict(), dict():
            for part in one:
                if part in two:
                    yield from differences(one[part], two[part], f"{name}.{part}" if name else part)
        case list(), list() if len(one) == len(two):
            for index, (item, other) in enumerate(zip(one, two, strict=True)):
                yield from differences(item, other, f"{name}[{index}]")
        case _ if one != two:
            yield FactDifference(name, one, two)


def alike(one: Any, two: Any) -> bool:
    """Return whether two values agree in all facts that both state."""
    return not any(differences(one, two))


class Expectations:
    """Expectations of responses. A broken one becomes a finding of the context."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def expect(self, rule: str, holds: object, reply: Reply, *, expected: object = "", got: object = "") -> bool:
        """Expect a rule to hold for a response. Return whether it holds."""
        return self._context.expect(rule, holds, reply.operation, expected=_text(expected), got=_text(got))

    def breach(self, rule: str, reply: Reply, *, expected: object = "", got: object = "") -> None:
        """Record that a response breaks a rule."""
        self._context.breach(rule, reply.operation, expected=_text(expected), got=_text(got))

    def refusal(self, reply: Reply, refusal: str, rule: str) -> bool:
        """Expect a response to be a refusal for this reason. Return whether it is."""
        if self.expect(rule, reply.refusal, reply, expected=refusal, got="granted"):
            return self.expect("refusal-says-why", reply.refusal == refusal, reply, expected=refusal, got=reply.refusal)
        return False


def _text(value: object) -> str:
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)
