"""The rules of the service that calls show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import contract
from mockserver.contract.vocabulary import milliseconds
from mockserver.drift.rule_inference import duration, shown
from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.calls import Call, Outcome

MINUTE = 60_000
START = 1_750_000_000_000
HELD = contract().rules


def call(purpose: str, at: int, outcome: Outcome = Outcome.GRANTED, **order: object) -> Call:
    exchange = Exchange(Request("GET", "http://service.test/"), Answer(200), START + at, 1)
    document = contract().documents["v3"]
    facts = {"order": {"id": "1", **order}} if order else {}
    return Call(exchange, document, None, purpose, "ann", {"order": "1"}, None, outcome, facts=facts)


def waiting(at: int, ends: int) -> Call:
    return call("look", at, ordered_at=START, expires_at=START + ends, state="waiting", messages=[])


@pytest.mark.parametrize("minutes", [15, 25])
def test_orders_show_their_lifetime(minutes: int) -> None:
    looks = [waiting(at, minutes * MINUTE) for at in (0, 10)]
    assert [(rule.name, rule.value, rule.times) for rule in shown(looks, HELD)] == [("lifetime", f"{minutes}m", 2)]


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([waiting(0, 20 * MINUTE), waiting(1, 20 * MINUTE)], id="as the contract has it"),
        pytest.param([waiting(0, 15 * MINUTE)], id="once"),
        pytest.param([waiting(0, 15 * MINUTE), waiting(1, 16 * MINUTE)], id="contradicting itself"),
    ],
)
def test_nothing_is_said_otherwise(looks: list[Call]) -> None:
    assert shown(looks, HELD) == []


def renewed(after: int, ends: int) -> list[Call]:
    first = call("look", 0, ordered_at=START, expires_at=START + 20 * MINUTE, state="completed")
    again = call("look", after + 1, ordered_at=START, expires_at=START + ends, state="waiting")
    return [first, call("another", after), again]


def test_a_renewal_adds_a_span() -> None:
    calls = [*renewed(3 * MINUTE, 25 * MINUTE), *renewed(4 * MINUTE, 25 * MINUTE)]
    assert [(rule.name, rule.value) for rule in shown(calls, HELD)] == [("renewal", "5m")]


def test_a_renewal_that_starts_anew_is_as_the_contract_has_it() -> None:
    assert shown([*renewed(3 * MINUTE, 23 * MINUTE), *renewed(5 * MINUTE, 25 * MINUTE)], HELD) == []


def test_what_a_fault_has_altered_shows_nothing() -> None:
    looks = [waiting(at, 15 * MINUTE) for at in (0, 10)]
    faulty = [each._replace(exchange=each.exchange._replace(notes={"faults": ["x"]})) for each in looks]
    assert shown(faulty, HELD) == []


@given(st.integers(1, 10**9))
def test_a_duration_is_read_as_it_was(span: int) -> None:
    assert milliseconds(duration(span)) == span
