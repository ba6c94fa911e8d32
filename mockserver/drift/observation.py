"""Comparison of recorded exchanges with the contract documents, one exchange at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver.drift import difference
from mockserver.drift.comparison import Comparison
from mockserver.drift.difference import Confirmed, Difference, Drift, Kind, Occurrences
from mockserver.drift.inference.learning import Learning
from mockserver.drift.inference.paths import Unmatched
from mockserver.drift.inferred_differences import failures, moved, new_path, reworded
from mockserver.traffic import Answer, Request
from mockserver.traffic.calls import Known, Unknown, is_preflight, match, read
from mockserver.traffic.exchange import ANSWER, REQUEST
from mockserver.traffic.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mockserver.contract import Document, Operation
    from mockserver.drift.comparison import Verdict
    from mockserver.drift.inference.learned import Learned
    from mockserver.traffic import Exchange
    from mockserver.traffic.reading_inference import Indication

KEPT = 300
"""The maximum number of exchanges of each operation that meanings are inferred from."""
_MANY = 1000
"""The number of different verdicts that are held before their facts are counted."""
KEPT_UNMATCHED = 2000
"""The maximum number of requests for unknown paths that are kept."""


class Observation:
    """A comparison of exchanges with contract documents. `see` adds an exchange; `drift` returns the result."""

    def __init__(self, documents: Collection[Document]) -> None:
        self._documents = {document.name: document for document in documents}
        self._exchanges = self._matched = self._lost = self._disturbed = 0
        self._first = self._last = 0
        self._tally = Tally()
        self._verdicts: Counter[tuple[str, tuple[tuple[str, int, str], ...]]] = Counter()
        self._confirmed: Counter[tuple[str, str]] = Counter()
        self._what: dict[tuple[str, str], str] = {}
        self._differing: dict[tuple[Kind, str, str, str], Occurrences] = {}
        self._refusals: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._hosts = {urlsplit(document.resolve("/servers/0/url")).netloc for document in documents}
        self._unmatched: list[tuple[int, Unmatched]] = []
        self._comparison = Comparison()
        self._same: dict[Any, Any] = {}
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
                self._kept[found.operation.name].append((self._exchanges, self._compact(exchange)))
            self._see_answer(found, exchange, exchange.answer)
        elif exchange.knows(ANSWER) and len(self._unmatched) < KEPT_UNMATCHED:
            self._unmatched.append((self._exchanges, Unmatched(found.document, found.path, self._compact(exchange))))

    def _compact(self, exchange: Exchange) -> Exchange:
        """Return an exchange whose headers and bodies are the same objects as equal ones that are kept."""
        request, answer = exchange.request, exchange.answer
        headers, body = (self._same.setdefault(each, each) for each in request[2:])
        request = Request(request.method, request.url, headers, body)
        if answer is not None:
            headers, body = (self._same.setdefault(each, each) for each in answer[1:])
            answer = Answer(answer.status, headers, body)
        return exchange._replace(request=request, answer=answer)

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
        verdict = self._comparison.answer(known.operation, exchange, answer, moved=moved)
        self._add(known.operation, exchange, verdict)
        if verdict.reason is not None:
            self._refusals[known.document.name, verdict.reason].add(answer.status)
        if verdict.is_complete and exchange.knows(REQUEST) and not moved:
            request = self._comparison.request(known, exchange.request, answer.status, verdict)
            self._add(known.operation, exchange, request)

    def _add(self, operation: Operation, exchange: Exchange, verdict: Verdict) -> None:
        self._verdicts[operation.document.name, verdict.confirmed] += 1
        if len(self._verdicts) > _MANY:
            self._count_facts()
        for each in verdict.deviations:
            found = (each.kind, operation.name, each.pointer, each.name)
            if found not in self._differing:
                self._differing[found] = Occurrences(operation=operation.name, refused=each.refused, **each.fields)
            self._differing[found].add(exchange, each.value)

    def _count_facts(self) -> None:
        """Count the facts that the latest verdicts confirm. Many of them confirm the same facts."""
        for (document, confirmed), count in self._verdicts.items():
            for pointer, times, what in confirmed:
                self._confirmed[document, pointer] += times * count
                self._what.setdefault((document, pointer), what)
        self._verdicts.clear()

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
        self._count_facts()
        for (name, pointer), times in self._confirmed.items():
            level = self._documents[name].provenance(pointer).level
            yield Confirmed(name, pointer, self._what[name, pointer], level, times)

    def _other_readings(self, indications: Iterable[Indication]) -> Iterator[Difference]:
        for indication in indications:
            if indication.verdict not in ("", indication.default):
                yield difference.of_service(
                    Kind.READING,
                    indication.reading,
                    indication.default,
                    indication.verdict,
                    indication.times[indication.verdict],
                    (self._first, self._last),
                )


def _elsewhere(differences: Iterable[Difference], others: Iterable[Difference]) -> Iterator[Difference]:
    """Yield the other differences at places where there is none yet."""
    known = {(each.operation, each.what) for each in differences}
    return (each for each in others if (each.operation, each.what) not in known)
