from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.suites.customers import Wish
from contracts.suites.forecast import PRICE_CHANGED, SOLD_OUT, TOO_POOR, Situation, blamed, forecast, own_price, tier

RATES = [[8000, 0.8, "-20%"], [2000, 0.95, "-5%"], [0, 1, "0%"]]
WISH = Wish("12", "ds", "tmobile", 20)


def account(balance: int = 1000, charges: int = 0, label: str = "0%") -> dict[str, Any]:
    rates = {"currentDiscountRate": label, "discountRates": RATES}
    return {"balance": balance, "totalCharges": str(charges), **rates}


def offer(price: int = 16, count: int = 3) -> dict[str, Any]:
    return {"price": price, "count": count}


SOUND = Situation(offer(), offer(), account(), genuine=None)


def test_what_nothing_speaks_against_is_granted_at_its_price() -> None:
    must = forecast(WISH, SOUND)
    assert (must.refusals, must.price, must.substitute) == ({}, 16, False)


@pytest.mark.parametrize(
    ("wish", "situation", "refusals"),
    [
        (WISH._replace(maximum=15), SOUND, {PRICE_CHANGED: "maximum-holds"}),
        (WISH._replace(maximum=15), SOUND._replace(above=SOLD_OUT), {SOLD_OUT: "maximum-holds"}),
        (WISH, SOUND._replace(account=account(15)), {TOO_POOR: "no-credit"}),
        (WISH, SOUND._replace(genuine=False), {PRICE_CHANGED: "quote-binds"}),
        (WISH, SOUND._replace(asked=offer(count=0), anyone=offer(count=0)), {SOLD_OUT: "sold-out-refused"}),
        (WISH._replace(failover=False), SOUND._replace(asked=offer(count=0)), {SOLD_OUT: "failover-off"}),
        (WISH, SOUND._replace(asked=offer(count=0), anyone=offer(21)), {SOLD_OUT: "maximum-holds"}),
        (
            WISH,
            SOUND._replace(asked=offer(count=0), anyone=offer(count=0), genuine=False),
            {PRICE_CHANGED: "quote-binds", SOLD_OUT: "sold-out-refused"},
        ),
    ],
)
def test_what_something_speaks_against_is_refused_for_it(
    wish: Wish, situation: Situation, refusals: dict[str, str]
) -> None:
    assert forecast(wish, situation).refusals == refusals


def test_another_carrier_serves_what_the_one_asked_for_has_not() -> None:
    must = forecast(WISH, SOUND._replace(asked=offer(count=0), anyone=offer(19)))
    assert (must.refusals, must.price, must.substitute) == ({}, 19, True)


@pytest.mark.parametrize(
    ("refusal", "situation", "rule"),
    [
        (SOLD_OUT, SOUND, "stock-is-sold"),
        (SOLD_OUT, SOUND._replace(asked=offer(count=0)), "failover-on"),
        (PRICE_CHANGED, SOUND, "maximum-lets-through"),
        (PRICE_CHANGED, SOUND._replace(genuine=True), "quote-holds"),
        ("ELSE", SOUND, "order-granted"),
    ],
)
def test_a_refusal_without_ground_breaks_a_rule(refusal: str, situation: Situation, rule: str) -> None:
    assert blamed(forecast(WISH, situation), refusal) == rule


@pytest.mark.parametrize(
    ("charges", "label"), [(0, "0%"), (1999, "0%"), (2000, "-5%"), (8000, "-20%"), (99999, "-20%")]
)
def test_a_tier_is_that_of_the_last_threshold_that_was_reached(charges: int, label: str) -> None:
    assert tier(account(charges=charges)) == label


@pytest.mark.parametrize(
    ("price", "label", "own"), [(16, "0%", 16), (20, "-20%", 16), (10, "-5%", 10), (30, "-5%", 29)]
)
def test_a_discount_is_rounded_to_cents_halves_up(price: int, label: str, own: int) -> None:
    assert own_price(price, account(label=label), shown=False) == own


@given(st.integers(0, 10**6))
def test_what_is_shown_with_its_discount_is_not_discounted_again(price: int) -> None:
    assert own_price(price, account(label="-20%"), shown=True) == price
