"""Small hand-made evidence: calls of the contract, what is known of records, and columns of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mockserver.contract import load
from mockserver.drift.inference.bodies import shape
from mockserver.drift.inference.knowledge import Entity, Knowledge
from mockserver.drift.inference.scope import Evidence
from mockserver.drift.inference.service_clock import ServiceClock
from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.calls import Call, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.drift.inference.bodies import Column

V3 = load("v3")
SECOND = 1000
NOON = 1_750_000_000_000
"""2025-06-15 15:06:40 UTC."""


def order(number: str) -> Entity:
    return Entity("order", "", (number,))


def payment(number: str) -> Entity:
    return Entity("payment", "", (number,))


def account(user: str) -> Entity:
    return Entity("account", user, (user,))


def request(body: Any = None, url: str = "http://service.test/v3/somewhere", method: str = "PUT") -> Request:
    return Request(method, url, (), b"" if body is None else orjson.dumps(body))


def call(
    purpose: str = "",
    at: int = 0,
    *,
    user: str = "demo",
    outcome: Outcome = Outcome.GRANTED,
    sent: Any = None,
    status: int = 200,
    facts: dict[str, Any] | None = None,
    **arguments: Any,
) -> Call:
    """A call for a purpose, with arguments and facts by the names of the vocabulary."""
    exchange = Exchange(request(sent), Answer(status), at, 1.0)
    return Call(exchange, V3, V3.by_purpose.get(purpose), purpose, user, arguments, None, outcome, "", facts or {})


def evidence(calls: Sequence[Call], knowledge: Knowledge) -> Evidence:
    """Calls with the accounts that they name."""
    accounts = {number: each.account for number, each in enumerate(calls)}
    return Evidence(calls, knowledge, accounts, ServiceClock(knowledge))


def column(values: Sequence[Any]) -> Column:
    """A column with one value from each of several bodies."""
    return shape([{"value": value} for value in values], lambda _: False).members["value"].column()
