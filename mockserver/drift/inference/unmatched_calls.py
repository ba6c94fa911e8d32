"""Requests for unknown paths as calls of operations, and what their responses say by themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mockserver.contract import ABSENT
from mockserver.contract.routing import segments
from mockserver.contract.vocabulary import OPERATION
from mockserver.drift.inference import requests
from mockserver.drift.inference.knowledge import entity
from mockserver.drift.inference.text_patterns import pattern
from mockserver.traffic.calls import Call, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mockserver.contract import Operation
    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.drift.inference.paths import Unmatched
    from mockserver.traffic import Exchange


def is_granted(call: Call) -> bool:
    """Return whether the service granted a call, though the contract may not be able to read its response."""
    return call.outcome is Outcome.GRANTED or (call.outcome is Outcome.BROKEN and is_json(call.exchange))


def as_granted(unmatched: Unmatched, operation: Operation) -> Call:
    """Return a request for an unknown path as a granted call of an operation, with what the contract reads."""
    answer = unmatched.exchange.answer
    reading = operation.read_answer(operation.status, answer.json) if answer else None
    facts = reading.facts if reading and reading.granted else {}
    purpose = operation.purposes[0] if len(operation.purposes) == 1 else ""
    return Call(unmatched.exchange, unmatched.document, operation, purpose, "", {}, None, Outcome.GRANTED, facts=facts)


def with_purposes(calls: Sequence[Call]) -> list[Call]:
    """Return calls with the purposes that an argument names."""
    named = [str(call.arguments.get(OPERATION, "")) for call in calls]
    return [call._replace(purpose=call.purpose or name) for call, name in zip(calls, named, strict=True)]


def is_failure(unmatched: Unmatched) -> bool:
    """Return whether a response is a failure of the contract, whatever its status."""
    answer = unmatched.exchange.answer
    if answer is None or answer.json is ABSENT:
        return False
    return not unmatched.document.check_failure(answer.status, answer.json)


def by_value(unmatched: Iterable[Unmatched]) -> Mapping[str, list[int]]:
    """Return the times of requests by each value that they have."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for each in unmatched:
        for value in dict.fromkeys(map(str, _values(each))):
            found[value].append(each.exchange.started)
    return found


def learn_accounts(knowledge: Knowledge, unmatched: Iterable[Unmatched]) -> None:
    """Add the accounts that only requests for unknown paths name, if the ids that are known have a form."""
    known = [str(each) for each in knowledge.domain("account.id")]
    form = pattern(known) if len(known) > 1 else ""
    for each in unmatched if form else ():
        for value in _values(each):
            if isinstance(value, str) and re.fullmatch(form, value):
                knowledge.learn(entity("account", value, (value,)), "id", value, each.exchange.started)


def _values(unmatched: Unmatched) -> Iterator[Any]:
    """Yield the segments of the path, and the values in the query and the body of a request."""
    yield from map(unquote, segments(unmatched.path))
    for column in requests.sent([unmatched.exchange.request], lambda _: {}):
        yield column.values[0]


def is_success(exchange: Exchange) -> bool:
    """Return whether the status of a response is one of success."""
    answer = exchange.answer
    return answer is not None and HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def is_json(exchange: Exchange) -> bool:
    """Return whether an exchange succeeded with a JSON body."""
    return is_success(exchange) and exchange.answer is not None and exchange.answer.json is not ABSENT
