"""Which rule an order or a payment comes under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Play = Callable[..., Mock]

MATCHED = "447700900123"
"""The number that a rule under test gives, so that an order shows whether it came under it."""


def rule(when: str) -> str:
    return f"orders:\n  - when: {when}\n    phoneNumber: '{MATCHED}'\n  - sms: []\n"


def matched(mock: Mock, **order: Any) -> bool:
    """Whether an order comes under the rule."""
    answer = mock.v3.order(**order).json()
    assert answer["ok"], answer
    return bool(answer["body"]["phoneNumber"] == MATCHED)


@pytest.mark.parametrize(
    ("when", "order", "matches"),
    [
        ("{service: go}", {"service": "go"}, True),
        ("{service: go}", {"service": "ds"}, False),
        ("{country: '16'}", {"country": "16"}, True),
        ("{country: '16'}", {"country": "12"}, False),
        ("{country: '16'}", {"country": "United Kingdom"}, True),
        ("{carrier: verizon, country: '12'}", {"carrier": "verizon"}, True),
        ("{carrier: verizon, country: '12'}", {"carrier": "any"}, False),
        ("{carrier: any}", {"carrier": "any"}, True),
        ("{carrier: any}", {"carrier": "verizon"}, False),
        ("{price: {from: 16, to: 16}}", {}, True),
        ("{price: {from: 17}}", {}, False),
        ("{price: {to: 15}}", {}, False),
        ("{price: {to: 16}}", {}, True),
        ("{service: ds, country: '12'}", {}, True),
        ("{service: ds, country: '16'}", {}, False),
        ("{account: demo}", {}, True),
    ],
)
def test_an_order_comes_under_a_rule_by_what_it_is(play: Play, when: str, order: dict[str, str], matches: bool) -> None:
    assert matched(play(rule(when)), **order) is matches


def test_an_order_of_another_account_does_not_come_under_the_rule(start: Callable[[str], Mock]) -> None:
    accounts = "[{userId: demo, key: demo-key, balance: 100}, {userId: other, key: other-key}]"
    mock = start(f"description: Two.\naccounts: {accounts}\n" + rule("{account: other}"))
    assert not matched(mock)


def turns(mock: Mock, count: int) -> list[int]:
    """Which of so many orders come under the rule, counted from 1."""
    return [nth for nth in range(1, count + 1) if matched(mock)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{nth: 1}", [1]),
        ("{nth: 3}", [3]),
        ("{nth: {from: 2, to: 4}}", [2, 3, 4]),
        ("{nth: {from: 5}}", [5, 6, 7]),
        ("{nth: {to: 2}}", [1, 2]),
        ("{every: 3}", [3, 6]),
        ("{every: 2, nth: {from: 3}}", [4, 6]),
        ("{probability: 0}", []),
        ("{probability: 1}", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_orders_take_turns_by_number(play: Play, when: str, expected: list[int]) -> None:
    assert turns(play(rule(when)), 7) == expected


def test_only_orders_that_meet_the_other_conditions_are_counted(play: Play) -> None:
    mock = play(rule("{nth: 2, service: ds}"))
    assert [matched(mock, service=service) for service in ("ds", "go", "ds", "ds")] == [False, False, True, False]


def test_an_order_that_is_refused_is_not_counted(play: Play) -> None:
    mock = play(rule("{nth: 1}"))
    mock.v3.order(maximumPrice="1")
    assert matched(mock)


@pytest.mark.parametrize(
    ("seed", "expected"),
    [(1, [5, 8, 10, 11]), (2, [1, 6, 7, 8, 10, 12])],
)
def test_chance_is_seeded(play: Play, seed: int, expected: list[int]) -> None:
    assert turns(play(f"seed: {seed}\n" + rule("{probability: 0.4}")), 12) == expected


def test_the_first_rule_that_matches_decides(play: Play) -> None:
    mock = play(
        "orders:\n  - {when: {service: go}, phoneNumber: '447700900001'}\n"
        f"  - {{when: {{country: '12'}}, phoneNumber: '{MATCHED}'}}\n  - {{phoneNumber: '447700900002'}}\n"
    )
    assert matched(mock)


def test_an_order_without_a_rule_gets_no_sms(play: Play) -> None:
    mock = play("orders: []\n")
    order = mock.v3.order().json()["body"]["orderId"]
    mock.advance("19m")
    assert mock.v3.item(order)["status"] == "waiting"


def pay(mock: Mock, provider: str = "cryptomus") -> None:
    assert mock.v3.send("PUT", f"/customers/{{user}}/{provider}/invoice/500").json()["ok"]


def statuses(mock: Mock) -> list[str]:
    """The statuses of all invoices, oldest first."""
    invoices = mock.v3.get("/customers/{user}/payments").json()["body"]
    return [invoice["status"] for invoice in reversed(invoices)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{provider: cryptomus}", ["paid", "check", "paid", "check"]),
        ("{provider: pay4bit}", ["check", "paid", "check", "paid"]),
        ("{account: demo}", ["paid", "paid", "paid", "paid"]),
        ("{nth: 3}", ["check", "check", "paid", "check"]),
        ("{every: 2}", ["check", "paid", "check", "paid"]),
        ("{provider: pay4bit, nth: 2}", ["check", "check", "check", "paid"]),
    ],
)
def test_a_payment_comes_under_a_rule_by_what_it_is(play: Play, when: str, expected: list[str]) -> None:
    mock = play(f"payments:\n  - when: {when}\n    ends: {{after: 0s}}\n")
    for provider in ("cryptomus", "pay4bit", "cryptomus", "pay4bit"):
        pay(mock, provider)
    assert statuses(mock) == expected
