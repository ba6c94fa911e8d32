"""What is counted of all that has passed."""

from __future__ import annotations

import orjson

from mockserver.contract import load
from mockserver.proxy import CheckedContract, ProxiedExchange, TrafficSummary
from mockserver.traffic import Answer, Exchange, Request
from tests.conftest import operations

CONTRACT = CheckedContract([load("v3")])
BALANCE = "/v3/customers/demo/balance"


def relayed(
    target: str = f"{BALANCE}?apiKey=k", status: int = 200, *, stopped: str = "", failure: str = ""
) -> ProxiedExchange:
    match = CONTRACT.match("GET", target.partition("?")[0])
    request = Request("GET", f"http://h{target}")
    answer = None if stopped or failure else Answer(status, (("content-type", "application/json"),), b"{}")
    violations = tuple(CONTRACT.check(match, request, None))
    operation = match.operation.name if match.operation else ""
    return ProxiedExchange(Exchange(request, answer, 0, 1.0, operation), violations, stopped, failure)


def summary(*proxied_exchanges: ProxiedExchange) -> list[str]:
    tally = TrafficSummary(CONTRACT.documents)
    for each in proxied_exchanges:
        tally.add(each)
    return list(tally.summary())


def test_exchanges_are_counted_by_what_became_of_them() -> None:
    told = summary(relayed(), relayed(stopped="why"), relayed(failure="how"), relayed("/v3/x"))
    assert told[0] == "exchanges: 4, stopped: 1, failed: 1, without a known operation: 1"


def test_a_preflight_is_not_an_unknown_operation() -> None:
    proxied = relayed("/v3/x")
    headers = (("access-control-request-method", "PUT"), ("origin", "http://shop.test"))
    request = proxied.exchange.request._replace(method="OPTIONS", headers=headers)
    told = summary(proxied._replace(exchange=proxied.exchange._replace(request=request)))
    assert told[0] == "exchanges: 1, preflights: 1"


def test_answers_cover_their_operations() -> None:
    assert summary(relayed(), relayed(status=401))[1].startswith(f"covered: 1 of {operations('v3')} operations, 2 of ")


def test_a_request_without_an_answer_covers_nothing() -> None:
    assert summary(relayed(failure="how"))[1].startswith("covered: 0 of")


def test_where_nothing_is_broken_this_is_told() -> None:
    assert summary(relayed())[-1] == "nothing broke the contract"


def test_a_violation_is_new_once() -> None:
    tally = TrafficSummary(CONTRACT.documents)
    assert [len(tally.add(relayed(BALANCE))) for _ in range(3)] == [1, 0, 0]


def test_a_violation_is_counted() -> None:
    assert summary(relayed(BALANCE), relayed(BALANCE))[-1].startswith(
        "2 times: v3.getBalance: query.apiKey is required"
    )


def test_an_unknown_name_does_not_break_the_contract() -> None:
    tally = TrafficSummary(CONTRACT.documents)
    [warning] = tally.add(relayed(f"{BALANCE}?apiKey=k&odd=1"))
    assert (tally.broken, warning.place) == (False, "query.odd")


def test_a_missing_key_breaks_it() -> None:
    tally = TrafficSummary(CONTRACT.documents)
    tally.add(relayed(BALANCE))
    assert tally.broken


def test_a_rule_broken_in_several_items_is_one_row() -> None:
    match = CONTRACT.match("GET", "/v3/numbers/demo/countries")
    countries = [{"cShort": number, "country": "Chad", "carriers": ["any"]} for number in range(3)]
    answer = Answer(200, (("content-type", "application/json"),), orjson.dumps({"ok": True, "body": countries}))
    proxied = relayed()._replace(violations=tuple(CONTRACT.check(match, None, answer)))
    [told] = summary(proxied)[2:]
    assert told.startswith("3 times: v3.getCountries: body.body[].cShort must be a string, got 0 (v3.yaml:")
