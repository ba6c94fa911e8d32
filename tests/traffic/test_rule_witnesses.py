"""What balances show of the end of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.traffic.calls import calls
from mockserver.traffic.rule_witnesses import Expiry
from tests.judge.tape import DOCUMENTS, LOST, NO_NUMBERS, Tape, item

if TYPE_CHECKING:
    from collections.abc import Callable

BALANCE = "/v3/customers/{user}/balance"
INVOICE = "/v3/customers/demo/cryptomus/invoice/{amount}"


def balance(tape: Tape, cents: int, user: str = "demo") -> Tape:
    return tape.call("GET", BALANCE.format(user=user), {"balance": cents})


def paid(tape: Tape, amount: int) -> Tape:
    return tape.call("PUT", INVOICE.format(amount=amount), LOST)


def ordered(*prices: int) -> Tape:
    """A balance of one dollar, and orders by their prices."""
    tape = balance(Tape(), 100)
    for number, price in enumerate(prices, 1):
        tape.order(str(number), price=price)
    return tape


def seen(tape: Tape) -> list[str]:
    """The values that calls support, one after the other."""
    witness = Expiry()
    return [value for call in calls(DOCUMENTS.values(), tape.exchanges) if (value := witness.see(call))]


REPAID = "refunded repaid"


@pytest.mark.parametrize(
    ("tape", "values"),
    [
        pytest.param(lambda: balance(ordered(16), 100), [REPAID], id="no balance in between"),
        pytest.param(lambda: balance(balance(ordered(16), 84), 100), [REPAID], id="a balance in between"),
        pytest.param(lambda: balance(ordered(16).order(NO_NUMBERS), 100), [REPAID], id="a refused order"),
        pytest.param(lambda: balance(paid(ordered(16), 500), 100), [REPAID], id="a larger payment"),
        pytest.param(lambda: balance(ordered(16).look("waiting"), 100), [REPAID], id="seen waiting"),
        pytest.param(lambda: balance(balance(ordered(16, 20), 84), 100), [REPAID] * 2, id="two orders"),
        pytest.param(lambda: balance(ordered(16).look("expired"), 100), ["kept repaid", REPAID], id="seen expired"),
    ],
)
def test_a_balance_that_rises_by_the_price_of_an_order_shows_a_refund(
    tape: Callable[[], Tape], values: list[str]
) -> None:
    assert seen(tape()) == values


@pytest.mark.parametrize(
    "tape",
    [
        pytest.param(lambda: balance(ordered(16), 84), id="no rise"),
        pytest.param(lambda: balance(ordered(16), 90), id="another rise"),
        pytest.param(lambda: balance(ordered(16, 20), 100), id="two prices at once"),
        pytest.param(lambda: balance(ordered(0), 100), id="a free order"),
        pytest.param(lambda: balance(ordered(), 116), id="no order"),
        pytest.param(lambda: balance(Tape().order(), 100), id="no balance before"),
        pytest.param(lambda: balance(paid(ordered(16), 16), 100), id="a payment of the same amount"),
        pytest.param(lambda: balance(paid(ordered(16), 13), 100), id="a payment that a bonus may have made as large"),
        pytest.param(lambda: balance(ordered(16).refund(), 100), id="a refund that was asked for"),
        pytest.param(lambda: balance(ordered(16).refund(LOST), 100), id="a refund without a response"),
        pytest.param(lambda: balance(ordered(16).order(LOST), 100), id="an order without a response"),
        pytest.param(
            lambda: balance(ordered(16).look([item("1", sms="1", code="1", messages=[{"text": "1"}])]), 100),
            id="an SMS",
        ),
        pytest.param(lambda: balance(ordered(16), 100, "other"), id="another account"),
        pytest.param(lambda: balance(balance(ordered(16), 84, "other"), 100, "other"), id="a rise of another account"),
    ],
)
def test_a_rise_shows_nothing_if_something_else_explains_it(tape: Callable[[], Tape]) -> None:
    assert seen(tape()) == []


def test_an_order_is_repaid_once() -> None:
    assert seen(balance(balance(ordered(16), 100), 116)) == [REPAID]
