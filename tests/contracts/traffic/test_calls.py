"""What an exchange was for, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from contracts.spec import load
from contracts.traffic import Answer, Exchange, Request
from contracts.traffic.calls import Call, Outcome, Purpose, calls, read

if TYPE_CHECKING:
    from pathlib import Path

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
        ("PUT", f"{V3}/order", Purpose.ORDER),
        ("GET", f"{V3}/order/7?apiKey=k", Purpose.LOOK),
        ("GET", f"{V3}/inventory/9?apiKey=k", Purpose.LIST),
        ("GET", f"{V3}/lookup/12/any/ds?apiKey=k", Purpose.QUOTE),
        ("GET", f"{V3}/lookup/12/any?apiKey=k", Purpose.OFFERS),
        ("PATCH", f"{V3}/order/7/refund", Purpose.REFUND),
        ("PATCH", f"{V3}/order/7/requestAnother", Purpose.ANOTHER),
        ("PATCH", f"{V3}/order/7/sell", Purpose.CHANGES),
        ("GET", "http://a.test/v3/customers/demo/balance?apiKey=k", Purpose.BALANCE),
        ("GET", f"{V3}/popular?apiKey=k", Purpose.READS),
        ("POST", f"{V2}/purchase", Purpose.ORDER),
        ("POST", f"{V2}/refund", Purpose.REFUND),
        ("GET", f"{V2}/getBulkPhoneStatus?userId=demo&key=k", Purpose.LIST),
        ("GET", f"{V3}/nothing", Purpose.UNKNOWN),
        ("DELETE", f"{V3}/order", Purpose.UNKNOWN),
    ],
)
def test_the_purpose_follows_from_operation_and_arguments(method: str, url: str, purpose: Purpose) -> None:
    assert call(method, url, {}).purpose is purpose


@pytest.mark.parametrize(
    ("status", "said", "outcome", "refusal"),
    [
        (200, ORDERED, Outcome.GRANTED, ""),
        (200, {"ok": False, "errorMessage": "NO_NUMBERS: try later"}, Outcome.REFUSED, "NO_NUMBERS"),
        (222, {"ok": False, "errorMessage": "Additional user action required"}, Outcome.REFUSED, None),
        (400, b"nonsense", Outcome.REFUSED, ""),
        (429, {"ok": False, "errorMessage": "slow down"}, Outcome.LIMITED, "slow down"),
        (500, {"ok": False, "errorMessage": "SERVER_ERROR"}, Outcome.BROKEN, "SERVER_ERROR"),
        (503, {"ok": False, "errorMessage": "NO_NUMBERS"}, Outcome.REFUSED, "NO_NUMBERS"),
        (503, {"ok": False, "errorMessage": "SERVER_ERROR"}, Outcome.BROKEN, "SERVER_ERROR"),
        (503, b"<html>", Outcome.BROKEN, ""),
        (200, b"<html>", Outcome.BROKEN, ""),
        (200, b"", Outcome.BROKEN, ""),
        (302, b"", Outcome.BROKEN, ""),
        (0, None, Outcome.LOST, ""),
    ],
)
def test_the_outcome_follows_from_the_answer(status: int, said: Any, outcome: Outcome, refusal: str | None) -> None:
    found = call("PUT", f"{V3}/order", said, status)
    assert found.outcome is outcome
    assert refusal is None or found.refusal == refusal


def test_arguments_come_from_path_query_and_body() -> None:
    found = call("PUT", f"{V3}/order", ORDERED, country="12", service="ds", carrier="at&t")
    assert (found.account, found.offer, found.carrier) == ("demo", ("12", "ds"), "at&t")


@pytest.mark.parametrize(("url", "cents"), [(f"{V3}/order", 16), (f"{V2}/purchase", 1600)])
def test_prices_are_in_cents(url: str, cents: int) -> None:
    assert call("PUT" if "v3" in url else "POST", url, ORDERED).cents(16) == cents


def test_time_is_that_of_the_world_if_it_was_recorded() -> None:
    noted = exchange("GET", f"{V3}/popular?apiKey=k")._replace(notes={"at": "2025-06-15T15:06:40.500Z"})
    found = read(DOCUMENTS, noted)
    assert found is not None
    assert found.at == 1_750_000_000_500


def test_time_is_that_of_the_recorder_otherwise() -> None:
    assert call("GET", f"{V3}/popular?apiKey=k").at == 1000


def test_what_has_nothing_to_do_with_the_service_is_passed_over() -> None:
    traffic = [exchange("GET", "http://b.test/other"), exchange("GET", f"{V3}/popular?apiKey=k")]
    assert [each.name for each in calls(DOCUMENTS, traffic)] == ["v3.getPopular"]


def overlay(path: Path, document: str, actions: list[Json]) -> Path:
    info = {"title": "Other names", "version": "1"}
    path.write_bytes(orjson.dumps({"overlay": "1.0.0", "info": info, "extends": document, "actions": actions}))
    return path


def test_a_parameter_of_a_query_has_the_name_that_it_had_before_an_overlay(tmp_path: Path) -> None:
    parameter = "$.paths['/getPhoneStatus'].get.parameters[?@.name=='orderId']"
    actions: list[Json] = [
        {"target": f"{parameter}.schema", "remove": True},
        {"target": parameter, "update": {"name": "number", "schema": {"type": "string", "x-renamed-from": "orderId"}}},
    ]
    document = load("v2", overlays=[overlay(tmp_path / "o.json", "v2.yaml", actions)])
    found = read([document], exchange("GET", f"{V2}/getPhoneStatus?userId=demo&key=k&number=7", {}))
    assert found is not None
    assert (found.order, found.account) == ("7", "demo")


def test_a_parameter_of_a_path_has_the_name_that_it_had_before_an_overlay(tmp_path: Path) -> None:
    old, new = "/numbers/{userId}/order/{orderId}", "/numbers/{userId}/order/{number}"
    number = {
        "name": "number",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "x-renamed-from": "orderId"},
    }
    look = load("v3").resolve("/paths")[old]["get"]
    user, _, key = look["parameters"]
    actions: list[Json] = [
        {"target": f"$.paths['{old}']", "remove": True},
        {"target": "$.paths", "update": {new: {"get": {**look, "parameters": [user, number, key]}}}},
    ]
    document = load("v3", overlays=[overlay(tmp_path / "o.json", "v3.yaml", actions)])
    found = read([document], exchange("GET", f"{V3}/order/7?apiKey=k", {}))
    assert found is not None
    assert (found.order, found.account) == ("7", "demo")


@pytest.mark.parametrize(("started", "follows"), [(1001, False), (1002, True), (1003, True)])
def test_a_call_follows_another_one_that_has_ended(started: int, follows: bool) -> None:
    url = f"{V3}/popular?apiKey=k"
    first = exchange("GET", url)._replace(started=1000, duration=2.5)
    one, other = calls(DOCUMENTS, [first, first._replace(started=started)])
    assert other.follows(one) is follows
