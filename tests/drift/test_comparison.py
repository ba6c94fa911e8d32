"""An equal response or request is compared once; what its verdict depends on makes it another one."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import load
from mockserver.drift.comparison import Comparison, Verdict
from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.calls import Known, match
from mockserver.traffic.exchange import ANSWER, LEFT_OUT

DOCUMENT = load("v3")
JSON = (("content-type", "application/json"),)
REQUEST = Request("GET", "http://service.test/v3/numbers/demo/countries?apiKey=key")
BODY = b'{"ok":true,"body":[{"cShort":"12","country":"United States","carriers":["any"]}]}'
EXCHANGE = Exchange(REQUEST, Answer(200, JSON, BODY), 1, 1.0)
FOUND = match([DOCUMENT], REQUEST)


def compared(comparison: Comparison, exchange: Exchange, **options: Any) -> Verdict:
    assert isinstance(FOUND, Known)
    assert exchange.answer is not None
    return comparison.answer(FOUND.operation, exchange, exchange.answer, **options)


def test_an_equal_response_is_compared_once() -> None:
    comparison = Comparison()
    later = EXCHANGE._replace(started=2, answer=Answer(200, (*JSON, ("date", "now")), bytes(bytearray(BODY))))
    assert compared(comparison, later) is compared(comparison, EXCHANGE)


@pytest.mark.parametrize(
    "other",
    [
        EXCHANGE._replace(answer=Answer(200, JSON, BODY.replace(b"any", b"one"))),
        EXCHANGE._replace(answer=Answer(404, JSON, BODY)),
        EXCHANGE._replace(answer=Answer(200, (("content-type", "text/html"),), BODY)),
        EXCHANGE._replace(notes={LEFT_OUT: [ANSWER]}),
    ],
    ids=["body", "status", "media type", "unknown body"],
)
def test_another_response_is_compared_by_itself(other: Exchange) -> None:
    comparison = Comparison()
    compared(comparison, EXCHANGE)
    assert compared(comparison, other) == compared(Comparison(), other)


def test_the_path_of_a_moved_operation_is_not_confirmed() -> None:
    comparison = Comparison()
    usual, moved = compared(comparison, EXCHANGE), compared(comparison, EXCHANGE, moved=True)
    assert len(usual.confirmed) == len(moved.confirmed) + 1


def test_a_fact_is_confirmed_as_often_as_it_is_seen() -> None:
    twice = BODY.replace(b"}]", b'},{"cShort":"1","country":"A","carriers":["any"]}]')
    times = dict.fromkeys(["v3.getCountries 200 body.body[].cShort"], 2)
    found = compared(Comparison(), EXCHANGE._replace(answer=Answer(200, JSON, twice)))
    assert {what: count for _, count, what in found.confirmed if what in times} == times


@pytest.mark.parametrize("granted", [True, False])
def test_an_equal_request_is_compared_once_for_each_kind_of_response(*, granted: bool) -> None:
    assert isinstance(FOUND, Known)
    comparison = Comparison()
    answer = Verdict((), (), is_granted=granted)
    other = answer._replace(is_granted=not granted)
    first = comparison.request(FOUND, REQUEST, 200, answer)
    assert comparison.request(FOUND, Request(*REQUEST), 200, answer) is first
    assert comparison.request(FOUND, REQUEST, 200, other) != first
