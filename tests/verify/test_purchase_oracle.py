from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import contract
from mockserver.verify.customer import OrderArguments
from mockserver.verify.order_oracle import (
    PRICE_CHANGED,
    SOLD_OUT,
    TOO_POOR,
    Situation,
    expected_purchase,
    own_price,
    tier,
    violated_rule,
)
from mockserver.verify.rules import ServiceTerms

TERMS = ServiceTerms.of(contract().rules)
SHOWN = TERMS._replace(shown=True)
TIERS = [
    {"threshold": 8000, "factor": 0.8, "label": "-20%"},
    {"threshold": 2000, "factor": 0.95, "label": "-5%"},
    {"threshold": 0, "factor": 1.0, "label": "0%"},
]
WISH = OrderArguments("12", "ds", "tmobile", 20)


def account(balance: int = 1000, charges: int = 0, label: str = "0%") -> dict[str, Any]:
    return {"balance": balance, "charges": charges, "tier": {"label": label}, "tiers": TIERS}


def offer(price: int = 16, stock: int = 3) -> dict[str, Any]:
    return {"price": price, "stock": stock}


SOUND = Situation(offer(), offer(), account(), genuine=None)
GONE = SOUND._replace(asked=offer(stock=0))


def test_what_nothing_speaks_against_is_granted_at_its_price() -> None:
    must = expected_purchase(WISH, SOUND, TERMS)
    assert (must.refusals, must.doubts, must.price, must.substitute) == ({}, frozenset(), 16, False)


@pytest.mark.parametrize(
    ("order_arguments", "situation", "refusals"),
    [
        (WISH._replace(maximum=15), SOUND, {PRICE_CHANGED: "maximum-holds"}),
        (WISH, SOUND._replace(account=account(15)), {TOO_POOR: "no-credit"}),
        (WISH, SOUND._replace(genuine=False), {PRICE_CHANGED: "quote-binds"}),
        (WISH, GONE._replace(anyone=offer(stock=0)), {SOLD_OUT: "sold-out-refused"}),
        (WISH._replace(failover=False), GONE, {SOLD_OUT: "failover-off"}),
        (WISH, GONE._replace(anyone=offer(21)), {SOLD_OUT: "maximum-holds"}),
        (
            WISH,
            GONE._replace(anyone=offer(stock=0), genuine=False),
            {PRICE_CHANGED: "quote-binds", SOLD_OUT: "sold-out-refused"},
        ),
    ],
)
def test_what_something_speaks_against_is_refused_for_it(
    order_arguments: OrderArguments, situation: Situation, refusals: dict[str, str]
) -> None:
    assert expected_purchase(order_arguments, situation, TERMS).refusals == refusals


def test_the_rules_say_why_a_price_above_the_maximum_is_refused() -> None:
    must = expected_purchase(WISH._replace(maximum=15), SOUND, TERMS._replace(above=SOLD_OUT))
    assert must.refusals == {SOLD_OUT: "maximum-holds"}


def test_another_carrier_serves_what_the_one_asked_for_has_not() -> None:
    must = expected_purchase(WISH, GONE._replace(anyone=offer(19)), TERMS)
    assert (must.refusals, must.price, must.substitute) == ({}, 19, True)


@pytest.mark.parametrize(
    ("situation", "price", "doubts"),
    [
        (SOUND._replace(asked={"price": 16}), None, {SOLD_OUT, PRICE_CHANGED, TOO_POOR}),
        (SOUND._replace(asked={"stock": 3}), None, {PRICE_CHANGED, TOO_POOR}),
        (SOUND._replace(account={"tier": {"factor": 1.0}}), 16, {TOO_POOR}),
        (SOUND._replace(account={"balance": 1000}), None, {PRICE_CHANGED, TOO_POOR}),
        (GONE._replace(anyone={"price": 16}), 16, {SOLD_OUT}),
    ],
)
def test_what_the_service_does_not_say_leaves_doubts(situation: Situation, price: int | None, doubts: set[str]) -> None:
    must = expected_purchase(WISH, situation, TERMS)
    assert (dict(must.refusals), must.price, set(must.doubts)) == ({}, price, doubts)


@pytest.mark.parametrize(
    ("refusal", "situation", "rule"),
    [
        (SOLD_OUT, SOUND, "stock-is-sold"),
        (SOLD_OUT, GONE, "failover-on"),
        (PRICE_CHANGED, SOUND, "maximum-lets-through"),
        (PRICE_CHANGED, SOUND._replace(genuine=True), "quote-holds"),
        ("ELSE", SOUND, "order-granted"),
    ],
)
def test_a_refusal_without_ground_breaks_a_rule(refusal: str, situation: Situation, rule: str) -> None:
    assert violated_rule(expected_purchase(WISH, situation, TERMS), refusal) == rule


@pytest.mark.parametrize(
    ("charges", "label"), [(0, "0%"), (1999, "0%"), (2000, "-5%"), (8000, "-20%"), (99999, "-20%")]
)
def test_a_tier_is_that_of_the_last_threshold_that_was_reached(charges: int, label: str) -> None:
    reached = tier(account(charges=charges))
    assert reached
    assert reached["label"] == label


@pytest.mark.parametrize("unsaid", [{}, {"charges": 100}, {"charges": 100, "tiers": [{"label": "0%"}]}])
def test_without_charges_or_thresholds_no_tier_is_known(unsaid: dict[str, Any]) -> None:
    assert tier(unsaid) is None


@pytest.mark.parametrize(
    ("price", "label", "own"), [(16, "0%", 16), (20, "-20%", 16), (10, "-5%", 10), (30, "-5%", 29)]
)
def test_a_discount_is_rounded_to_cents_halves_up(price: int, label: str, own: int) -> None:
    assert own_price(price, account(label=label), TERMS) == own


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ({"tier": {"factor": 0.8}}, 80),
        ({"tier": {"discount": 0.2}}, 80),
        ({"tier": {"label": "-20%"}, "tiers": TIERS}, 80),
        ({"tier": {"label": "-20%"}}, None),
        ({"tier": {"label": "-20%"}, "tiers": [{"factor": 0.8}]}, None),
        ({"tiers": TIERS}, None),
    ],
)
def test_a_discount_is_known_by_whatever_says_it(said: dict[str, Any], own: int | None) -> None:
    assert own_price(100, said, TERMS) == own


@given(st.integers(0, 10**6))
def test_what_is_shown_with_its_discount_is_not_discounted_again(price: int) -> None:
    assert own_price(price, account(label="-20%"), SHOWN) == price
