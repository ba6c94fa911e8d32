"""US cents in a cryptocurrency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.payment import Currency, find_currency
from mockserver.domain.refusal import Reason, Refusal

TETHER = Currency("USDT", "BSC", Decimal("1.002"), 2, "0x%x{40}")
BITCOIN = Currency("BTC", "BTC", Decimal("100000.00"), 8, "1%b{33}")
CURRENCIES = {("USDT", "BSC"): TETHER, ("BTC", "BTC"): BITCOIN}

LARGEST_PAYMENT = 10_000_000_000
"""Ten times what the contract lets be paid in at once, in cents."""

every_currency = st.builds(
    Currency,
    currency=st.just("X"),
    network=st.just("X"),
    usd=st.decimals("0.001", "200000", places=3),
    decimals=st.integers(0, 12),
    address=st.just(""),
)


def test_five_dollars_are_the_documented_amount_of_tether() -> None:
    assert TETHER.amount(500) == "4.99"


@pytest.mark.parametrize(
    ("currency", "cents", "amount"),
    [(TETHER, 515, "5.13"), (TETHER, 100, "0.99"), (BITCOIN, 500, "0.00005000"), (BITCOIN, 10_000_000, "1.00000000")],
)
def test_an_amount_is_rounded_down_to_the_decimals_of_the_currency(currency: Currency, cents: int, amount: str) -> None:
    assert currency.amount(cents) == amount


def test_an_amount_is_never_nothing() -> None:
    assert Currency("X", "X", Decimal(1000), 2, "").amount(1) == "0.01"


def test_an_amount_of_a_currency_without_decimals_has_no_point() -> None:
    assert Currency("X", "X", Decimal(1), 0, "").amount(500) == "5"


@given(every_currency, st.integers(1, LARGEST_PAYMENT))
@settings(deadline=None)
def test_an_amount_has_just_the_decimals_of_its_currency(currency: Currency, cents: int) -> None:
    _, _, decimals = currency.amount(cents).partition(".")
    assert len(decimals) == currency.decimals


@given(every_currency, st.integers(1, LARGEST_PAYMENT))
@settings(deadline=None)
def test_an_amount_is_worth_what_is_paid_to_within_its_last_decimal(currency: Currency, cents: int) -> None:
    smallest = Decimal(1).scaleb(-currency.decimals)
    exact = Decimal(cents) / 100 / currency.usd
    amount = Decimal(currency.amount(cents))
    assert amount == smallest or 0 <= exact - amount < smallest


def test_a_currency_is_found_by_its_network() -> None:
    assert find_currency(CURRENCIES, "USDT", "BSC") is TETHER


@pytest.mark.parametrize(("currency", "network"), [("USDT", "BTC"), ("usdt", "bsc"), ("", "")])
def test_an_undocumented_pair_is_refused(currency: str, network: str) -> None:
    with pytest.raises(Refusal) as refused:
        find_currency(CURRENCIES, currency, network)
    assert refused.value.reason is Reason.UNSUPPORTED_CURRENCY
