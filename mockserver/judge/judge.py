"""The judgement of a client by its traffic: findings, grade, costs and coverage."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mockserver.contract import readings, vocabulary
from mockserver.contract.failures import UNKNOWN, reasons_of
from mockserver.contract.readings import DEFAULTS
from mockserver.findings import Finding, Severity
from mockserver.judge.cost_rules import statement
from mockserver.judge.history import History, Limits, histories
from mockserver.judge.rules import BEHAVIOUR, CONTRACT, FAILS, KEY_LEAK
from mockserver.traffic.calls import STATES, TRANSITIONS, Outcome
from mockserver.traffic.calls import calls as read_all
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.reading_inference import Readings, held_rules
from mockserver.traffic.recordings import KEY_IN_URL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract import Document, Overlays
    from mockserver.contract.readings import Choices
    from mockserver.findings import Statement
    from mockserver.judge.history import Breach, History
    from mockserver.traffic import Exchange
    from mockserver.traffic.calls import Call
    from mockserver.traffic.reading_inference import Indication


FAILURE, READING = "failure", "reading"


def coverage(
    calls: Sequence[Call],
    histories: Iterable[History],
    documents: Iterable[Document],
    indications: Iterable[Indication],
) -> Coverage:
    """Return the coverage of the contract documents that the client uses; of all documents if there are no calls.

    It counts operations with their statuses, the order states that responses showed, failures, and readings. A failure
    is counted by its reason, or by its code if the vocabulary has no reason for it. A reading is counted once for each
    indication of a value.
    """
    names = {call.document.name for call in calls}
    used = [document for document in documents if document.name in names or not names]
    values = [(READING, f"{name}={value}") for name, reading in readings().items() for value in reading.values]
    purposes = [vocabulary().purposes[name] for document in used for name in document.by_purpose]
    failures = [(FAILURE, reason) for reason in reasons_of(purposes, vocabulary(), has_path=True, has_body=True)]
    covered = Coverage(used, STATES, TRANSITIONS, (*failures, *values))
    for call in calls:
        if call.operation is not None and call.status:
            covered.answer(call.operation.name, call.status)
        if failure := call.refusal if call.refusal != UNKNOWN else call.code:
            covered.name(FAILURE, failure)
    for history in histories:
        for order in history.orders.values():
            for state in order.states:
                covered.state(state)
            for before, after in pairwise(order.states):
                covered.transition(before, after)
    for indication in indications:
        for value, times in indication.times.items():
            covered.name(READING, f"{indication.reading}={value}", times)
    return covered


SUITE = "client"

_EVIDENCE = 8
"""The maximum number of exchanges that a finding keeps as evidence."""
_LETTERS = {Severity.ERROR: "D", Severity.WARNING: "C", Severity.NOTE: "B"}


class Judgement(NamedTuple):
    """The judgement of a client: findings by severity, the most severe first, the costs of its orders, and coverage.

    `exchanges` counts all exchanges, `calls` those with the service. `first` and `last` are the start of the first and
    the last call, in milliseconds since the epoch.
    """

    findings: tuple[Finding, ...]
    exchanges: int
    calls: int
    statement: Statement
    coverage: Coverage
    first: int = 0
    last: int = 0

    @property
    def letter(self) -> str:
        """The grade: A for nothing found, B for notes, C for warnings, D for errors, F if the command failed."""
        return letter(self.findings)


def letter(findings: Iterable[Finding]) -> str:
    """Return the grade for these findings; see `Judgement.letter`."""
    found = tuple(findings)
    if any(finding.code == FAILS for finding in found):
        return "F"
    levels = {finding.level for finding in found}
    return next((_LETTERS[level] for level in Severity if level in levels), "A")


def judge(
    exchanges: Iterable[Exchange],
    documents: Mapping[str, Document],
    *,
    limits: Limits | None = None,
    ended: bool = True,
    paced: bool = True,
    service: Collection[str] = (),
    readings: Choices = DEFAULTS,
    overlays: Overlays = (),
) -> Judgement:
    """Judge a client by its traffic with the service.

    The exchanges may come in any order: a recorder may write an exchange when it ends. `documents` are the contract
    documents under these `readings` and `overlays`. If the client has not `ended`, it may still request refunds for
    running orders. Unless the traffic is `paced`, pauses are not judged, because the clock stood still or jumped.
    `service` names further hosts of the service. The hosts in the documents and the hosts that granted a call belong
    to it anyway; if no host granted one, all called hosts do.
    """
    traffic = list(exchanges)
    calls = sorted(read_all(documents.values(), traffic), key=lambda call: (call.at, call.exchange.started))
    inferred = Readings(documents.values(), readings, overlays)
    for call in calls:
        inferred.hear(call)
    accounts = histories(calls)
    paced = paced and not _is_clock_still(calls)
    breaches = [*_contract(calls), *_behaviour(accounts, limits or Limits(), ended=ended, paced=paced)]
    hosts = {*service, *_hosts(documents, calls)}
    leaks = [_leak(exchange) for exchange in traffic if _leaks(exchange, hosts)]
    findings = [*_findings(breaches), *leaks[:1]]
    return Judgement(
        findings=tuple(sorted(findings, key=lambda finding: list(Severity).index(finding.level))),
        exchanges=len(traffic),
        calls=len(calls),
        statement=statement(accounts, held_rules(documents.values())),
        coverage=coverage(calls, accounts, documents.values(), inferred.indications()),
        first=min((call.at for call in calls), default=0),
        last=max((call.at for call in calls), default=0),
    )


def _is_clock_still(calls: list[Call]) -> bool:
    """Return whether the clock of the world stood still during the calls. Pauses cannot be measured then."""
    moments = {call.at for call in calls}
    return len(calls) > 1 and len(moments) == 1 and len({call.exchange.started for call in calls}) > 1


def _contract(calls: list[Call]) -> Iterator[tuple[str, Severity, Breach]]:
    for code, rule in CONTRACT.items():
        for breach in rule.find(calls):
            yield code, breach.level or rule.level, breach


def _behaviour(
    accounts: Iterable[History], limits: Limits, *, ended: bool, paced: bool
) -> Iterator[tuple[str, Severity, Breach]]:
    for history in accounts:
        for code, rule in BEHAVIOUR.items():
            if paced or not rule.paced:
                for breach in rule.find(history, limits):
                    if ended or not rule.at_the_end or _has_expired(breach, history):
                        yield code, breach.level or rule.level, breach


def _has_expired(breach: Breach, history: History) -> bool:
    """Return whether an order of a breach had expired before the last call."""
    placed = {id(call) for call in breach.calls}
    about = [order for order in history.orders.values() if id(order.placed) in placed]
    return any(order.expires is not None and order.expires <= history.last for order in about)


def _findings(breaches: Iterable[tuple[str, Severity, Breach]]) -> Iterator[Finding]:
    """Yield one finding for all breaches that are the same mistake, with the evidence of the first."""
    groups: dict[tuple[str, str, str], list[tuple[Severity, Breach]]] = {}
    for code, level, breach in breaches:
        groups.setdefault((code, breach.operation, breach.check), []).append((level, breach))
    for (code, operation, check), group in groups.items():
        level, breach = group[0]
        times = f" {len(group)} times in all." if len(group) > 1 else ""
        yield Finding(
            code=code,
            level=level,
            suite=SUITE,
            operation=operation,
            check=check,
            message=f"{breach.message}{times}",
            expected=breach.expected,
            got=breach.got,
            pointer=breach.pointer,
            place=breach.place,
            provenance=breach.provenance,
            exchanges=tuple(call.exchange for call in breach.calls[:_EVIDENCE]),
        )


def _hosts(documents: Mapping[str, Document], calls: Collection[Call]) -> Iterator[str]:
    """Yield the hosts of the service: those in the documents, and those that granted a call.

    If no host granted a call, as with a wrong key, every called host counts.
    """
    yield from (urlsplit(document.resolve("/servers/0/url")).netloc for document in documents.values())
    granting = [call for call in calls if call.outcome is Outcome.GRANTED]
    yield from (call.exchange.request.authority for call in granting or calls)


def _leaks(exchange: Exchange, hosts: Collection[str]) -> bool:
    return bool(exchange.notes.get(KEY_IN_URL)) and exchange.request.authority not in hosts


def _leak(exchange: Exchange) -> Finding:
    host = exchange.request.authority
    return Finding(
        code=KEY_LEAK,
        level=Severity.ERROR,
        suite=SUITE,
        operation="",
        check="",
        message=f"The client sent its API key in a URL to {host}, which is not a host of the service.",
        exchanges=(exchange,),
    )
