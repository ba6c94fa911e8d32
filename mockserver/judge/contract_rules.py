"""Rules about requests that break the contract, by themselves or because of an earlier response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract import Confidence, Severity
from mockserver.contract.payload import unrouted
from mockserver.judge.history import Breach
from mockserver.traffic.calls import Outcome, request_violations
from mockserver.traffic.exchange import REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Violation
    from mockserver.judge.history import History, Limits
    from mockserver.traffic.calls import Call


_STATED = (Confidence.DOCUMENTED, Confidence.OBSERVED)
"""The levels of provenance that state a fact. A breach of any other level may only contradict an assumption."""


def requests(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find requests that break the contract."""
    return _violations(calls, Severity.ERROR)


def unknown_names(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find parameters and fields that are not in the contract."""
    return _violations(calls, Severity.WARNING)


def paths(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find requests whose path or method is not in the contract."""
    for call in calls:
        if call.operation is None:
            method, document = call.exchange.request.method, call.document
            path = call.exchange.request.path.rpartition(f"{document.prefix}/")[2]
            problem = unrouted(document, method, f"/{path}").message
            end = "" if problem.endswith("?") else "."
            yield Breach(
                document.name,
                f"{method} {document.prefix}/{path} is not in the contract: {problem}{end}",
                (call,),
                f"{method} {path}",
                got=str(call.status or "no response"),
            )


def deprecated(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find calls of deprecated operations."""
    for call in calls:
        if call.operation is not None and call.operation.deprecated:
            yield Breach(
                call.name,
                f"{call.name} is deprecated.",
                (call,),
                expected="the same operation of the newest API version",
            )


def _violations(calls: Iterable[Call], severity: Severity) -> Iterator[Breach]:
    for call in calls:
        if call.operation is None or call.read is None:
            continue
        knows_body = call.exchange.knows(REQUEST)
        for violation in request_violations(call.operation, call.exchange.request, call.read, knows_body=knows_body):
            if violation.level is severity:
                yield _breach(call, violation)


def _breach(call: Call, violation: Violation) -> Breach:
    known = call.document.provenance(violation.pointer).level
    return Breach(
        call.name,
        f"{violation.message}.",
        (call,),
        f"{violation.general_place} {violation.rule}",
        expected=violation.expected,
        got=violation.value,
        level=None if known in _STATED else Severity.WARNING,
        pointer=violation.pointer,
        place=violation.locate(violation.pointer),
        provenance=str(known),
    )


def refunds_after_sms(history: History, _: Limits) -> Iterator[Breach]:
    """Find refund requests for orders whose SMS the client has read."""
    for call in history.calls:
        order = history.orders.get(call.order)
        if call.purpose == "refund" and order and order.heard and call.follows(order.heard):
            yield Breach(
                call.name,
                "The client requested a refund after it had read the SMS of the order.",
                (order.heard, call),
                expected="a refund request only while no SMS has arrived",
            )


def another_too_early(history: History, _: Limits) -> Iterator[Breach]:
    """Find refused requests for another SMS before the first one was read.

    Orders from before the recording are skipped, because they may have received an SMS earlier.
    """
    for call in history.calls:
        if call.purpose != "another" or call.outcome is not Outcome.REFUSED:
            continue
        order = history.orders.get(call.order)
        if order and order.placed and not (order.heard and call.follows(order.heard)):
            yield Breach(
                call.name,
                "The client requested another SMS before it had read the first one, and was refused.",
                (call,),
                expected="another SMS is requested after the first one",
                got=call.code,
            )
