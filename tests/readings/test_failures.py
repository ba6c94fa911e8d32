"""`failures: status`: every refusal has a status of its own, and the same body as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.refusal import Reason
from tests.conftest import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conftest import Mock
    from tests.readings.conftest import Customer, Play

READING = {"failures": "status"}
PAST = {"country": "12", "service": "ds", "price": 16}
TROUBLE = {
    "balance": 100,
    "coupons": [{"code": "CARD", "percentage": 10, "targetPay": "card"}],
    "orders": [
        {**PAST, "orderId": "1", "phoneNumber": "12015550101"},
        {**PAST, "orderId": "2", "phoneNumber": "12015550102", "sms": [{"text": "hello"}]},
        {**PAST, "orderId": "3", "phoneNumber": "12015550103", "refunded": True},
        {
            **PAST,
            "orderId": "4",
            "phoneNumber": "12015550104",
            "orderedAt": "2025-06-15 14:00:00",
            "sms": [{"text": "hello"}],
        },
    ],
}
CATALOGUE = [
    {"country": "12", "service": "tg", "price": 101},
    {"country": "12", "service": "wa", "stock": 0},
]

BY_BOTH: dict[str, tuple[int, str, Callable[[Customer], httpx.Response]]] = {
    "no stock": (503, "NO_NUMBERS", lambda customer: customer.buy(service="wa")),
    "too little money": (402, "INSUFFICIENT_BALANCE", lambda customer: customer.buy(service="tg")),
    "a price above the maximum": (222, "Additional user action required", lambda customer: customer.buy(15)),
    "a stale quote": (222, "Additional user action required", lambda customer: customer.buy(m="0", n="0")),
    "an unknown country": (404, "UNKNOWN_COUNTRY", lambda customer: customer.buy(country="Atlantis")),
    "an unknown service": (404, "UNKNOWN_SERVICE", lambda customer: customer.buy(service="nope")),
    "an unknown carrier": (404, "UNKNOWN_CARRIER", lambda customer: customer.buy(carrier="nope")),
    "an unknown order": (404, "ORDER_NOT_FOUND", lambda customer: customer.look("7")),
    "a refund of an unknown order": (404, "ORDER_NOT_FOUND", lambda customer: customer.refund("7")),
    "a refund after an SMS": (409, "REFUND_NOT_ALLOWED", lambda customer: customer.refund("2")),
    "a second refund": (409, "REFUND_NOT_ALLOWED", lambda customer: customer.refund("3")),
    "another SMS before the first": (409, "SMS_NOT_RECEIVED", lambda customer: customer.ask_again("1")),
    "another SMS after the end": (410, "ORDER_EXPIRED", lambda customer: customer.ask_again("4")),
}

BY_ONE: dict[str, tuple[int, str, Callable[[Mock], httpx.Response]]] = {
    "V3: the list of an unknown country": (
        404,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/Atlantis/any"),
    ),
    "V3: the price of an unknown service": (
        404,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v3.get("/numbers/{user}/lookup/12/any/nope"),
    ),
    "V3: a favourite in an unknown country": (
        404,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v3.send("PATCH", "/customers/{user}/favourites/Atlantis/ds"),
    ),
    "V3: an unknown transaction": (
        404,
        "TRANSACTION_NOT_FOUND",
        lambda mock: mock.v3.get("/customers/{user}/cryptomus/transaction/nope"),
    ),
    "V3: a currency on another's network": (
        404,
        "UNSUPPORTED_CURRENCY",
        lambda mock: mock.v3.send("PUT", "/customers/{user}/cryptomus/direct/BTC/BSC/5"),
    ),
    "V3: an unknown coupon on a card invoice": (
        409,
        "INVALID_COUPON",
        lambda mock: mock.v3.send("PUT", "/customers/{user}/pay4bit/invoice/500", couponCode="NOPE"),
    ),
    "V3: a coupon for another method": (
        409,
        "INVALID_COUPON",
        lambda mock: mock.v3.send("PUT", "/customers/{user}/cryptomus/invoice/500", couponCode="CARD"),
    ),
    "V3: an unknown coupon on a wallet": (
        409,
        "INVALID_COUPON",
        lambda mock: mock.v3.send("PUT", "/customers/{user}/cryptomus/direct/USDT/BSC/5", couponCode="NOPE"),
    ),
    "V2: the list of an unknown carrier": (
        404,
        "UNKNOWN_CARRIER",
        lambda mock: mock.v2.get("/getServices", country="12", carrier="nope"),
    ),
    "V2: the price in an unknown country": (
        404,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v2.get("/getServiceDetail", country="Atlantis", service="ds"),
    ),
    "V2: the statistics of an unknown service": (
        404,
        "UNKNOWN_SERVICE",
        lambda mock: mock.v2.get("/getCountryStats", service="nope"),
    ),
    "V2: the orders of an unknown country": (
        404,
        "UNKNOWN_COUNTRY",
        lambda mock: mock.v2.get("/getBulkPhoneStatus", country="Atlantis"),
    ),
    "V3: an unknown key": (
        401,
        "UNAUTHORIZED: no account has the key that was sent",
        lambda mock: mock.v3.get("/customers/{user}/balance", apiKey="nope"),
    ),
    "V2: an unknown user": (403, "FORBIDDEN", lambda mock: mock.v2.get("/getBalance", userId="nobody")),
}


@pytest.mark.parametrize(("status", "code", "ask"), BY_BOTH.values(), ids=BY_BOTH)
def test_a_refusal_has_a_status_of_its_own(
    play: Play, over: type[Customer], status: int, code: str, ask: Callable[[Customer], httpx.Response]
) -> None:
    customer = over(play(READING, TROUBLE, catalogue=CATALOGUE))
    assert customer.refused(ask(customer)) == (status, code)


@pytest.mark.parametrize(("status", "code", "ask"), BY_ONE.values(), ids=BY_ONE)
def test_a_refusal_of_one_generation_has_a_status_of_its_own(
    play: Play, over: type[Customer], status: int, code: str, ask: Callable[[Mock], httpx.Response]
) -> None:
    mock = play(READING, TROUBLE, catalogue=CATALOGUE)
    assert over(mock).refused(ask(mock)) == (status, code)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
@pytest.mark.parametrize("number", [0, 1], ids=["v3", "v2"])
def test_no_refusal_is_left_in_a_200(number: int, reason: Reason) -> None:
    assert SERVICES(READING).apis[number].fail(reason).status != 200


def test_what_succeeds_is_answered_as_ever(play: Play, over: type[Customer]) -> None:
    assert over(play(READING)).buy().status_code == 200


@pytest.mark.parametrize("readings", [{}, {"failures": "envelope"}], ids=["not chosen", "chosen"])
def test_by_default_a_refusal_is_a_200(play: Play, over: type[Customer], readings: dict[str, object]) -> None:
    customer = over(play(readings))
    assert customer.refused(customer.look("7")) == (200, "ORDER_NOT_FOUND")


def test_an_unknown_path_is_answered_as_ever(play: Play) -> None:
    answer = play(READING).client.get("/v3/nowhere")
    assert answer.status_code == 404
