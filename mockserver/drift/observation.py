"""Comparison of recorded exchanges with the contract documents, one exchange at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver.contract import ABSENT, Severity
from mockserver.contract import pointer as pointers
from mockserver.contract.failures import FAILURES, UNKNOWN
from mockserver.contract.messages import brief
from mockserver.drift import difference
from mockserver.drift.difference import Confirmed, Difference, Drift, Kind, Occurrences
from mockserver.drift.inference.bodies import LISTED
from mockserver.drift.inference.learning import Learning
from mockserver.drift.inference.paths import Unmatched
from mockserver.drift.inferred_differences import failures, moved, new_path, reworded
from mockserver.drift.schema_inference import Seen, walk
from mockserver.traffic import header
from mockserver.traffic.calls import Known, Unknown, arguments_of, is_preflight, match, read
from mockserver.traffic.exchange import ANSWER, REQUEST
from mockserver.traffic.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mockserver.contract import Document, Operation, Violation
    from mockserver.contract.operation import AnswerFacts
    from mockserver.drift.inference.learned import Learned
    from mockserver.drift.schema_inference import Path
    from mockserver.traffic import Answer, Exchange
    from mockserver.traffic.reading_inference import Indication

_NOT_THERE = (404, 405, 501)
_NOWHERE = frozenset({"NOT_FOUND", "METHOD_NOT_ALLOWED"})
_MALFORMED = "INVALID_REQUEST"
KEPT = 300
"""The maximum number of exchanges of each operation that meanings are inferred from."""
KEPT_UNMATCHED = 2000
"""The maximum number of requests for unknown paths that are kept."""


class Observation:
    """A comparison of exchanges with contract documents. `see` adds an exchange; `drift` returns the result."""

    def __init__(self, documents: Collection[Document]) -> None:
        self._documents = {document.name: document for document in documents}
        self._exchanges = self._matched = self._lost = self._disturbed = 0
        self._first = self._last = 0
        self._tally = Tally()
        self._confirmed: Counter[tuple[str, str]] = Counter()
        self._what: dict[tuple[str, str], str] = {}
        self._differing: dict[tuple[Kind, str, str, str], Occurrences] = {}
        self._refusals: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._hosts = {urlsplit(document.resolve("/servers/0/url")).netloc for document in documents}
        self._unmatched: list[tuple[int, Unmatched]] = []
        self._in_refusal = False
        self._kept: defaultdict[str, list[tuple[int, Exchange]]] = defaultdict(list)

    def see(self, exchange: Exchange) -> None:
        """Add an exchange, which must be redacted already."""
        self._exchanges += 1
        found = match(self._documents.values(), exchange.request)
        self._tally.see(exchange, found)
        if found is None or is_preflight(exchange.request):
            return
        if exchange.notes.get("faults") or exchange.notes.get("stopped"):
            self._disturbed += 1
            return
        if exchange.answer is None:
            self._lost += 1
            return
        self._first = min(self._first or exchange.started, exchange.started)
        self._last = max(self._last, exchange.started)
        if isinstance(found, Known):
            self._matched += 1
            self._hosts.add(exchange.request.authority)
            if exchange.knows(ANSWER) and len(self._kept[found.operation.name]) < KEPT:
                self._kept[found.operation.name].append((self._exchanges, exchange))
            self._see_answer(found, exchange, exchange.answer)
        elif exchange.knows(ANSWER) and len(self._unmatched) < KEPT_UNMATCHED:
            self._unmatched.append((self._exchanges, Unmatched(found.document, found.path, exchange)))

    def drift(self, indications: Iterable[Indication] = ()) -> Drift:
        """Return the drift of all exchanges so far. `indications` is the evidence for readings in the same traffic."""
        learning, learned = self._learn()
        elsewhere = {name: each for name, each in learned.items() if each.group is not None}
        self._see_moved(elsewhere)
        differences = [
            self._difference(key, seen)
            for key, seen in self._differing.items()
            if not (key[0] is Kind.PATH and key[1] in learned)
        ]
        found = learning.failures(self._documents.values()) if learning else {}
        failed = [each for name, known in found.items() for each in failures(self._documents[name], known)]
        explained = {each.document for each in failed}
        differences = [each for each in differences if not (each.refused and each.document in explained)]
        readings = tuple(indications)
        return Drift(
            self._exchanges,
            self._matched,
            self._lost,
            self._disturbed,
            self._first,
            self._last,
            tuple(self._facts()),
            (
                *self._other_readings(readings),
                *failed,
                *map(moved, elsewhere.values()),
                *_elsewhere(differences, (each for known in learned.values() for each in reworded(known))),
                *difference.find_renames(differences, learned, self._documents),
                *(map(new_path, learning.new_paths()) if learning else ()),
            ),
            readings,
            tuple(self._tally.remarks()),
            learned,
            found,
            tuple(self._sample()),
        )

    def _sample(self) -> list[Exchange]:
        """Return the exchanges that were kept, one after another: many may have started in the same millisecond."""
        kept = [each for many in self._kept.values() for each in many]
        kept += [(number, each.exchange) for number, each in self._unmatched]
        ordered = [exchange for _, exchange in sorted(kept, key=lambda each: each[0])]
        last = 0
        for place, exchange in enumerate(ordered):
            if exchange.started <= last:
                ordered[place] = exchange._replace(started=last + 1)
            last = ordered[place].started
        return ordered

    def _learn(self) -> tuple[Learning | None, Mapping[str, Learned]]:
        """Infer the meaning of requests and responses, if any of them differs from the contract."""
        hosts = self._hosts
        if not self._differing and not any(each.exchange.request.authority in hosts for _, each in self._unmatched):
            return None, {}
        calls, unmatched = [], []
        for exchange in self._sample():
            found = match(self._documents.values(), exchange.request)
            if isinstance(found, Known) and (call := read(self._documents.values(), exchange)) is not None:
                calls.append(call)
            elif isinstance(found, Unknown) and exchange.request.authority in hosts:
                unmatched.append(Unmatched(found.document, found.path, exchange))
        learning = Learning(calls, unmatched)
        return learning, learning.run(self._documents.values())

    def _see_moved(self, moved: Mapping[str, Learned]) -> None:
        """Compare the responses of operations that have moved with the contract."""
        for each in moved.values():
            for call in each.calls:
                self._matched += 1
                if call.exchange.answer is not None:
                    known = Known(each.operation.document, each.operation, {})
                    self._see_answer(known, call.exchange, call.exchange.answer, moved=True)

    def _see_answer(self, known: Known, exchange: Exchange, answer: Answer, *, moved: bool = False) -> None:
        operation, status = known.operation, answer.status
        document = known.document
        body = answer.json
        content_type = header(answer.headers, "content-type") or ""
        reading = operation.read_answer(status, body, content_type)
        refusal = reading.refused.reason if reading.refused else ""
        self._in_refusal = False
        if status in _NOT_THERE and not exchange.knows(ANSWER):
            return  # the status alone does not tell a missing path from a refusal
        if refusal in _NOWHERE or (status in _NOT_THERE and document.check_failure(status, body, content_type)):
            self._differ(
                Kind.PATH, operation, operation.pointer, exchange, what="path", expected=operation.path, got=str(status)
            )
            return
        if not moved:
            self._confirm(document, operation.pointer, operation, "path")
        reason = refusal if body is not ABSENT else ""
        self._refusals[document.name, reason].add(status)
        self._in_refusal = not reading.granted
        if status not in operation.answers:
            self._see_status(operation, exchange, answer, reason)
            return
        self._confirm(document, f"{operation.pointer}/responses/{status}", operation, str(status))
        if not exchange.knows(ANSWER):
            return
        violations = operation.check_answer(status, body, content_type)
        self._see_violations(operation, exchange, violations, f"{status} ", {"body": body})
        if (schema := operation.answers[status].schema) is not None and body is not ABSENT:
            self._see_value(known, exchange, f"{status} ", schema, body, violations)
        if exchange.knows(REQUEST) and not moved:
            self._see_request(known, exchange, status, reading)

    def _see_status(self, operation: Operation, exchange: Exchange, answer: Answer, reason: str) -> None:
        """Record a status that the operation does not list.

        If the body is the documented one for the reason of the refusal, the status of the reason differs.
        """
        document, status, body = operation.document, answer.status, answer.json
        entry = document.failures.entries.get(reason) if document.failures else None
        usual = entry and not document.check_failure(entry.status, body, entry.media, reason)
        if entry and usual:
            pointer, what, listed = pointers.join(FAILURES, "reasons", reason), f"status of {reason}", [entry.status]
        else:
            pointer, what, listed = f"{operation.pointer}/responses", "status", [*operation.answers]
        self._differ(
            Kind.NEW_STATUS, operation, pointer, exchange, body, str(status),
            what=what, expected=", ".join(map(str, listed)), got=str(status), extra=reason if usual else "",
        )  # fmt: skip

    def _see_violations(
        self,
        operation: Operation,
        exchange: Exchange,
        violations: Iterable[Violation],
        side: str,
        whole: Mapping[str, Any],
    ) -> None:
        for violation in violations:
            holder = pointers.parent(violation.pointer)
            value = _at(whole, violation.path)
            what = f"{side}{_dotted(violation.path)}"
            if violation.rule == "required" and len(violation.path) > 1:
                name = str(violation.path[-1])
                pointer = f"{holder}/properties/{pointers.escape(name)}"
                self._differ(
                    Kind.MISSING, operation, pointer, exchange, ABSENT, name,
                    what=what, expected="is present", got="is missing", rule="required",
                    extra=_general(violation.path),
                )  # fmt: skip
            elif violation.rule == "enum":
                self._differ(
                    Kind.NEW_VALUE, operation, holder, exchange, value, violation.value,
                    what=what, expected=violation.expected, got=violation.value, extra=value,
                )  # fmt: skip
            else:
                self._differ(
                    Kind.VALUE, operation, holder, exchange, value, violation.rule,
                    what=what, expected=f"{violation.rule} {violation.expected}",
                    got=violation.value or violation.message, rule=violation.rule,
                )  # fmt: skip

    def _see_value(
        self,
        known: Known,
        exchange: Exchange,
        side: str,
        schema: dict[str, Any],
        value: Any,
        violations: Iterable[Violation],
    ) -> None:
        """Confirm the parts of the schema that a value shows, and record new fields."""
        document, operation = known.document, known.operation
        wrong = {violation.path for violation in violations}
        for part in walk(schema, value, ("body",)):
            if isinstance(part, Seen):
                pointer = document.origin(part.schema)
                if part.path not in wrong:
                    self._confirm(document, pointer, operation, side, part.path)
            else:
                pointer = f"{document.origin(part.holder)}/properties"
                self._differ(
                    Kind.NEW_FIELD, operation, pointer, exchange, part.value, part.name,
                    what=f"{side}{_dotted(part.path)}", expected="", got=brief(part.value), extra=_general(part.path),
                )  # fmt: skip

    def _see_request(self, known: Known, exchange: Exchange, status: int, reading: AnswerFacts) -> None:
        operation, document = known.operation, known.document
        arguments = arguments_of(known, exchange.request)
        violations = operation.check_request(arguments)
        errors = [violation for violation in violations if violation.level is Severity.ERROR]
        if _refuses_as_malformed(document, status, reading) and not errors:
            self._differ(
                Kind.REFUSED, operation, operation.pointer, exchange,
                what="request", expected="is accepted", got=str(status),
            )  # fmt: skip
        if not reading.granted:
            return
        sent = {("path", name) for name in arguments.path} | {("query", name) for name, _ in exchange.request.query}
        wrong = {violation.path[:2] for violation in violations}
        for parameter in operation.parameters:
            path = (parameter.place, parameter.name)
            if path in sent and path not in wrong:
                self._confirm(document, parameter.pointer, operation, "", path)
        whole = {"path": arguments.path, "query": arguments.query, "body": arguments.body}
        for violation in violations:
            value = _at(whole, violation.path)
            what = f"request {_dotted(violation.path)}"
            if violation.level is Severity.WARNING:
                place = str(violation.path[0])
                self._differ(
                    Kind.NEW_PARAMETER, operation, operation.pointer, exchange, value, str(violation.path[-1]),
                    what=what, expected="", got=violation.value, extra=violation.path,
                    rule=place,
                )  # fmt: skip
            else:
                self._differ(
                    Kind.GRANTED, operation, pointers.parent(violation.pointer), exchange, value, violation.rule,
                    what=what, expected=f"{violation.rule} {violation.expected}",
                    got=violation.value or "is missing", rule=violation.rule, extra=violation.path,
                )  # fmt: skip
        if operation.body is not None and isinstance(arguments.body, dict):
            invalid = {violation.path for violation in violations}
            for part in walk(operation.body.schema, exchange.request.json, ("body",)):
                if isinstance(part, Seen) and part.path not in invalid:
                    pointer = document.origin(part.schema)
                    self._confirm(document, pointer, operation, "request ", part.path)

    def _confirm(self, document: Document, pointer: str, operation: Operation, side: str, path: Path = ()) -> None:
        """Count a fact, and describe it when it is first seen."""
        if not pointer:
            return
        key = (document.name, pointer)
        self._confirmed[key] += 1
        if key not in self._what:
            self._what[key] = f"{operation.name} {side}{_dotted(path) if path else ''}"

    def _differ(
        self,
        kind: Kind,
        operation: Operation,
        pointer: str,
        exchange: Exchange,
        value: Any = ABSENT,
        name: str = "",
        **fields: Any,
    ) -> None:
        key = (kind, operation.name, pointer, name)
        if key not in self._differing:
            self._differing[key] = Occurrences(operation=operation.name, refused=self._in_refusal, **fields)
        self._differing[key].add(exchange, value)

    def _difference(self, key: tuple[Kind, str, str, str], seen: Occurrences) -> Difference:
        kind, operation, pointer, name = key
        document_name = operation.partition(".")[0]
        document = self._documents[document_name]
        reason = seen.fields.get("extra") if kind is Kind.NEW_STATUS else ""
        return Difference(
            kind=kind,
            document=document_name,
            pointer=pointer,
            name=name,
            instead=name if reason and self._refusals[document_name, reason] == {int(name)} else "",
            times=seen.times,
            first=seen.first,
            last=seen.last,
            provenance=document.provenance(pointer).level,
            place=document.place(pointer),
            shape=seen.shape,
            example=seen.example,
            **seen.fields,
        )

    def _facts(self) -> Iterator[Confirmed]:
        for (name, pointer), times in self._confirmed.items():
            level = self._documents[name].provenance(pointer).level
            yield Confirmed(name, pointer, self._what[name, pointer], level, times)

    def _other_readings(self, indications: Iterable[Indication]) -> Iterator[Difference]:
        for indication in indications:
            if indication.verdict not in ("", indication.default):
                yield Difference(
                    kind=Kind.READING,
                    document="",
                    operation="",
                    pointer="",
                    what=f"reading {indication.reading}",
                    expected=indication.default,
                    got=indication.verdict,
                    times=indication.times[indication.verdict],
                    first=self._first,
                    last=self._last,
                    name=indication.reading,
                    instead=indication.verdict,
                )


def _elsewhere(differences: Iterable[Difference], others: Iterable[Difference]) -> Iterator[Difference]:
    """Yield the other differences at places where there is none yet."""
    known = {(each.operation, each.what) for each in differences}
    return (each for each in others if (each.operation, each.what) not in known)


def _general(path: Path) -> tuple[str, ...]:
    """Return the place of a value in a body, the same for all items of a list."""
    return tuple(LISTED if isinstance(step, int) else step for step in path[1:])


def _refuses_as_malformed(document: Document, status: int, reading: AnswerFacts) -> bool:
    """Return whether a response refuses its request as malformed, by its reason or by a status unique to that."""
    if reading.refused is None or document.failures is None:
        return False
    meant = {entry.reason for entry in document.failures.by_status(status)}
    return reading.refused.reason == _MALFORMED or (reading.refused.reason == UNKNOWN and meant == {_MALFORMED})


def _at(whole: Any, path: Path) -> Any:
    for token in path:
        try:
            whole = whole[token]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return whole


def _dotted(path: Path) -> str:
    first, *others = path
    return f"{first}" + "".join("[]" if isinstance(token, int) else f".{token}" for token in others)
