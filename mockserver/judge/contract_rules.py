"""Rules about requests that the contract does not allow, by themselves or after what came before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract import Confidence, Severity, did_you_mean
from mockserver.judge.history import Breach
from mockserver.traffic.calls import Outcome
from mockserver.traffic.exchange import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Violation
    from mockserver.judge.history import History, Limits
    from mockserver.traffic.calls import Call


_STATED = (Confidence.DOCUMENTED, Confidence.OBSERVED)
"""What is known in these ways is a fact; who breaks the rest may break our assumption only."""


def requests(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find what is wrong with requests."""
    return _violations(calls, Severity.ERROR)


def unknown_names(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find parameters and fields that the contract does not know."""
    return _violations(calls, Severity.WARNING)


def paths(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find paths and methods that the contract does not have."""
    for call in calls:
        if call.operation is None and not _asks_ahead(call):
            method, document = call.exchange.request.method, call.document
            path = call.exchange.request.path.rpartition(f"{document.prefix}/")[2]
            known = [operation.path.lstrip("/") for operation in document.operations.values()]
            yield Breach(
                document.name,
                f"{method} {document.prefix}/{path} leads nowhere{did_you_mean(path, known) or '.'}",
                (call,),
                f"{method} {path}",
                got=str(call.status or "no answer"),
            )


def deprecated(calls: Iterable[Call]) -> Iterator[Breach]:
    """Find operations that are to go."""
    for call in calls:
        if call.operation is not None and call.operation.deprecated:
            yield Breach(
                call.name, f"{call.name} is deprecated.", (call,), expected="the same operation of the newest API"
            )


def _asks_ahead(call: Call) -> bool:
    """Whether it is what a browser asks by itself before a request to another site."""
    request = call.exchange.request
    return request.method == "OPTIONS" and header(request.headers, "access-control-request-method") is not None


def _violations(calls: Iterable[Call], severity: Severity) -> Iterator[Breach]:
    for call in calls:
        if call.operation is None or call.read is None or "request" in call.exchange.notes.get("left_out", ()):
            continue
        for violation in call.operation.check_request(call.read):
            if violation.level is severity:
                yield _breach(call, violation)


def _breach(call: Call, violation: Violation) -> Breach:
    known = call.document.provenance(violation.pointer).level
    return Breach(
        call.name,
        f"{violation.message}.",
        (call,),
        f"{violation.place} {violation.rule}",
        expected=violation.expected,
        got=violation.value,
        level=None if known in _STATED else Severity.WARNING,
        pointer=violation.pointer,
        place=violation.locate(violation.pointer),
        provenance=str(known),
    )


def refunds_after_sms(history: History, _: Limits) -> Iterator[Breach]:
    """Asks for the money of an order whose SMS it has read."""
    for call in history.calls:
        order = history.orders.get(call.order)
        if call.purpose == "refund" and order and order.heard and call.follows(order.heard):
            yield Breach(
                call.name,
                "It had read the SMS of an order, and asked for its money.",
                (order.heard, call),
                expected="a refund while no SMS has arrived",
            )


def another_too_early(history: History, _: Limits) -> Iterator[Breach]:
    """Asks for another SMS before there was a first one. Of an order that was there before nobody knows."""
    for call in history.calls:
        if call.purpose != "another" or call.outcome is not Outcome.REFUSED:
            continue
        order = history.orders.get(call.order)
        if order and order.placed and not (order.heard and call.follows(order.heard)):
            yield Breach(
                call.name,
                "It asked for another SMS before it had seen a first one, and was refused.",
                (call,),
                expected="the first SMS before another one",
                got=call.code,
            )
