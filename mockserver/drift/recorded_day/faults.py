"""The failures of a recording as faults of a scenario, each at the number of its call."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from mockserver.contract import ABSENT
from mockserver.drift.recorded_day.day import UNIDENTIFIED, is_failure_of_service
from mockserver.traffic.calls import Outcome
from mockserver.traffic.exchange import header

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from mockserver.drift.recorded_day.day import Moment, Omissions
    from mockserver.traffic.calls import Call

Section = dict[str, Any]

_MOST = 1000
"""The most faults of a scenario."""


def faults(
    seen: Iterable[Moment], effects: Mapping[int, bool], known: Container[str], notes: Omissions
) -> list[Section]:
    """Return the faults of a scenario.

    `effects` says by tick whether an uncertain call took effect, `known` are the names of operations that a scenario
    can have.
    """
    found = list(_faults(seen, effects, known, notes))
    for _ in found[_MOST:]:
        notes.add(f"a failure beyond the first {_MOST}")
    return found[:_MOST]


def _faults(
    seen: Iterable[Moment], effects: Mapping[int, bool], known: Container[str], notes: Omissions
) -> Iterator[Section]:
    for moment in seen:
        call = moment.call
        if call.refusal in UNIDENTIFIED:
            continue
        effect = _effect(call)
        if effect is None:
            continue
        if not effect or not moment.nth or call.name not in known:
            notes.add(f"a failure of {call.name} that a fault cannot repeat")
            continue
        took_effect = effects.get(moment.tick)
        if took_effect is None and call.outcome in (Outcome.BROKEN, Outcome.LOST) and call.effect not in ("", "reads"):
            notes.add(f"whether {call.name} took effect when its answer was lost, which is unknown: it does not")
        when = {"operation": call.name, "account": call.account, "nth": moment.nth}
        at = {} if _is_always_after(effect) else {"at": "after" if took_effect else "before"}
        yield {"when": when, **at, "then": effect}


def _effect(call: Call) -> Section | None:
    """Return the effect of the fault for a call; None if there was no failure, empty if no fault is like it."""
    answer = call.exchange.answer
    if call.outcome is Outcome.LOST or answer is None:
        return {"reset": True}
    if call.outcome is Outcome.GRANTED:
        return None
    if call.outcome is Outcome.REFUSED and not is_failure_of_service(call.refusal):
        return None
    is_error = call.outcome is not Outcome.BROKEN or not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    if is_error:
        return _status(call, answer.status)
    if not answer.body:
        return {"empty": True}
    length = header(answer.headers, "content-length") or ""
    if length.isdecimal() and int(length) > len(answer.body):
        return {"cut": len(answer.body)}
    return {"malformed": True} if answer.json is ABSENT else {}


def _status(call: Call, status: int) -> Section:
    retry = call.exchange.answer and header(call.exchange.answer.headers, "retry-after")
    whole = {
        "status": status,
        **({"text": call.code} if call.code else {}),
        **({"headers": {"retry-after": retry}} if retry else {}),
    }
    return {"status": status if whole.keys() == {"status"} else whole}


def _is_always_after(effect: Section) -> bool:
    return "malformed" in effect or "cut" in effect
