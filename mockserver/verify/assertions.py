"""Assertions about responses: whether one fits its request, and whether two agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import broken
from mockserver.traffic import header
from mockserver.verify import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Arguments, Document, Found, Operation
    from mockserver.contract.operation import AnswerFacts
    from mockserver.traffic import Answer, Exchange, Request
    from mockserver.verify.context import Context
    from mockserver.verify.customer import Reply


MALFORMED = "INVALID_REQUEST"
BROKEN = 500
UNINTENDED = "INTERNAL_ERROR"


def read(operation: Operation, answer: Answer) -> AnswerFacts:
    """Read an answer by the names of the vocabulary."""
    return operation.read_answer(answer.status, answer.json, header(answer.headers, "content-type") or "")


def granted(operation: Operation, exchange: Exchange) -> bool:
    """Say whether an answer grants what was asked for."""
    return exchange.answer is not None and read(operation, exchange.answer).granted


def refusing(document: Document, reason: str) -> int:
    """Return the status with which a document refuses for a reason; 0 if it does not say."""
    return document.failures.entries[reason].status if document.failures else 0


def is_broken(operation: Operation | None, status: int) -> bool:
    """Say whether a status means that the service broke; a document may give one from 500 on to a proper refusal."""
    failures = operation.document.failures if operation else None
    meant = {entry.reason for entry in failures.by_status(status)} - {UNINTENDED} if failures else set()
    return status >= BROKEN and not meant


def judge(context: Context, found: Found, exchange: Exchange) -> None:
    """Hold a request against the contract, and its answer against that."""
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
    elif _is_sound(operation, asked, exchange.request):
        called = _calls_malformed(operation, exchange.answer)
        context.expect("sound-request-taken", not called, operation.name, expected="another answer", got=status)


def _calls_malformed(operation: Operation, answer: Answer) -> bool:
    """Say whether an answer calls its request malformed: by its reason, or by a status that means nothing else."""
    refused, failures = read(operation, answer).refused, operation.document.failures
    if refused is None or failures is None:
        return False
    meant = {entry.reason for entry in failures.by_status(answer.status)}
    return refused.reason == MALFORMED or meant == {MALFORMED}


def _is_sound(operation: Operation, asked: Arguments, request: Request) -> bool:
    """Say whether nothing is wrong with a request that fits the schemas: a day may look like one, and be none."""
    _, unread = operation.values(asked)
    return not unread and header(request.headers, "content-type") in (None, "application/json")


class FactDifference(NamedTuple):
    """A fact that two state differently: its dotted name, and what each says."""

    name: str
    one: Any
    two: Any


def differences(one: Any, two: Any, name: str = "") -> Iterator[FactDifference]:
    """Find the facts that both state, but differently."""
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
    """Say whether two state the same, as far as both state anything."""
    return not any(differences(one, two))


class Expectations:
    """Holds answers against rules, in words for people."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def expect(self, rule: str, holds: object, reply: Reply, *, expected: object = "", got: object = "") -> bool:
        """Expect of an answer that a rule holds. Returns whether it does."""
        return self._context.expect(rule, holds, reply.operation, expected=_text(expected), got=_text(got))

    def breach(self, rule: str, reply: Reply, *, expected: object = "", got: object = "") -> None:
        """Tell of an answer that breaks a rule."""
        self._context.breach(rule, reply.operation, expected=_text(expected), got=_text(got))

    def refusal(self, reply: Reply, refusal: str, rule: str) -> bool:
        """Expect that an answer is a refusal, and for this reason. Returns whether it is."""
        if self.expect(rule, reply.refusal, reply, expected=refusal, got="granted"):
            return self.expect("refusal-says-why", reply.refusal == refusal, reply, expected=refusal, got=reply.refusal)
        return False


def _text(value: object) -> str:
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)
