"""Ordering numbers over V3: quotes, maximum prices, stock, the order's life, refunds and further SMS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conftest import Mock

    Start = Callable[[str], Mock]

NO_NUMBERS = {"ok": False, "errorMessage": "NO_NUMBERS"}


def scenario(rest: str, *, charges: int = 0) -> str:
    return f"""
description: One account; time stands still.
clock: {{mode: manual, start: "2025-06-15 15:06:40"}}
accounts:
  - {{userId: demo, key: demo-key, balance: 100000, totalCharges: {charges}}}
{rest}
"""


FIVE_SECONDS = "orders: [{sms: [{after: 5s, text: 'Your code is {code}', code: '424242'}]}]"
REPRICED = scenario('catalogue: [{country: "12", service: ds, price: 20, at: 1m}]')
CARRIERS = scenario("""
catalogue:
  - {country: "12", service: ds, carrier: tmobile, price: 40, stock: 1}
  - {country: "12", service: ds, carrier: verizon, price: 20, stock: 0}
  - {country: "12", service: ds, carrier: att, price: 30, stock: 1}
""")


def ordered(mock: Mock, **changes: Any) -> str:
    order_id: str = mock.v3.order(**changes).json()["body"]["orderId"]
    return order_id


def change(mock: Mock, order: str, to: str) -> httpx.Response:
    return mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/{to}")


def quote(mock: Mock) -> dict[str, str]:
    shown = mock.v3.get("/numbers/{user}/lookup/12/any/ds").json()["body"]
    return {"m": shown["m"], "n": shown["n"]}


# The purchase


def test_an_order_answers_its_number_and_its_end(mock: Mock) -> None:
    answer = mock.v3.order().json()["body"]
    item = mock.v3.item(answer["orderId"])
    assert answer == {key: item[key] for key in ("orderId", "phoneNumber", "expiredAtUTC", "purchasePrice")}


def test_an_order_is_charged_at_once(mock: Mock) -> None:
    mock.v3.order()
    assert mock.v3.balance() == 100000 - 16


def test_a_new_order_waits_for_its_sms(mock: Mock) -> None:
    item = mock.v3.item(ordered(mock))
    assert item == {
        **item,
        "sShort": "ds",
        "cShort": "12",
        "country": "United States",
        "service": "Discord",
        "carrier": "any",
        "purchasePrice": 16,
        "status": "waiting",
        "orderedAtUTC": "2025-06-15 15:06:40",
        "expiredAtUTC": "2025-06-15 15:26:40",
        "sms": None,
        "code": None,
        "messages": [],
    }


def test_no_number_is_sold_twice(mock: Mock) -> None:
    numbers = [mock.v3.order().json()["body"]["phoneNumber"] for _ in range(50)]
    assert len(set(numbers)) == 50


# The price


@pytest.mark.parametrize("maximum", ["16", "0016", 16, 16.0, "999999999"])
def test_a_maximum_price_is_paid_up_to(mock: Mock, maximum: object) -> None:
    assert mock.v3.order(maximumPrice=maximum).json()["body"]["purchasePrice"] == 16


@pytest.mark.parametrize("maximum", ["15", 15, "0", 0, -0.0])
def test_nothing_is_paid_above_the_maximum_price(mock: Mock, maximum: object) -> None:
    assert mock.v3.order(maximumPrice=maximum).status_code == 222


def test_a_fresh_quote_is_taken(mock: Mock) -> None:
    assert mock.v3.order(**quote(mock)).status_code == 200


def test_a_quote_goes_stale_when_the_price_changes(start: Start) -> None:
    mock = start(REPRICED)
    old = quote(mock)
    mock.advance("1m")
    assert mock.v3.order(**old).status_code == 222


def test_a_quote_holds_until_the_price_changes(start: Start) -> None:
    mock = start(REPRICED)
    old = quote(mock)
    mock.advance("59s")
    assert mock.v3.order(**old).status_code == 200


def test_the_quote_of_the_new_price_is_taken(start: Start) -> None:
    mock = start(REPRICED)
    mock.advance("1m")
    assert mock.v3.order(**quote(mock)).json()["body"]["purchasePrice"] == 20


def test_an_order_without_a_quote_pays_the_new_price(start: Start) -> None:
    mock = start(REPRICED)
    mock.advance("1m")
    assert mock.v3.order().json()["body"]["purchasePrice"] == 20


def test_a_quote_is_for_one_service_only(mock: Mock) -> None:
    assert mock.v3.order(service="tg", **quote(mock)).status_code == 222


def test_a_quote_is_for_one_carrier_only(mock: Mock) -> None:
    assert mock.v3.order(carrier="tmobile", **quote(mock)).status_code == 222


@pytest.mark.parametrize(
    ("charges", "price"),
    [(0, 100), (1999, 100), (2000, 95), (3999, 95), (4000, 90), (6000, 85), (7999, 85), (8000, 80), (99999, 80)],
)
def test_who_has_paid_in_more_pays_less(start: Start, charges: int, price: int) -> None:
    mock = start(scenario('catalogue: [{country: "12", service: ds, price: 100}]', charges=charges))
    assert mock.v3.order().json()["body"]["purchasePrice"] == price


def test_the_discount_counts_against_the_maximum_price(start: Start) -> None:
    mock = start(scenario('catalogue: [{country: "12", service: ds, price: 100}]', charges=8000))
    assert mock.v3.order(maximumPrice="80").status_code == 200


# Stock and failover


def test_any_is_served_by_the_cheapest_carrier_with_stock(start: Start) -> None:
    assert start(CARRIERS).v3.order().json()["body"]["purchasePrice"] == 30


def test_a_carrier_asked_for_serves_at_its_own_price(start: Start) -> None:
    mock = start(CARRIERS)
    item = mock.v3.item(ordered(mock, carrier="tmobile"))
    assert (item["carrier"], item["purchasePrice"]) == ("tmobile", 40)


def test_another_carrier_takes_over_when_one_is_out_of_stock(start: Start) -> None:
    mock = start(CARRIERS)
    item = mock.v3.item(ordered(mock, carrier="verizon"))
    assert (item["carrier"], item["purchasePrice"]) == ("att", 30)


def test_no_carrier_takes_over_without_failover(start: Start) -> None:
    answer = start(CARRIERS).v3.order(carrier="verizon", failover=False)
    assert (answer.status_code, answer.json()) == (200, NO_NUMBERS)


def test_no_carrier_takes_over_above_the_maximum_price(start: Start) -> None:
    answer = start(CARRIERS).v3.order(carrier="verizon", maximumPrice="29")
    assert (answer.status_code, answer.json()) == (200, NO_NUMBERS)


def test_stock_runs_out(start: Start) -> None:
    mock = start(CARRIERS)
    assert [mock.v3.order().json()["ok"] for _ in range(3)] == [True, True, False]


def test_stock_that_ran_out_returns(start: Start) -> None:
    mock = start(scenario('catalogue: [{country: "12", service: ds, stock: 1}]\nrestock: {after: 2m, stock: 3}'))
    mock.v3.order()
    mock.advance("2m")
    assert [mock.v3.order().json()["ok"] for _ in range(4)] == [True, True, True, False]


def test_stock_that_ran_out_is_awaited(start: Start) -> None:
    mock = start(scenario('catalogue: [{country: "12", service: ds, stock: 1}]\nrestock: {after: 2m, stock: 3}'))
    mock.v3.order()
    mock.advance("119s")
    assert mock.v3.order().json() == NO_NUMBERS


def test_the_same_order_can_be_sent_again_when_stock_has_returned(start: Start) -> None:
    mock = start(scenario('catalogue: [{country: "12", service: ds, stock: 1}]\nrestock: {after: 25s, stock: 1}'))
    seen = quote(mock)
    refused = [mock.v3.order(**seen), mock.v3.order(**seen)][1].json()
    mock.advance("25s")
    assert (refused, mock.v3.order(**seen).json()["ok"]) == (NO_NUMBERS, True)


# The order's life


def test_no_sms_is_there_before_its_time(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("4999ms")
    assert mock.v3.item(order)["status"] == "waiting"


def test_an_sms_completes_the_order(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("5s")
    item = mock.v3.item(order)
    assert (item["status"], item["sms"], item["code"]) == ("completed", "Your code is 424242", "424242")


def test_a_received_sms_is_listed_with_its_time(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("1m")
    assert mock.v3.item(order)["messages"] == [
        {"text": "Your code is 424242", "code": "424242", "receivedAtUTC": "2025-06-15 15:06:45"}
    ]


def test_the_latest_sms_is_shown(start: Start) -> None:
    mock = start(scenario("orders: [{sms: [{after: 5s, text: first}, {after: 9s, text: second}]}]"))
    order = ordered(mock)
    mock.advance("9s")
    item = mock.v3.item(order)
    assert (item["sms"], [message["text"] for message in item["messages"]]) == ("second", ["first", "second"])


@pytest.mark.parametrize(("waited", "status"), [("1199s", "waiting"), ("20m", "expired")])
def test_an_order_without_an_sms_expires_after_twenty_minutes(start: Start, waited: str, status: str) -> None:
    mock = start(scenario(""))
    order = ordered(mock)
    mock.advance(waited)
    assert mock.v3.item(order)["status"] == status


def test_a_completed_order_expires_too(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("20m")
    assert mock.v3.item(order)["status"] == "expired"


def test_no_sms_comes_after_the_end(start: Start) -> None:
    mock = start(scenario("orders: [{sms: [{after: 21m}]}]"))
    order = ordered(mock)
    mock.advance("1h")
    assert mock.v3.item(order)["messages"] == []


def test_no_sms_comes_after_a_refund(mock: Mock) -> None:
    order = ordered(mock)
    change(mock, order, "refund")
    mock.advance("5s")
    item = mock.v3.item(order)
    assert (item["status"], item["messages"]) == ("refunded", [])


def test_an_expired_order_stays_charged(start: Start) -> None:
    mock = start(scenario(""))
    ordered(mock)
    mock.advance("20m")
    assert mock.v3.balance() == 100000 - 16


# Refunds


def test_a_refund_is_confirmed(mock: Mock) -> None:
    answer = change(mock, ordered(mock), "refund")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "body": "refund-completed"})


def test_a_refund_pays_the_whole_price_back(mock: Mock) -> None:
    change(mock, ordered(mock), "refund")
    assert mock.v3.balance() == 100000


def test_a_discounted_order_is_refunded_at_what_was_paid(start: Start) -> None:
    mock = start(scenario('catalogue: [{country: "12", service: ds, price: 100}]', charges=8000))
    change(mock, ordered(mock), "refund")
    assert mock.v3.balance() == 100000


@pytest.mark.parametrize(("waited", "refunded"), [("20m", True), ("7d", True), ("7d1ms", False)])
def test_an_expired_order_is_refunded_within_seven_days(start: Start, waited: str, refunded: bool) -> None:
    mock = start(scenario(""))
    order = ordered(mock)
    mock.advance(waited)
    assert change(mock, order, "refund").json()["ok"] is refunded


def test_an_order_that_has_received_an_sms_is_not_refunded(mock: Mock) -> None:
    order = ordered(mock)
    mock.advance("5s")
    refused = change(mock, order, "refund").json()
    assert (refused["errorMessage"], mock.v3.balance()) == ("REFUND_NOT_ALLOWED", 100000 - 16)


def test_an_order_that_waits_for_another_sms_is_not_refunded(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("5s")
    change(mock, order, "requestAnother")
    assert change(mock, order, "refund").json()["errorMessage"] == "REFUND_NOT_ALLOWED"


def test_a_second_refund_pays_nothing(mock: Mock) -> None:
    order = ordered(mock)
    change(mock, order, "refund")
    change(mock, order, "refund")
    assert mock.v3.balance() == 100000


# Another SMS


def test_asking_for_another_sms_is_confirmed(mock: Mock) -> None:
    order = ordered(mock)
    mock.advance("5s")
    answer = change(mock, order, "requestAnother")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "body": "requestAnother-completed"})


def test_an_order_that_waits_for_another_sms_keeps_the_first(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("5s")
    change(mock, order, "requestAnother")
    item = mock.v3.item(order)
    assert (item["status"], item["code"], len(item["messages"])) == ("waiting", "424242", 1)


def test_another_sms_arrives(mock: Mock) -> None:
    order = ordered(mock)
    mock.advance("5s")
    change(mock, order, "requestAnother")
    mock.advance("5s")
    item = mock.v3.item(order)
    assert (item["status"], len(item["messages"])) == ("completed", 2)


def test_another_sms_is_free(mock: Mock) -> None:
    order = ordered(mock)
    mock.advance("5s")
    change(mock, order, "requestAnother")
    assert mock.v3.balance() == 100000 - 16


def test_asking_for_another_sms_renews_the_lifetime(mock: Mock) -> None:
    order = ordered(mock)
    mock.advance("10m")
    change(mock, order, "requestAnother")
    assert mock.v3.item(order)["expiredAtUTC"] == "2025-06-15 15:36:40"


def test_a_renewed_order_outlives_its_first_end(start: Start) -> None:
    mock = start(scenario(FIVE_SECONDS))
    order = ordered(mock)
    mock.advance("10m")
    change(mock, order, "requestAnother")
    mock.advance("15m")
    assert mock.v3.item(order)["status"] == "completed"


# The inventory


def inventory(mock: Mock, limit: int) -> list[str]:
    items = mock.v3.get(f"/numbers/{{user}}/inventory/{limit}").json()["body"]
    return [item["orderId"] for item in items]


def test_the_inventory_has_all_running_orders_newest_first(mock: Mock) -> None:
    orders = [ordered(mock) for _ in range(3)]
    assert inventory(mock, 0) == orders[::-1]


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 9999])
def test_the_inventory_has_so_many_expired_orders_after_the_running_ones(start: Start, limit: int) -> None:
    mock = start(scenario(""))
    old = [ordered(mock) for _ in range(3)]
    mock.advance("20m")
    new = [ordered(mock) for _ in range(2)]
    assert inventory(mock, limit) == [*new[::-1], *old[::-1][:limit]]


def test_the_inventory_has_no_refunded_orders(mock: Mock) -> None:
    kept, returned = ordered(mock), ordered(mock)
    change(mock, returned, "refund")
    assert inventory(mock, 25) == [kept]


def test_the_inventory_shows_an_order_as_it_is_shown_alone(mock: Mock) -> None:
    order = ordered(mock)
    mock.advance("5s")
    assert mock.v3.get("/numbers/{user}/inventory/25").json()["body"] == [mock.v3.item(order)]
