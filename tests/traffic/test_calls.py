"""What an exchange was for, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.contract import load, vocabulary
from mockserver.contract.loading import stated
from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.calls import LISTS, LOOKS, MOVES, QUOTES, Call, Outcome, calls, read

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.contract import Document

Json = dict[str, Any]

DOCUMENTS = (load("v3"), load("v2"))
V3, V2 = "http://a.test/v3/numbers/demo", "http://a.test/cs"
ORDERED = {"ok": True, "body": {"orderId": "1", "purchasePrice": 16}}


def exchange(method: str, url: str, said: Any = None, status: int = 200, **fields: Any) -> Exchange:
    body = orjson.dumps({"apiKey": "k", **fields}) if method != "GET" else b""
    content = said if isinstance(said, bytes) else orjson.dumps(said)
    return Exchange(Request(method, url, (), body), None if status == 0 else Answer(status, (), content), 1000, 2.0)


def call(*args: Any, **options: Any) -> Call:
    found = read(DOCUMENTS, exchange(*args, **options))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("method", "url", "purpose"),
    [
        ("PUT", f"{V3}/order", "order"),
        ("GET", f"{V3}/order/7?apiKey=k", "look"),
        ("GET", f"{V3}/inventory/9?apiKey=k", "inventory"),
        ("GET", f"{V3}/lookup/12/any/ds?apiKey=k", "quote"),
        ("PATCH", f"{V3}/order/7/refund", "refund"),
        ("PATCH", f"{V3}/order/7/requestAnother", "another"),
        ("PATCH", f"{V3}/order/7/sell", ""),
        ("POST", f"{V2}/purchase", "order"),
        ("POST", f"{V2}/refund", "refund"),
        ("GET", f"{V2}/getBulkPhoneStatus?userId=demo&key=k", "orders"),
        ("GET", f"{V3}/nothing", ""),
        ("DELETE", f"{V3}/order", ""),
    ],
)
def test_the_purpose_follows_from_operation_and_arguments(method: str, url: str, purpose: str) -> None:
    assert call(method, url, {}).purpose == purpose


def test_sets_of_purposes_are_of_the_vocabulary() -> None:
    assert vocabulary().purposes.keys() >= LOOKS | LISTS | MOVES | QUOTES


@pytest.mark.parametrize(
    ("method", "url", "effect"),
    [
        ("GET", f"{V3}/popular?apiKey=k", "reads"),
        ("PUT", f"{V3}/order", "orders"),
        ("PUT", "http://a.test/v3/customers/demo/cryptomus/invoice/500", "pays"),
        ("GET", f"{V3}/nothing", ""),
    ],
)
def test_the_effect_is_that_of_the_operation(method: str, url: str, effect: str) -> None:
    assert call(method, url, {}).effect == effect


def failed(text: str) -> Json:
    return {"ok": False, "errorMessage": text}


@pytest.mark.parametrize(
    ("status", "said", "outcome", "refusal"),
    [
        (200, ORDERED, Outcome.GRANTED, ""),
        (201, ORDERED, Outcome.GRANTED, ""),
        (200, failed("NO_NUMBERS: try later"), Outcome.REFUSED, "NO_NUMBERS"),
        (200, {"ok": False}, Outcome.REFUSED, "?"),
        (222, failed("Additional user action required"), Outcome.REFUSED, "PRICE_CHANGED"),
        (400, b"nonsense", Outcome.REFUSED, ""),
        (404, failed("ORDER_NOT_FOUND"), Outcome.REFUSED, "ORDER_NOT_FOUND"),
        (429, failed("slow down"), Outcome.LIMITED, "?"),
        (500, failed("SERVER_ERROR"), Outcome.BROKEN, "?"),
        (500, failed("INTERNAL_ERROR"), Outcome.BROKEN, "INTERNAL_ERROR"),
        (503, failed("NO_NUMBERS"), Outcome.REFUSED, "NO_NUMBERS"),
        (503, failed("Please try again later"), Outcome.BROKEN, "UNAVAILABLE"),
        (503, b"<html>", Outcome.BROKEN, ""),
        (200, b"<html>", Outcome.BROKEN, ""),
        (200, b"", Outcome.BROKEN, ""),
        (200, 7, Outcome.BROKEN, ""),
        (302, b"", Outcome.BROKEN, ""),
        (302, {}, Outcome.BROKEN, "?"),
        (0, None, Outcome.LOST, ""),
    ],
)
def test_the_outcome_follows_from_the_answer(status: int, said: Any, outcome: Outcome, refusal: str) -> None:
    found = call("PUT", f"{V3}/order", said, status)
    assert (found.outcome, found.refusal) == (outcome, refusal)


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [(200, {"anything": 1}, Outcome.GRANTED), (200, failed("NO_NUMBERS"), Outcome.REFUSED), (404, {}, Outcome.REFUSED)],
)
def test_the_outcome_of_an_unknown_path_follows_from_the_answer(status: int, said: Any, outcome: Outcome) -> None:
    assert call("GET", f"{V3}/nothing", said, status).outcome is outcome


def test_a_refusal_that_the_vocabulary_does_not_have_is_called_what_it_says() -> None:
    assert call("PUT", f"{V3}/order", failed("SOLD: out of luck")).code == "SOLD"


@pytest.mark.parametrize(
    ("status", "notes", "outcome", "refusal"),
    [
        (200, {"left_out": ["answer"]}, Outcome.GRANTED, ""),
        (222, {"left_out": ["answer"]}, Outcome.REFUSED, "PRICE_CHANGED"),
        (404, {"left_out": ["answer"]}, Outcome.REFUSED, "NOT_FOUND"),
        (200, {"left_out": ["answer"], "failure": "it ended early"}, Outcome.BROKEN, ""),
    ],
)
def test_the_outcome_without_a_body_follows_from_the_status(
    status: int, notes: Json, outcome: Outcome, refusal: str
) -> None:
    found = read(DOCUMENTS, exchange("PUT", f"{V3}/order", b"", status)._replace(notes=notes))
    assert found is not None
    assert (found.outcome, found.refusal, found.facts) == (outcome, refusal, {})


def test_arguments_come_from_path_query_and_body() -> None:
    found = call("PUT", f"{V3}/order", ORDERED, country="12", service="ds", carrier="at&t")
    assert (found.account, found.offer, found.service, found.carrier) == ("demo", ("12", "ds", "at&t"), "ds", "at&t")


def test_a_carrier_that_is_not_named_is_any() -> None:
    assert call("GET", f"{V2}/getServices?userId=demo&key=k&country=12", {}).offer == ("12", "", "any")


@pytest.mark.parametrize(
    ("method", "url", "price", "maximum"), [("PUT", f"{V3}/order", 16, "20"), ("POST", f"{V2}/purchase", 0.16, "0.2")]
)
def test_money_is_in_cents(method: str, url: str, price: float, maximum: str) -> None:
    bought = {"orderId": "1", "purchasePrice": price}
    said = {"ok": True, "body": bought} if method == "PUT" else {"error": False, **bought}
    found = call(method, url, said, maximumPrice=maximum)
    assert (found.orders[0]["price"], found.arguments["maximum"]) == (16, 20)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"{V3}/order/7?apiKey=k", {"ok": True, "body": [{"orderId": "7", "status": "complete"}]}),
        (f"{V3}/inventory/9?apiKey=k", {"ok": True, "body": [{"orderId": "7", "status": "completed"}]}),
        (f"{V2}/getPhoneStatus?userId=demo&key=k&orderId=7", {"error": False, "body": {"status": "completed"}}),
    ],
)
def test_orders_are_read_from_an_item_and_from_a_list(url: str, said: Json) -> None:
    [order] = call("GET", url, said).orders
    assert (order["id"], order["state"]) == ("7", "completed")


def test_what_is_quoted_is_named_as_an_order_names_it() -> None:
    said = {"ok": True, "body": [{"sShort": "ds", "price": 16}, {"sShort": "wa", "price": 20}]}
    quoted = call("GET", f"{V3}/lookup/12/any?apiKey=k", said).quoted
    assert {offer: each["price"] for offer, each in quoted.items()} == {
        ("12", "ds", "any"): 16,
        ("12", "wa", "any"): 20,
    }


def test_what_is_popular_is_no_quote() -> None:
    said = {"ok": True, "body": [{"sShort": "ds", "cShort": "12", "price": 16}]}
    assert call("GET", f"{V3}/popular?apiKey=k", said).quoted == {}


def test_time_is_that_of_the_world_if_it_was_recorded() -> None:
    noted = exchange("GET", f"{V3}/popular?apiKey=k")._replace(notes={"at": "2025-06-15T15:06:40.500Z"})
    found = read(DOCUMENTS, noted)
    assert found is not None
    assert found.at == 1_750_000_000_500


@pytest.mark.parametrize("at", ["soon", None, 5])
def test_a_virtual_time_that_is_none_is_not_used(at: object) -> None:
    noted = exchange("GET", f"{V3}/popular?apiKey=k")._replace(notes={"at": at})
    assert [call.at for call in calls(DOCUMENTS, [noted])] == [noted.started]


def test_time_is_that_of_the_recorder_otherwise() -> None:
    assert call("GET", f"{V3}/popular?apiKey=k").at == 1000


def test_what_has_nothing_to_do_with_the_service_is_passed_over() -> None:
    traffic = [exchange("GET", "http://b.test/other"), exchange("GET", f"{V3}/popular?apiKey=k")]
    assert [each.name for each in calls(DOCUMENTS, traffic)] == ["v3.getPopular"]


def overlaid(path: Path, document: str, *actions: Json) -> Document:
    info = {"title": "Another service", "version": "1"}
    written = {"overlay": "1.0.0", "info": info, "extends": f"{document}.yaml", "actions": actions}
    path.write_bytes(orjson.dumps(written))
    return load(document, overlays=[path])


def test_a_parameter_of_a_query_may_have_another_name(tmp_path: Path) -> None:
    parameter = "$.paths['/getPhoneStatus'].get.parameters[?@.name=='orderId']"
    document = overlaid(tmp_path / "o.json", "v2", {"target": parameter, "update": {"name": "number"}})
    found = read([document], exchange("GET", f"{V2}/getPhoneStatus?userId=demo&key=k&number=7", {}))
    assert found is not None
    assert (found.order, found.account) == ("7", "demo")


def test_a_path_may_be_another_one(tmp_path: Path) -> None:
    path = "/numbers/{userId}/order/{orderId}"
    actions: list[Json] = [
        {"target": f"$.paths['{path}']", "remove": True},
        {"target": "$.paths", "update": {"/mine/{userId}/{orderId}": stated("v3")["paths"][path]}},
    ]
    document = overlaid(tmp_path / "o.json", "v3", *actions)
    found = read([document], exchange("GET", "http://a.test/v3/mine/demo/7?apiKey=k", {}))
    assert found is not None
    assert (found.order, found.account, found.purpose) == ("7", "demo", "look")


def test_an_operation_that_means_nothing_is_read_for_its_outcome(tmp_path: Path) -> None:
    described = {
        "operationId": "ping",
        "x-unmodelled": True,
        "summary": "Ping",
        "description": "Nobody knows.",
        "x-provenance": {"level": "assumed"},
        "responses": {
            "200": {"description": "It.", "content": {"application/json": {"schema": {"type": "object"}}}},
        },
    }
    document = overlaid(tmp_path / "o.json", "v3", {"target": "$.paths", "update": {"/ping": {"get": described}}})
    found = read([document], exchange("GET", "http://a.test/v3/ping", {"pong": 1}))
    assert found is not None
    assert (found.name, found.purpose, found.outcome, found.facts) == ("v3.ping", "", Outcome.GRANTED, {})


@pytest.mark.parametrize(("started", "follows"), [(1001, False), (1002, True), (1003, True)])
def test_a_call_follows_another_one_that_has_ended(started: int, follows: bool) -> None:
    url = f"{V3}/popular?apiKey=k"
    first = exchange("GET", url)._replace(started=1000, duration=2.5)
    one, other = calls(DOCUMENTS, [first, first._replace(started=started)])
    assert other.follows(one) is follows
