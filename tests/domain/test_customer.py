"""Discounts by what was paid in, and favourites."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.customer import TIERS, Customer, Tier

DISCORD = ("12", "ds")
TELEGRAM = ("16", "tg")


def charged(cents: int) -> Customer:
    """Make a customer who has paid in so much."""
    return Customer("alice", total_charges=cents)


@pytest.mark.parametrize(
    ("charges", "label"),
    [
        (0, "0%"),
        (1999, "0%"),
        (2000, "-5%"),
        (3999, "-5%"),
        (4000, "-10%"),
        (5999, "-10%"),
        (6000, "-15%"),
        (7999, "-15%"),
        (8000, "-20%"),
        (10**9, "-20%"),
    ],
)
def test_a_tier_begins_at_its_threshold(charges: int, label: str) -> None:
    assert charged(charges).tier.label == label


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.label)
@pytest.mark.parametrize("charges", [0, 10**9])
def test_a_granted_tier_stands_whatever_was_paid_in(tier: Tier, charges: int) -> None:
    assert charged(charges)._replace(granted_tier=tier.label).tier is tier


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.label)
def test_a_label_says_what_the_tier_takes_off(tier: Tier) -> None:
    assert int(tier.label.removesuffix("%")) == tier.percent - 100


@pytest.mark.parametrize(("higher", "lower"), list(pairwise(TIERS)), ids=lambda tier: tier.label)
def test_tiers_stand_from_the_highest_threshold_to_the_lowest(higher: Tier, lower: Tier) -> None:
    assert higher.threshold > lower.threshold


@pytest.mark.parametrize(
    ("percent", "price", "expected"), [(80, 20, 16), (95, 10, 10), (85, 10, 9), (95, 1, 1), (80, 2, 2), (80, 0, 0)]
)
def test_a_discounted_price_is_in_whole_cents_with_halves_rounded_up(percent: int, price: int, expected: int) -> None:
    assert Tier(0, percent, "").apply(price) == expected


@given(st.sampled_from(TIERS), st.integers(0, 10**9))
@settings(deadline=None)
def test_a_discount_never_raises_a_price(tier: Tier, price: int) -> None:
    assert 0 <= tier.apply(price) <= price


@given(st.lists(st.integers(0, 10**6)))
@settings(deadline=None)
def test_paying_in_never_lowers_the_discount(payments: list[int]) -> None:
    customer, percents = charged(0), [100]
    for cents in payments:
        customer = customer.charged(cents)
        percents.append(customer.tier.percent)
    assert percents == sorted(percents, reverse=True)


def test_charges_add_up() -> None:
    assert charged(500).charged(700).total_charges == 1200


def test_a_favourite_is_added_after_the_others() -> None:
    assert charged(0).toggle(*DISCORD).toggle(*TELEGRAM).favourites == (DISCORD, TELEGRAM)


def test_a_favourite_is_taken_out_from_among_the_others() -> None:
    customer = charged(0)._replace(favourites=(DISCORD, TELEGRAM))
    assert customer.toggle(*DISCORD).favourites == (TELEGRAM,)


@given(st.lists(st.tuples(st.sampled_from(["12", "16"]), st.sampled_from(["ds", "tg"]))))
@settings(deadline=None)
def test_a_pair_is_a_favourite_after_an_odd_number_of_toggles(pairs: list[tuple[str, str]]) -> None:
    customer = charged(0)
    for pair in pairs:
        customer = customer.toggle(*pair)
    assert set(customer.favourites) == {pair for pair in pairs if pairs.count(pair) % 2}
