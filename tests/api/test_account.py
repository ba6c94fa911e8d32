"""The account itself: balance, favourites, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Start = Callable[[str], Mock]

TWO_ACCOUNTS = """
description: Two accounts with keys of their own.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - {userId: demo, key: demo-key, balance: 100000, totalCharges: 6500, favourites: [{country: "16", service: wa}]}
  - {userId: other, key: other-key, balance: 700}
orders:
  - when: {service: ds}
    sms: [{after: 5s}]
"""


def toggle(mock: Mock, country: str, service: str) -> str:
    said: str = mock.v3.send("PATCH", f"/customers/{{user}}/favourites/{country}/{service}").json()["body"]
    return said


def favourites(mock: Mock) -> list[tuple[str, str]]:
    return [(row["cShort"], row["sShort"]) for row in mock.v3.get("/customers/{user}/favourites").json()["body"]]


def statistics(mock: Mock, **query: str) -> dict[str, Any]:
    shown: dict[str, Any] = mock.v3.get("/statistics/{user}", **query).json()["body"]
    return shown


# The balance


def test_an_account_is_shown_with_its_money_and_discount(start: Start) -> None:
    shown = start(TWO_ACCOUNTS).v3.get("/customers/{user}/balance").json()["body"]
    assert shown == {
        "userId": "demo",
        "stripeId": "",
        "cryptomusId": None,
        "balance": 100000,
        "status": None,
        "lang": None,
        "referral": None,
        "totalCharges": "6500",
        "couponCount": 0,
        "currentDiscountRate": "-15%",
        "vipSupport": False,
        "vipTelegram": "",
        "discountRates": [
            [8000, 0.8, "-20%"],
            [6000, 0.85, "-15%"],
            [4000, 0.9, "-10%"],
            [2000, 0.95, "-5%"],
            [0, 1, "0%"],
        ],
    }


def test_v2_shows_a_part_of_it(start: Start) -> None:
    mock = start(TWO_ACCOUNTS)
    whole = mock.v3.get("/customers/{user}/balance").json()["body"]
    part = mock.v2.get("/getBalance").json()["body"]
    fields = ("userId", "balance", "totalCharges", "currentDiscountRate", "discountRates")
    assert part == {field: whole[field] for field in fields}


# Favourites


def test_a_favourite_is_added(mock: Mock) -> None:
    assert (toggle(mock, "12", "ds"), favourites(mock)) == ("favourite-added", [("12", "ds")])


def test_a_favourite_is_removed_when_it_is_toggled_again(mock: Mock) -> None:
    toggle(mock, "12", "ds")
    assert (toggle(mock, "12", "ds"), favourites(mock)) == ("favourite-removed", [])


def test_a_favourite_of_a_country_by_its_name_is_the_same(mock: Mock) -> None:
    toggle(mock, "12", "ds")
    assert toggle(mock, "United%20States", "ds") == "favourite-removed"


def test_favourites_are_listed_in_the_order_in_which_they_were_added(start: Start) -> None:
    mock = start(TWO_ACCOUNTS)
    toggle(mock, "12", "tg")
    toggle(mock, "0", "ds")
    assert favourites(mock) == [("16", "wa"), ("12", "tg"), ("0", "ds")]


def test_a_favourite_is_shown_with_its_names(mock: Mock) -> None:
    toggle(mock, "12", "ds")
    assert mock.v3.get("/customers/{user}/favourites").json()["body"] == [
        {"sShort": "ds", "service": "Discord", "cShort": "12", "country": "United States"}
    ]


# Statistics


def test_an_account_without_orders_has_empty_statistics(mock: Mock) -> None:
    assert statistics(mock) == {
        "orders": 0,
        "completed": 0,
        "refunded": 0,
        "expired": 0,
        "waiting": 0,
        "spent": 0,
        "refundedAmount": 0,
        "successRate": 0,
        "byService": [],
    }


@pytest.fixture
def busy(start: Start) -> Mock:
    """One order expired two days ago; today one completed, one refunded, one waiting. Each cost 85 % of its price."""
    mock = start(TWO_ACCOUNTS)
    mock.v3.order(service="tg")
    mock.advance("2d")
    mock.v3.order(service="ds")
    mock.advance("5s")
    refunded = mock.v3.order(service="ds").json()["body"]["orderId"]
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{refunded}/refund")
    mock.v2.purchase(service="wa")
    return mock


DISCORD, TELEGRAM, WHATSAPP = 14, 65, 62
"""85 percent of 16, 76 and 73 cents."""


def test_statistics_count_orders_by_how_they_ended(busy: Mock) -> None:
    shown = statistics(busy)
    assert {key: shown[key] for key in ("orders", "completed", "refunded", "expired", "waiting")} == {
        "orders": 4,
        "completed": 1,
        "refunded": 1,
        "expired": 1,
        "waiting": 1,
    }


def test_statistics_sum_what_was_spent_and_paid_back(busy: Mock) -> None:
    shown = statistics(busy)
    assert (shown["spent"], shown["refundedAmount"]) == (2 * DISCORD + TELEGRAM + WHATSAPP, DISCORD)


def test_the_success_rate_is_the_share_of_completed_orders(busy: Mock) -> None:
    assert statistics(busy)["successRate"] == 0.25


def test_statistics_are_given_by_service_most_ordered_first(busy: Mock) -> None:
    assert statistics(busy)["byService"] == [
        {"sShort": "ds", "service": "Discord", "orders": 2, "completed": 1, "spent": 2 * DISCORD},
        {"sShort": "tg", "service": "Telegram", "orders": 1, "completed": 0, "spent": TELEGRAM},
        {"sShort": "wa", "service": "WhatsApp", "orders": 1, "completed": 0, "spent": WHATSAPP},
    ]


@pytest.mark.parametrize(
    ("period", "orders"),
    [
        ({"from": "2025-06-15"}, 4),
        ({"from": "2025-06-16"}, 3),
        ({"from": "2025-06-17"}, 3),
        ({"from": "2025-06-18"}, 0),
        ({"to": "2025-06-14"}, 0),
        ({"to": "2025-06-15"}, 1),
        ({"to": "2025-06-17"}, 4),
        ({"from": "2025-06-15", "to": "2025-06-15"}, 1),
        ({"from": "2025-06-17", "to": "2025-06-15"}, 0),
    ],
)
def test_statistics_cover_whole_days_from_the_first_to_the_last(
    busy: Mock, period: dict[str, str], orders: int
) -> None:
    assert statistics(busy, **period)["orders"] == orders


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "2025-6-1", "2025-06-15 00:00:00", ""])
def test_a_day_that_does_not_exist_breaks_the_contract(mock: Mock, day: str) -> None:
    assert mock.v3.get("/statistics/{user}", **{"from": day}).status_code == 400


def test_statistics_are_the_accounts_own(busy: Mock) -> None:
    shown = busy.client.get("/v3/statistics/other", params={"apiKey": "other-key"}).json()["body"]
    assert shown["orders"] == 0
