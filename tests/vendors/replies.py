"""Exchanges with a vendor beside the answers to the same requests under a proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT
from mockserver.traffic.calls import Known, arguments_of, match
from mockserver.traffic.exchange import facts_of
from tests.vendors.statements import Steps, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Contract
    from mockserver.traffic import Answer, Exchange


class Reply(NamedTuple):
    """An exchange with a vendor, and the answer to the same request under the proposal."""

    document: str
    purpose: str
    refusal: str
    body: Any
    now: Any
    differing: tuple[Steps, ...]
    alike: bool
    """Whether both were granted with the same facts, or refused for the same reason."""


def reply(truth: Contract, proposed: Contract, exchange: Exchange, now: Answer) -> Reply | None:
    """Read an exchange by the contract of the vendor, and the other answer by the proposal."""
    found = match(truth.documents.values(), exchange.request)
    if not isinstance(found, Known) or exchange.answer is None:
        return None
    purpose = found.operation.purpose(arguments_of(found, exchange.request))
    true = facts_of(found.operation, exchange.answer)
    own = match(proposed.documents.values(), exchange.request)
    stated = facts_of(own.operation, now) if isinstance(own, Known) else None
    alike = stated is not None and stated.granted == true.granted
    if alike and stated is not None and true.refused and stated.refused:
        alike = stated.refused.reason == true.refused.reason
    elif alike and stated is not None:
        common = stated.facts.keys() & true.facts.keys()
        alike = bool(common or not true.facts) and all(_agree(stated.facts[name], true.facts[name]) for name in common)
    differing = tuple(_differing(_body(exchange.answer), _body(now)))
    if now.status != exchange.answer.status:
        differing = (*differing, ())
    refusal = true.refused.reason if true.refused else ""
    return Reply(found.document.name, purpose, refusal, exchange.answer.json, now.json, differing, alike)


def _agree(first: Any, second: Any) -> bool:
    """Whether facts agree as far as both state them."""
    if isinstance(first, dict) and isinstance(second, dict):
        return all(_agree(first[name], second[name]) for name in first.keys() & second.keys())
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_agree, first, second))
    return bool(first == second)


def _differing(first: Any, second: Any, steps: Steps = ()) -> Iterator[Steps]:
    """Yield the places at which two bodies differ; the deepest that both have, or one has."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in dict.fromkeys((*first, *second)):
            yield from _differing(first.get(name, ABSENT), second.get(name, ABSENT), (*steps, name))
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for index, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from _differing(one, other, (*steps, index))
    elif first != second or type(first) is not type(second):
        yield from (each for each, _ in leaves(first if first is not ABSENT else second, steps))


def at(body: Any, steps: Steps) -> Any:
    """The value at a place of a body; ABSENT if there is none."""
    for step in steps:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return body


def _body(answer: Answer | None) -> Any:
    """A body with its status, as far as it is JSON; else its text."""
    if answer is None:
        return None
    return answer.content if answer.json is ABSENT else answer.json
