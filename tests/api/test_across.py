"""Both generations over one account: what is done through one is seen through the other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Start = Callable[[str], Mock]

    Order = Callable[[Mock], str]


def by_v3(mock: Mock) -> str:
    order_id: str = mock.v3.order().json()["body"]["orderId"]
    return order_id


def by_v2(mock: Mock) -> str:
    order_id: str = mock.v2.purchase().json()["orderId"]
    return order_id


def in_v2(mock: Mock, order: str) -> dict[str, Any]:
    item: dict[str, Any] = mock.v2.get("/getPhoneStatus", orderId=order).json()["body"]
    return item


def bulk(mock: Mock, **query: str) -> list[str]:
    return [item["orderId"] for item in mock.v2.get("/getBulkPhoneStatus", **query).json()["body"]]


either_way = pytest.mark.parametrize("order", [by_v3, by_v2], ids=["ordered by V3", "ordered by V2"])


def test_a_purchase_of_v2_has_no_envelope(mock: Mock) -> None:
    bought = mock.v2.purchase().json()
    item = in_v2(mock, bought["orderId"])
    fields = ("orderId", "phoneNumber", "expiredAtUTC", "purchasePrice")
    assert bought == {"error": False, **{field: item[field] for field in fields}}


@either_way
def test_an_order_is_the_same_in_both_but_for_its_price(mock: Mock, order: Order) -> None:
    placed = order(mock)
    mock.advance("5s")
    item = mock.v3.item(placed)
    assert in_v2(mock, placed) == {**item, "purchasePrice": item["purchasePrice"] / 100}


@pytest.mark.parametrize("service", ["ds", "tg", "wa", "go", "ig"])
def test_cents_and_dollars_are_the_same_money(mock: Mock, service: str) -> None:
    bought = mock.v2.purchase(service=service).json()
    assert Decimal(str(bought["purchasePrice"])) * 100 == mock.v3.item(bought["orderId"])["purchasePrice"]


@either_way
def test_both_show_the_same_balance(mock: Mock, order: Order) -> None:
    order(mock)
    assert mock.v2.get("/getBalance").json()["body"]["balance"] == mock.v3.balance() == 100000 - 16


@either_way
def test_v3_refunds_it(mock: Mock, order: Order) -> None:
    placed = order(mock)
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{placed}/refund")
    assert (in_v2(mock, placed)["status"], mock.v3.balance()) == ("refunded", 100000)


@either_way
def test_v2_refunds_it(mock: Mock, order: Order) -> None:
    placed = order(mock)
    answer = mock.v2.post("/refund", orderId=placed)
    assert answer.json() == {"error": False, "body": "refund-completed"}
    assert (mock.v3.item(placed)["status"], mock.v3.balance()) == ("refunded", 100000)


def test_a_refund_by_one_is_no_second_refund_by_the_other(mock: Mock) -> None:
    placed = by_v3(mock)
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{placed}/refund")
    again = mock.v2.post("/refund", orderId=placed).json()
    assert (again["message"], mock.v3.balance()) == ("REFUND_NOT_ALLOWED", 100000)


@either_way
def test_v3_asks_for_another_sms(mock: Mock, order: Order) -> None:
    placed = order(mock)
    mock.advance("5s")
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{placed}/requestAnother")
    mock.advance("5s")
    assert len(in_v2(mock, placed)["messages"]) == 2


@either_way
def test_v2_asks_for_another_sms(mock: Mock, order: Order) -> None:
    placed = order(mock)
    mock.advance("5s")
    answer = mock.v2.post("/requestAnother", orderId=placed)
    assert answer.json() == {"error": False, "body": "requestAnother-completed"}
    mock.advance("5s")
    assert len(mock.v3.item(placed)["messages"]) == 2


def test_orders_of_both_lie_in_one_inventory(mock: Mock) -> None:
    first, second = by_v2(mock), by_v3(mock)
    items = mock.v3.get("/numbers/{user}/inventory/25").json()["body"]
    assert [item["orderId"] for item in items] == bulk(mock) == [second, first]


def test_v2_lets_another_carrier_take_over(start: Start) -> None:
    mock = start("""
description: One carrier is out of stock.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts: [{userId: demo, key: demo-key, balance: 1000}]
catalogue: [{country: "12", service: ds, carrier: verizon, stock: 0}]
""")
    placed = mock.v2.purchase(carrier="verizon").json()["orderId"]
    assert in_v2(mock, placed)["carrier"] == "tmobile"


def test_a_quote_of_v2_is_taken_by_v3(mock: Mock) -> None:
    shown = mock.v2.get("/getServiceDetail", country="12", service="ds").json()["body"]
    assert mock.v3.order(m=shown["m"], n=shown["n"]).status_code == 200


def test_a_quote_of_v3_is_taken_by_v2(mock: Mock) -> None:
    shown = mock.v3.get("/numbers/{user}/lookup/12/any/ds").json()["body"]
    assert mock.v2.purchase(m=shown["m"], n=shown["n"]).json()["error"] is False


def test_a_quote_of_v2_goes_stale_too(start: Start) -> None:
    mock = start("""
description: Discord gets dearer.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts: [{userId: demo, key: demo-key, balance: 1000}]
catalogue: [{country: "12", service: ds, price: 20, at: 5m}]
""")
    shown = mock.v2.get("/getServiceDetail", country="12", service="ds").json()["body"]
    mock.advance("5m")
    answer = mock.v2.purchase(m=shown["m"], n=shown["n"])
    assert (answer.status_code, answer.json()) == (200, {"error": True, "message": "Additional user action required"})


@pytest.mark.parametrize(("maximum", "bought"), [("0.16", True), ("0.2", True), ("1", True), ("0.15", False)])
def test_v2_names_its_maximum_price_in_dollars(mock: Mock, maximum: str, bought: bool) -> None:
    assert mock.v2.purchase(maximumPrice=maximum).json()["error"] is not bought


def test_an_invoice_of_v2_is_listed_by_v3(mock: Mock) -> None:
    mock.v2.get("/checkout/crypto", amount="500")
    assert [row["amount"] for row in mock.v3.get("/customers/{user}/payments").json()["body"]] == [500]


def test_a_wallet_of_v2_is_looked_up_by_v3(mock: Mock) -> None:
    wallet = mock.v2.get("/checkout/cryptoV2", currency="USDT", network="BSC", amount="5").json()["body"]
    assert mock.v3.get(f"/customers/{{user}}/cryptomus/transaction/{wallet['order_id']}").json()["body"] == wallet


# The filters of getBulkPhoneStatus


@pytest.fixture
def several(start: Start) -> tuple[Mock, dict[str, str]]:
    """Four orders by how they ended, two countries, two services."""
    mock = start("""
description: Only Discord sends an SMS.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts: [{userId: demo, key: demo-key, balance: 1000}]
orders: [{when: {service: ds}, sms: [{after: 5s}]}]
""")
    orders = {"expired": mock.v3.order(service="tg").json()["body"]["orderId"]}
    mock.advance("1h")
    orders["completed"] = mock.v3.order(service="ds").json()["body"]["orderId"]
    orders["refunded"] = mock.v3.order(service="tg").json()["body"]["orderId"]
    mock.v2.post("/refund", orderId=orders["refunded"])
    mock.advance("10s")
    orders["waiting"] = mock.v3.order(service="tg", country="16").json()["body"]["orderId"]
    return mock, orders


@pytest.mark.parametrize("status", ["expired", "completed", "refunded", "waiting"])
def test_orders_are_found_by_status(several: tuple[Mock, dict[str, str]], status: str) -> None:
    mock, orders = several
    assert bulk(mock, status=status) == [orders[status]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["waiting", "refunded", "completed", "expired"]),
        ({"service": "ds"}, ["completed"]),
        ({"country": "16"}, ["waiting"]),
        ({"country": "United Kingdom"}, ["waiting"]),
        ({"country": "12", "service": "tg"}, ["refunded", "expired"]),
        ({"country": "12", "service": "tg", "status": "expired"}, ["expired"]),
        ({"country": "16", "service": "ds"}, []),
        ({"expiresTo": "2025-06-15 15:26:40"}, ["expired"]),
        ({"expiresTo": "2025-06-15 15:26:39"}, []),
        ({"expiresFrom": "2025-06-15 15:26:41"}, ["waiting", "refunded", "completed"]),
        ({"expiresFrom": "2025-06-15 16:26:41", "expiresTo": "2025-06-15 16:26:50"}, ["waiting"]),
    ],
)
def test_orders_are_found_by_all_conditions_at_once(
    several: tuple[Mock, dict[str, str]], query: dict[str, str], found: list[str]
) -> None:
    mock, orders = several
    assert bulk(mock, **query) == [orders[status] for status in found]


def test_a_status_that_is_none_breaks_the_contract(mock: Mock) -> None:
    assert mock.v2.get("/getBulkPhoneStatus", status="lost").status_code == 400


@pytest.mark.parametrize(
    "time", ["2025-02-29 00:00:00", "2025-06-31 00:00:00", "2025-06-15", "2025-06-15T00:00:00Z", ""]
)
def test_a_time_that_does_not_exist_breaks_the_contract(mock: Mock, time: str) -> None:
    assert mock.v2.get("/getBulkPhoneStatus", expiresFrom=time).status_code == 400
