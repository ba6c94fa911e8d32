"""Applying faults to a request and its response. The module is loaded when the first fault applies."""

from contextlib import suppress
from typing import TYPE_CHECKING

import orjson

from mockserver.api.api import Api
from mockserver.contract import ABSENT, Arguments, FailureBody, Operation
from mockserver.contract.parts import JSON_TYPE
from mockserver.domain.clock import Duration
from mockserver.domain.refusal import Refusal
from mockserver.domain.world import World
from mockserver.simulation.faults.condition import Subject
from mockserver.simulation.faults.effect import FaultedAnswer, Moment, WireResponse
from mockserver.simulation.faults.kinds.status import BODILESS
from mockserver.simulation.faults.state import AppliedFault
from mockserver.web.message import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.web.message import PipelineOutcome

_NOTHING_YET = FailureBody(200, None)


def delay_before(applied_faults: tuple[AppliedFault, ...]) -> Duration:
    """Return how long the faults delay the handling of a request, in milliseconds."""
    return sum(act.effect.wait for act in applied_faults if act.moment is Moment.BEFORE)


def subject_of(operation: Operation, arguments: Arguments, world: World) -> Subject:
    """Return what a request is about. A request for an order is about the country and the service of the order."""
    values, _ = operation.values(arguments)
    order, country, service = (values.get(name) for name in ("order", "country", "service"))
    with suppress(KeyError):
        found = world.order(str(order))
        country, service = found.country, found.service
    with suppress(Refusal):
        country = world.catalogue.country(str(country)).code
    return Subject(*(None if value is None else str(value) for value in (country, service, order)))


def play(
    applied_faults: tuple[AppliedFault, ...], handle: "Callable[[FailureBody | None], PipelineOutcome]", api: Api
) -> "PipelineOutcome":
    """Handle a request with faults; `handle` takes the response that replaces the handler's, or None.

    The first fault that responds before the handler replaces it. The faults after the handler change the response in
    their order, until one of them loses it. The outcome lists the faults that applied.
    """
    early = [act for act in applied_faults if act.moment is Moment.BEFORE]
    played = [act for act in early if not act.alters]
    instead = [act for act in early if act.alters][:1]
    outcome = handle(_NOTHING_YET if instead else None)
    answer = FaultedAnswer(outcome.reply, outcome.headers, api.failure)
    for act in (*instead, *(act for act in applied_faults if act.moment is Moment.AFTER)):
        changed = act.effect.change(answer)
        if changed is None:
            continue
        played.append(act)
        answer = changed
        if answer.is_lost:
            break
    return outcome._replace(reply=answer.reply, headers=answer.headers, applied_faults=tuple(played))


def write(outcome: "PipelineOutcome") -> HttpResponse:
    """Return the response as bytes, with its delivery."""
    status, body, media, further = outcome.reply
    given = dict((*further, *outcome.headers))
    verbatim = isinstance(body, str) and (b"content-type" in given or media != JSON_TYPE)
    empty = status in BODILESS or body is ABSENT
    content = b"" if empty else str(body).encode() if verbatim else orjson.dumps(body)
    wire = WireResponse({b"content-type": media.encode(), **given}, content)
    for act in outcome.applied_faults:
        if act.alters or act.moment is Moment.AFTER:  # the delays before the handler are over
            wire = act.effect.write(wire)
    headers, content, delivery = wire
    if status in BODILESS:
        del headers[b"content-type"]
    else:
        headers[b"content-length"] = b"%d" % len(content)
    return HttpResponse(status, list(headers.items()), content, delivery)
