"""Every reason to say no, as a client of each generation meets it: status and body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conftest import Mock

    Start = Callable[[str], Mock]

TROUBLE = """
description: Whatever can be refused, is.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - userId: demo
    key: demo-key
    balance: 100
    coupons:
      - {code: FRESH, percentage: 10, targetPay: crypto}
      - {code: SPENT, percentage: 10, targetPay: crypto, used: true}
      - {code: STALE, percentage: 10, targetPay: crypto, expiredAt: "2025-06-15 15:06:40"}
    orders:
      - {orderId: "1", country: "12", service: ds, phoneNumber: "12015550101", price: 16}
      - {orderId: "2", country: "12", service: ds, phoneNumber: "12015550102", price: 16, sms: [{text: hello}]}
      - {orderId: "3", country: "12", service: ds, phoneNumber: "12015550103", price: 16, refunded: true}
      - orderId: "4"
        country: "12"
        service: ds
        phoneNumber: "12015550104"
        price: 16
        orderedAt: "2025-06-15 14:00:00"
        sms: [{text: hello}]
      - orderId: "5"
        country: "12"
        service: ds
        phoneNumber: "12015550105"
        price: 16
        orderedAt: "2025-06-08 15:06:39"
  - userId: other
    key: other-key
    orders:
      - {orderId: "9", country: "12", service: ds, phoneNumber: "12015550109", price: 16}
catalogue:
  - {country: "12", service: tg, price: 101}
  - {country: "12", service: wa, stock: 0}
"""

NO_KEY = "UNAUTHORIZED: no key was sent: send it as {} in the query"
UNKNOWN_KEY = "UNAUTHORIZED: no account has the key that was sent"

BY_V3: dict[str, tuple[int, str, Callable[[Mock], httpx.Response]]] = {
    "a price above the maximum": (
        222,
        "Additional user action required",
        lambda mock: mock.v3.order(maximumPrice="15"),
    ),
    "a quote that was never given": (
        222,
        "Additional user action required",
        lambda mock: mock.v3.order(m="0123456789abcdef", n="0123456789abcdef"),
    ),
    "half a quote": (222, "Additional user action required", lambda mock: mock.v3.order(m="0123456789abcdef")),
    "no stock": (200, "NO_NUMBERS", lambda mock: mock.v3.order(service="wa")),
    "no stock, without failover": (200, "NO_NUMBERS", lambda mock: mock.v3.order(service="wa", failover=False)),
    "too little money": (200, "INSUFFICIENT_BALANCE", lambda mock: mock.v3.order(service="tg")),
    "an unknown country": (200, "UNKNOWN_COUNTRY", lambda mock: mock.v3.order(country="Atlantis")),
    "an unknown service": (200, "UNKNOWN_SERVICE", lambda mock: mock.v3.order(service="nope")),
    "an unknown carrier": (200, "UNKNOWN_CARRIER", lambda mock: mock.v3.order(carrier="nope")),
    "the list of an unknown country": (
        200,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/Atlantis/any"),
    ),
    "the list of an unknown carrier": (
        200,
        "UNKNOWN_CARRIER",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/12/nope"),
    ),
    "the price in an unknown country": (
        200,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/Atlantis/any/ds"),
    ),
    "the price at an unknown carrier": (
        200,
        "UNKNOWN_CARRIER",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/12/nope/ds"),
    ),
    "the price of an unknown service": (
        200,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/12/any/nope"),
    ),
    "a favourite in an unknown country": (
        200,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v3.send("PATCH", "/customers/{user}/favourites/Atlantis/ds"),
    ),
    "a favourite of an unknown service": (
        200,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v3.send("PATCH", "/customers/{user}/favourites/12/nope"),
    ),
    "an order that is not there": (200, "ORDER_NOT_FOUND", lambda mock: mock.v3.get("/numbers/{user}/order/7")),
    "somebody else's order": (200, "ORDER_NOT_FOUND", lambda mock: mock.v3.get("/numbers/{user}/order/9")),
    "a refund of an order that is not there": (200, "ORDER_NOT_FOUND", lambda mock: change(mock, "7", "refund")),
    "a refund of somebody else's order": (200, "ORDER_NOT_FOUND", lambda mock: change(mock, "9", "refund")),
    "a refund after an SMS": (200, "REFUND_NOT_ALLOWED", lambda mock: change(mock, "2", "refund")),
    "a second refund": (200, "REFUND_NOT_ALLOWED", lambda mock: change(mock, "3", "refund")),
    "a refund after an SMS and the end": (200, "REFUND_NOT_ALLOWED", lambda mock: change(mock, "4", "refund")),
    "a refund after seven days": (200, "REFUND_NOT_ALLOWED", lambda mock: change(mock, "5", "refund")),
    "another SMS before the first": (200, "SMS_NOT_RECEIVED", lambda mock: change(mock, "1", "requestAnother")),
    "another SMS after a refund": (200, "SMS_NOT_RECEIVED", lambda mock: change(mock, "3", "requestAnother")),
    "another SMS after the end": (200, "ORDER_EXPIRED", lambda mock: change(mock, "4", "requestAnother")),
    "another SMS on an order that is not there": (
        200,
        "ORDER_NOT_FOUND",
        lambda mock: change(mock, "7", "requestAnother"),
    ),
    "an unknown coupon": (200, "INVALID_COUPON", lambda mock: pay(mock, "cryptomus/invoice/500", "NOPE")),
    "a coupon that is used up": (200, "INVALID_COUPON", lambda mock: pay(mock, "cryptomus/invoice/500", "SPENT")),
    "a coupon that is too old": (200, "INVALID_COUPON", lambda mock: pay(mock, "cryptomus/invoice/500", "STALE")),
    "a coupon for another method": (200, "INVALID_COUPON", lambda mock: pay(mock, "pay4bit/invoice/500", "FRESH")),
    "an unknown coupon on a wallet": (
        200,
        "INVALID_COUPON",
        lambda mock: pay(mock, "cryptomus/direct/USDT/BSC/5", "NOPE"),
    ),
    "a currency on another's network": (
        200,
        "UNSUPPORTED_CURRENCY",
        lambda mock: pay(mock, "cryptomus/direct/BTC/BSC/5"),
    ),
    "a transaction that is not there": (
        200,
        "TRANSACTION_NOT_FOUND",
        lambda mock: mock.v3.get("/customers/{user}/cryptomus/transaction/nope"),
    ),
    "no key": (401, NO_KEY.format("apiKey"), lambda mock: mock.client.get("/v3/customers/demo/balance")),
    "an empty key": (401, NO_KEY.format("apiKey"), lambda mock: mock.v3.get("/customers/{user}/balance", apiKey="")),
    "an unknown key": (401, UNKNOWN_KEY, lambda mock: mock.v3.get("/customers/{user}/balance", apiKey="nope")),
    "another user's key": (403, "FORBIDDEN", lambda mock: mock.v3.get("/customers/{user}/balance", apiKey="other-key")),
    "a user that is not there": (403, "FORBIDDEN", lambda mock: mock.v3.get("/customers/nobody/balance")),
}

BY_V2: dict[str, tuple[int, str, Callable[[Mock], httpx.Response]]] = {
    "a price above the maximum": (
        200,
        "Additional user action required",
        lambda mock: mock.v2.purchase(maximumPrice="0.15"),
    ),
    "a quote that was never given": (
        200,
        "Additional user action required",
        lambda mock: mock.v2.purchase(m="0123456789abcdef", n="0123456789abcdef"),
    ),
    "no stock": (200, "NO_NUMBERS", lambda mock: mock.v2.purchase(service="wa")),
    "too little money": (200, "INSUFFICIENT_BALANCE", lambda mock: mock.v2.purchase(service="tg")),
    "an unknown country": (200, "UNKNOWN_COUNTRY", lambda mock: mock.v2.purchase(country="Atlantis")),
    "an unknown service": (200, "UNKNOWN_SERVICE", lambda mock: mock.v2.purchase(service="nope")),
    "an unknown carrier": (200, "UNKNOWN_CARRIER", lambda mock: mock.v2.purchase(carrier="nope")),
    "the list of an unknown country": (
        200,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v2.get("/getServices", country="Atlantis"),
    ),
    "the list of an unknown carrier": (
        200,
        "UNKNOWN_CARRIER",
        lambda mock: mock.v2.get("/getServices", country="12", carrier="nope"),
    ),
    "the price in an unknown country": (
        200,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v2.get("/getServiceDetail", country="Atlantis", service="ds"),
    ),
    "the price of an unknown service": (
        200,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v2.get("/getServiceDetail", country="12", service="nope"),
    ),
    "the statistics of an unknown service": (
        200,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v2.get("/getCountryStats", service="nope"),
    ),
    "the orders of an unknown country": (
        200,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v2.get("/getBulkPhoneStatus", country="Atlantis"),
    ),
    "the orders of an unknown service": (
        200,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v2.get("/getBulkPhoneStatus", service="nope"),
    ),
    "an order that is not there": (200, "ORDER_NOT_FOUND", lambda mock: mock.v2.get("/getPhoneStatus", orderId="7")),
    "somebody else's order": (200, "ORDER_NOT_FOUND", lambda mock: mock.v2.get("/getPhoneStatus", orderId="9")),
    "a refund of an order that is not there": (
        200,
        "ORDER_NOT_FOUND",
        lambda mock: mock.v2.post("/refund", orderId="7"),
    ),
    "a refund after an SMS": (200, "REFUND_NOT_ALLOWED", lambda mock: mock.v2.post("/refund", orderId="2")),
    "a second refund": (200, "REFUND_NOT_ALLOWED", lambda mock: mock.v2.post("/refund", orderId="3")),
    "a refund after seven days": (200, "REFUND_NOT_ALLOWED", lambda mock: mock.v2.post("/refund", orderId="5")),
    "another SMS before the first": (
        200,
        "SMS_NOT_RECEIVED",
        lambda mock: mock.v2.post("/requestAnother", orderId="1"),
    ),
    "another SMS after a refund": (200, "SMS_NOT_RECEIVED", lambda mock: mock.v2.post("/requestAnother", orderId="3")),
    "another SMS after the end": (200, "ORDER_EXPIRED", lambda mock: mock.v2.post("/requestAnother", orderId="4")),
    "another SMS on an order that is not there": (
        200,
        "ORDER_NOT_FOUND",
        lambda mock: mock.v2.post("/requestAnother", orderId="7"),
    ),
    "no key": (401, NO_KEY.format("key"), lambda mock: mock.client.get("/cs/getBalance", params={"userId": "demo"})),
    "an unknown key": (401, UNKNOWN_KEY, lambda mock: mock.v2.get("/getBalance", key="nope")),
    "an unknown key in a body": (401, UNKNOWN_KEY, lambda mock: mock.v2.purchase(key="nope")),
    "another user's key": (403, "FORBIDDEN", lambda mock: mock.v2.get("/getBalance", key="other-key")),
    "another user's key in a body": (403, "FORBIDDEN", lambda mock: mock.v2.purchase(key="other-key")),
    "no user": (403, "FORBIDDEN", lambda mock: mock.client.get("/cs/getBalance", params={"key": "demo-key"})),
}


def change(mock: Mock, order: str, to: str) -> httpx.Response:
    return mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/{to}")


def pay(mock: Mock, what: str, coupon: str = "") -> httpx.Response:
    return mock.v3.send("PUT", f"/customers/{{user}}/{what}", couponCode=coupon)


@pytest.mark.parametrize(("status", "text", "ask"), BY_V3.values(), ids=BY_V3)
def test_v3_refuses(start: Start, status: int, text: str, ask: Callable[[Mock], httpx.Response]) -> None:
    answer = ask(start(TROUBLE))
    assert (answer.status_code, answer.json()) == (status, {"ok": False, "errorMessage": text})


@pytest.mark.parametrize(("status", "text", "ask"), BY_V2.values(), ids=BY_V2)
def test_v2_refuses(start: Start, status: int, text: str, ask: Callable[[Mock], httpx.Response]) -> None:
    answer = ask(start(TROUBLE))
    assert (answer.status_code, answer.json()) == (status, {"error": True, "message": text})


@pytest.mark.parametrize("ask", [ask for _, _, ask in (*BY_V3.values(), *BY_V2.values())], ids=[*BY_V3, *BY_V2])
def test_a_refusal_moves_no_money(start: Start, ask: Callable[[Mock], httpx.Response]) -> None:
    mock = start(TROUBLE)
    before = list(mock.world.ledger)
    ask(mock)
    assert list(mock.world.ledger) == before
