"""How payments end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Play = Callable[..., Mock]


def invoice(mock: Mock, **body: str) -> None:
    """Ask for an invoice of five dollars."""
    assert mock.v3.send("PUT", "/customers/{user}/cryptomus/invoice/500", **body).json()["ok"]


def newest(mock: Mock) -> dict[str, Any]:
    return dict(mock.v3.get("/customers/{user}/payments").json()["body"][0])


@pytest.mark.parametrize(
    ("passed", "status", "balance"), [("29s", "check", 100000), ("30s", "paid", 100500), ("2h", "paid", 100500)]
)
def test_a_payment_is_paid_after_its_time(play: Play, passed: str, status: str, balance: int) -> None:
    mock = play("payments:\n  - ends: {after: 30s}\n")
    invoice(mock)
    mock.advance(passed)
    assert (newest(mock)["status"], mock.v3.balance()) == (status, balance)


@pytest.mark.parametrize(
    ("end", "credit"),
    [("paid", 500), ("paid_over", 500), ("wrong_amount", 0), ("cancel", 0), ("fail", 0), ("system_fail", 0)],
)
def test_a_payment_ends_as_its_rule_says(play: Play, end: str, credit: int) -> None:
    mock = play(f"payments:\n  - ends: {{after: 30s, as: {end}}}\n")
    invoice(mock)
    mock.advance("30s")
    assert (newest(mock)["status"], mock.v3.balance()) == (end, 100000 + credit)


@pytest.mark.parametrize(
    ("passed", "status", "balance"),
    [("59s", "check", 100000), ("1m", "wrong_amount_waiting", 100000), ("3m", "paid", 100500), ("2h", "paid", 100500)],
)
def test_a_payment_goes_through_its_steps(play: Play, passed: str, status: str, balance: int) -> None:
    steps = "[{after: 1m, as: wrong_amount_waiting}, {after: 3m, as: paid}]"
    mock = play(f"payments:\n  - steps: {steps}\n")
    invoice(mock)
    mock.advance(passed)
    assert (newest(mock)["status"], mock.v3.balance()) == (status, balance)


@pytest.mark.parametrize(("passed", "status"), [("59m59s", "check"), ("1h", "cancel")])
@pytest.mark.parametrize("rules", ["payments: []\n", "payments:\n  - page: abc\n"])
def test_a_payment_that_nobody_pays_expires(play: Play, rules: str, passed: str, status: str) -> None:
    mock = play(rules)
    invoice(mock)
    mock.advance(passed)
    assert newest(mock)["status"] == status


def test_a_payment_after_its_hour_is_too_late(play: Play) -> None:
    mock = play("payments:\n  - ends: {after: 61m}\n")
    invoice(mock)
    mock.advance("2h")
    assert (newest(mock)["status"], mock.v3.balance()) == ("cancel", 100000)


def test_a_wallet_ends_by_the_same_rules(play: Play) -> None:
    mock = play("payments:\n  - ends: {after: 30s, as: wrong_amount}\n")
    wallet = mock.v3.send("PUT", "/customers/{user}/cryptomus/direct/USDT/BSC/5.15").json()["body"]
    mock.advance("30s")
    found = mock.v3.get(f"/customers/{{user}}/cryptomus/transaction/{wallet['order_id']}").json()["body"]
    assert found["status"] == "wrong_amount"


def test_the_page_can_be_given(play: Play) -> None:
    mock = play("payments:\n  - page: abc\n")
    answer = mock.v3.send("PUT", "/customers/{user}/cryptomus/invoice/500").json()
    assert answer["body"] == "https://pay.cryptomus.com/pay/abc"
