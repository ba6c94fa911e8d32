"""What faults do to a request and its answer. Loaded when the first fault acts."""

from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

from mockserver.api.api import Api
from mockserver.contract import ABSENT, FailureBody
from mockserver.contract.parts import JSON_TYPE
from mockserver.domain.clock import Duration
from mockserver.simulation.faults.body_mutations import malform, omit, retype
from mockserver.simulation.faults.effects import (
    ContentType,
    Cut,
    Delay,
    Disconnect,
    Effect,
    Empty,
    ErrorAnswer,
    Malformed,
    Omit,
    Retype,
    SlowBody,
)
from mockserver.simulation.faults.state import Act, Moment
from mockserver.web.message import Delivery, Ending, Header, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.web.pipeline import Outcome

_NOTHING_YET = FailureBody(200, None)
_BODILESS = (204, 304)
"""Answers that cannot have a body."""


def delay_before(acts: tuple[Act, ...]) -> Duration:
    """How long nothing happens before the request is handled, in milliseconds."""
    return sum(act.effect.duration for act in acts if act.moment is Moment.BEFORE and isinstance(act.effect, Delay))


def play(acts: tuple[Act, ...], handle: "Callable[[FailureBody | None], Outcome]", api: Api) -> "Outcome":
    """Handle a request amid faults; `handle` takes what is answered in the handler's place, if anything is.

    Of the faults that answer before the handler, the first takes its place. The others that come after it change what
    was answered, in their order; an answer that never arrives cannot be changed any more. The outcome names those
    that had a part in it.
    """
    early = [act for act in acts if act.moment is Moment.BEFORE]
    played = [act for act in early if isinstance(act.effect, Delay)]
    instead = [act for act in early if not isinstance(act.effect, Delay)][:1]
    outcome = handle(_NOTHING_YET if instead else None)
    for act in (*instead, *(act for act in acts if act.moment is Moment.AFTER)):
        reply = _change(outcome.reply, act.effect, api)
        if reply is outcome.reply and isinstance(act.effect, Omit | Retype):
            continue
        played.append(act)
        outcome = outcome._replace(reply=reply)
        if isinstance(act.effect, ErrorAnswer):
            outcome = outcome._replace(headers=_encoded(act.effect.headers))
        if isinstance(act.effect, Disconnect):
            break
    return outcome._replace(acts=tuple(played))


def write(outcome: "Outcome") -> Response:
    """The answer as bytes, and how these bytes are put on the wire."""
    status, body, media = outcome.reply
    given = dict(outcome.headers)
    headers = {b"content-type": media.encode(), **given}
    verbatim = isinstance(body, str) and (b"content-type" in given or media != JSON_TYPE)
    empty = status in _BODILESS or body is ABSENT
    content = b"" if empty else str(body).encode() if verbatim else orjson.dumps(body)
    delivery = Delivery()
    for _, moment, effect in outcome.acts:
        match effect:
            case Empty():
                content = b""
            case Malformed():
                content = malform(content)
            case ContentType(name):
                headers[b"content-type"] = name.encode()
            case Delay(duration) if moment is Moment.AFTER:
                delivery = delivery._replace(delay=delivery.delay + duration)
            case SlowBody(size, every):
                delivery = delivery._replace(chunk=size, every=every)
            case Cut():
                delivery = delivery._replace(ending=Ending.CUT, kept=effect.kept(len(content)))
            case Disconnect(reset):
                delivery = delivery._replace(ending=Ending.RESET if reset else Ending.CLOSED)
    if status in _BODILESS:
        del headers[b"content-type"]
    else:
        headers[b"content-length"] = b"%d" % len(content)
    return Response(status, list(headers.items()), content, delivery)


def _change(reply: FailureBody, effect: Effect, api: Api) -> FailureBody:
    match effect:
        case ErrorAnswer():
            if effect.body is not ABSENT:
                return FailureBody(effect.status, effect.body)
            return api.failure(effect.status, effect.text or _name(effect.status))
        case Disconnect():
            return reply._replace(status=0)
        case Empty():
            return reply._replace(body=None)
        case Omit(path):
            body = omit(reply.body, path)
        case Retype(path, to):
            body = retype(reply.body, path, to)
        case _:
            return reply
    return reply if body is reply.body else reply._replace(body=body)


def _encoded(headers: tuple[tuple[str, str], ...]) -> tuple[Header, ...]:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers)


def _name(status: int) -> str:
    try:
        return HTTPStatus(status).name
    except ValueError:
        return f"STATUS_{status}"
