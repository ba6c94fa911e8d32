"""What says nothing about the service is counted, and told in a sentence each."""

from __future__ import annotations

from mockserver.contract import load
from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.calls import calls, match
from mockserver.traffic.exchange import ANSWER, LEFT_OUT, PACKED, REQUEST, SHORT
from mockserver.traffic.tally import Tally

DOCUMENTS = (load("v3"), load("v2"))
CALL = Exchange(Request("GET", "http://h/v3/customers/demo/balance"), Answer(200), 0, 0)
OTHER = CALL._replace(request=Request("GET", "http://shop.test/logo.png"))
PREFLIGHT = CALL._replace(
    request=CALL.request._replace(method="OPTIONS", headers=(("Access-Control-Request-Method", "GET"),))
)


def remarks(*exchanges: Exchange) -> list[str]:
    tally = Tally()
    for exchange in exchanges:
        tally.see(exchange, match(DOCUMENTS, exchange.request))
    return list(tally.remarks())


def test_nothing_is_said_about_calls() -> None:
    assert remarks(CALL, CALL) == []


def test_other_services_and_preflights_are_counted() -> None:
    assert remarks(OTHER, CALL, OTHER, PREFLIGHT) == [
        "2 requests are for other services.",
        "1 request is a preflight of a browser.",
    ]


def test_a_body_is_counted_once_by_the_reason_why_it_is_unknown() -> None:
    notes = (
        {LEFT_OUT: [ANSWER, REQUEST]},
        {LEFT_OUT: [ANSWER], SHORT: [ANSWER]},
        {LEFT_OUT: [ANSWER], PACKED: [ANSWER]},
    )
    assert remarks(*(CALL._replace(notes=each) for each in notes)) == [
        "2 bodies are not in the recording.",
        "1 body is shorter than its content-length.",
        "1 body has a content coding that cannot be decoded.",
    ]


def test_the_bodies_of_other_services_do_not_count() -> None:
    assert remarks(OTHER._replace(notes={LEFT_OUT: [ANSWER]})) == ["1 request is for another service."]


def test_a_connection_that_broke_is_told_elsewhere() -> None:
    assert remarks(CALL._replace(notes={LEFT_OUT: [ANSWER], "failure": "it ended early"})) == []


def test_a_preflight_is_no_call() -> None:
    assert [call.exchange for call in calls(DOCUMENTS, [PREFLIGHT, CALL])] == [CALL]
