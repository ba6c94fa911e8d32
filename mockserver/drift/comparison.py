"""Comparison of a response and of a request with the contract: what they confirm, and how they differ."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT, Severity
from mockserver.contract import pointer as pointers
from mockserver.contract.failures import FAILURES, UNKNOWN
from mockserver.contract.messages import brief
from mockserver.drift.difference import Kind
from mockserver.drift.inference.bodies import LISTED
from mockserver.drift.schema_inference import Seen, walk
from mockserver.traffic import header
from mockserver.traffic.calls import arguments_of
from mockserver.traffic.exchange import ANSWER
from mockserver.traffic.memo import Memo, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract import Document, Operation, Violation
    from mockserver.contract.failures import Refused
    from mockserver.drift.schema_inference import Path
    from mockserver.traffic import Answer, Exchange, Request
    from mockserver.traffic.calls import Known

_NOT_THERE = (404, 405, 501)
_NOWHERE = frozenset({"NOT_FOUND", "METHOD_NOT_ALLOWED"})
_MALFORMED = "INVALID_REQUEST"


class Deviation(NamedTuple):
    """A way in which an exchange differs from the contract. The fields are those of `Difference`.

    `value` is the value that differs, `fields` are the texts about it. `refused` is whether the request was refused.
    """

    kind: Kind
    pointer: str
    name: str
    value: Any
    refused: bool
    fields: Mapping[str, Any]


class Verdict(NamedTuple):
    """The result of comparing a response or a request.

    `confirmed` are pointers of confirmed facts, each with the number of times and the fact in words. `reason` is that
    of the failure, empty without one; None if the response does not come from the operation. `is_complete` is whether
    the whole response could be compared, `is_granted` and `is_malformed` are what it says about the request.
    """

    confirmed: tuple[tuple[str, int, str], ...]
    deviations: tuple[Deviation, ...]
    reason: str | None = None
    is_complete: bool = False
    is_granted: bool = False
    is_malformed: bool = False


class Comparison:
    """Compares responses and requests with the contract. An equal one is not compared again."""

    def __init__(self) -> None:
        self._answers: Memo[Verdict] = Memo()
        self._requests: Memo[Verdict] = Memo()

    def answer(self, operation: Operation, exchange: Exchange, answer: Answer, *, moved: bool = False) -> Verdict:
        """Compare a response. If the operation has `moved`, its path is not confirmed."""
        content, media, known = answer.content, header(answer.headers, "content-type") or "", exchange.knows(ANSWER)
        key = (operation.name, answer.status, media, known, moved, digest(content))

        def compare() -> Verdict:
            return _Answer(operation, answer.status).compare(answer.json, media, known=known, moved=moved)

        return self._answers.get(key, compare, len(content))

    def request(self, known: Known, request: Request, status: int, answer: Verdict) -> Verdict:
        """Compare a request that got a response with this status and verdict."""
        bearer = header(request.headers, "authorization")
        coding = header(request.headers, "content-encoding")
        key = (
            *(known.operation.name, request.url, bearer, coding, digest(request.body)),
            *(status, answer.is_granted, answer.is_malformed),
        )
        return self._requests.get(
            key, lambda: _Request(known.operation, status).compare(known, request, answer), len(request.body)
        )


class _Side:
    """One side of an exchange, and what it shows."""

    def __init__(self, operation: Operation, status: int) -> None:
        self.operation = operation
        self.document = operation.document
        self.status = status
        self.refused = False
        self._confirmed: dict[str, tuple[int, str]] = {}
        self._deviations: list[Deviation] = []

    def verdict(self, **fields: Any) -> Verdict:
        confirmed = tuple([(pointer, times, what) for pointer, (times, what) in self._confirmed.items()])
        return Verdict(confirmed, tuple(self._deviations), **fields)

    def confirm(self, pointer: str, side: str, path: Path = ()) -> None:
        """Count a fact, and describe it when it is first seen."""
        if pointer in self._confirmed:
            times, what = self._confirmed[pointer]
            self._confirmed[pointer] = times + 1, what
        elif pointer:
            self._confirmed[pointer] = 1, f"{self.operation.name} {side}{_dotted(path) if path else ''}"

    def differ(self, kind: Kind, pointer: str, value: Any = ABSENT, name: str = "", **fields: Any) -> None:
        """Record a way in which the side differs."""
        self._deviations.append(Deviation(kind, pointer, name, value, self.refused, fields))


class _Answer(_Side):
    """A response of an operation."""

    def compare(self, body: Any, media: str, *, known: bool, moved: bool) -> Verdict:
        """Compare the response. `known` is whether its body is."""
        operation, document, status = self.operation, self.document, self.status
        is_granted = operation.grants(status, body)
        refused = None if is_granted else operation.read_answer(status, body, media).refused
        refusal = refused.reason if refused else ""
        if status in _NOT_THERE and not known:
            return self.verdict()  # the status alone does not tell a missing path from a refusal
        if refusal in _NOWHERE or (status in _NOT_THERE and document.check_failure(status, body, media)):
            self.differ(Kind.PATH, operation.pointer, what="path", expected=operation.path, got=str(status))
            return self.verdict()
        if not moved:
            self.confirm(operation.pointer, "path")
        reason = refusal if body is not ABSENT else ""
        self.refused = not is_granted
        if status not in operation.answers:
            self._compare_status(body, reason)
            return self.verdict(reason=reason)
        self.confirm(f"{operation.pointer}/responses/{status}", str(status))
        if not known:
            return self.verdict(reason=reason)
        violations = operation.check_answer(status, body, media)
        self._compare_violations(violations, body)
        if (schema := operation.answers[status].schema) is not None and body is not ABSENT:
            self._compare_value(schema, body, {violation.path for violation in violations})
        return self.verdict(
            reason=reason,
            is_complete=True,
            is_granted=is_granted,
            is_malformed=_refuses_as_malformed(document, status, refused),
        )

    def _compare_status(self, body: Any, reason: str) -> None:
        """Record a status that the operation does not list.

        If the body is the documented one for the reason of the refusal, the status of the reason differs.
        """
        document = self.document
        entry = document.failures.entries.get(reason) if document.failures else None
        usual = entry and not document.check_failure(entry.status, body, entry.media, reason)
        if entry and usual:
            pointer, what, listed = pointers.join(FAILURES, "reasons", reason), f"status of {reason}", [entry.status]
        else:
            pointer, what, listed = f"{self.operation.pointer}/responses", "status", [*self.operation.answers]
        self.differ(
            Kind.NEW_STATUS, pointer, body, str(self.status),
            what=what, expected=", ".join(map(str, listed)), got=str(self.status), extra=reason if usual else "",
        )  # fmt: skip

    def _compare_violations(self, violations: Iterable[Violation], body: Any) -> None:
        for violation in violations:
            holder = pointers.parent(violation.pointer)
            value = _at({"body": body}, violation.path)
            what = f"{self.status} {_dotted(violation.path)}"
            if violation.rule == "required" and len(violation.path) > 1:
                name = str(violation.path[-1])
                self.differ(
                    Kind.MISSING, f"{holder}/properties/{pointers.escape(name)}", ABSENT, name,
                    what=what, expected="is present", got="is missing", rule="required",
                    extra=_general(violation.path),
                )  # fmt: skip
            elif violation.rule == "enum":
                self.differ(
                    Kind.NEW_VALUE, holder, value, violation.value,
                    what=what, expected=violation.expected, got=violation.value, extra=value,
                )  # fmt: skip
            else:
                self.differ(
                    Kind.VALUE, holder, value, violation.rule,
                    what=what, expected=f"{violation.rule} {violation.expected}",
                    got=violation.value or violation.message, rule=violation.rule,
                )  # fmt: skip

    def _compare_value(self, schema: dict[str, Any], value: Any, wrong: set[Path]) -> None:
        """Confirm the parts of the schema that a value shows, and record new fields."""
        origin, side = self.document.origin, f"{self.status} "
        for part in walk(schema, value, ("body",)):
            if isinstance(part, Seen):
                if part.path not in wrong:
                    self.confirm(origin(part.schema), side, part.path)
            else:
                self.differ(
                    Kind.NEW_FIELD, f"{origin(part.holder)}/properties", part.value, part.name,
                    what=f"{side}{_dotted(part.path)}", expected="", got=brief(part.value), extra=_general(part.path),
                )  # fmt: skip


class _Request(_Side):
    """A request of an operation."""

    def compare(self, known: Known, request: Request, answer: Verdict) -> Verdict:
        """Compare the request that got a response."""
        operation, document = self.operation, self.document
        self.refused = not answer.is_granted
        arguments = arguments_of(known, request)
        violations = operation.check_request(arguments)
        if answer.is_malformed and not any(violation.level is Severity.ERROR for violation in violations):
            self.differ(
                Kind.REFUSED, operation.pointer, what="request", expected="is accepted", got=str(self.status)
            )  # fmt: skip
        if not answer.is_granted:
            return self.verdict()
        sent = {("path", name) for name in arguments.path} | {("query", name) for name, _ in request.query}
        wrong = {violation.path[:2] for violation in violations}
        for parameter in operation.parameters:
            path = (parameter.place, parameter.name)
            if path in sent and path not in wrong:
                self.confirm(parameter.pointer, "", path)
        self._compare_violations(violations, {"path": arguments.path, "query": arguments.query, "body": arguments.body})
        if operation.body is not None and isinstance(arguments.body, dict):
            invalid = {violation.path for violation in violations}
            for part in walk(operation.body.schema, request.json, ("body",)):
                if isinstance(part, Seen) and part.path not in invalid:
                    self.confirm(document.origin(part.schema), "request ", part.path)
        return self.verdict()

    def _compare_violations(self, violations: Iterable[Violation], whole: Mapping[str, Any]) -> None:
        for violation in violations:
            value = _at(whole, violation.path)
            what = f"request {_dotted(violation.path)}"
            if violation.level is Severity.WARNING:
                self.differ(
                    Kind.NEW_PARAMETER, self.operation.pointer, value, str(violation.path[-1]),
                    what=what, expected="", got=violation.value, extra=violation.path, rule=str(violation.path[0]),
                )  # fmt: skip
            else:
                self.differ(
                    Kind.GRANTED, pointers.parent(violation.pointer), value, violation.rule,
                    what=what, expected=f"{violation.rule} {violation.expected}",
                    got=violation.value or "is missing", rule=violation.rule, extra=violation.path,
                )  # fmt: skip


def _general(path: Path) -> tuple[str, ...]:
    """Return the place of a value in a body, the same for all items of a list."""
    return tuple(LISTED if isinstance(step, int) else step for step in path[1:])


def _refuses_as_malformed(document: Document, status: int, refused: Refused | None) -> bool:
    """Return whether a response refuses its request as malformed, by its reason or by a status unique to that."""
    if refused is None or document.failures is None:
        return False
    meant = {entry.reason for entry in document.failures.by_status(status)}
    return refused.reason == _MALFORMED or (refused.reason == UNKNOWN and meant == {_MALFORMED})


def _at(whole: Any, path: Path) -> Any:
    for token in path:
        try:
            whole = whole[token]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return whole


@lru_cache(maxsize=4096)
def _dotted(path: Path) -> str:
    first, *others = path
    return f"{first}" + "".join("[]" if isinstance(token, int) else f".{token}" for token in others)
