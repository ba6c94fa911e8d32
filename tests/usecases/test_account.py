"""Favourites and usable coupons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.customer import Coupon
from mockserver.domain.refusal import Reason, Refusal
from mockserver.usecases.account import toggle_favourite, usable_coupons

if TYPE_CHECKING:
    from tests.usecases.conftest import Shop

COUPON = Coupon("TEN", "alice", 0, 10, days=1, percentage=10, target="crypto")


def toggle(shop: Shop, country: str = "12", service: str = "ds") -> bool:
    """Toggle a favourite as Alice."""
    return toggle_favourite(shop.world, shop.alice, country, service)


def test_the_first_toggle_adds_and_says_so(shop: Shop) -> None:
    assert toggle(shop)
    assert shop.alice.favourites == (("12", "ds"),)


def test_the_second_toggle_takes_out_and_says_so(shop: Shop) -> None:
    toggle(shop)
    assert not toggle(shop)
    assert shop.alice.favourites == ()


def test_a_customer_who_was_looked_up_earlier_loses_nothing(shop: Shop) -> None:
    earlier = shop.alice
    shop.world.save_customer(earlier.charged(2000))
    toggle_favourite(shop.world, earlier, "12", "ds")
    toggle_favourite(shop.world, earlier, "46", "ds")
    assert (shop.alice.total_charges, shop.alice.favourites) == (2000, (("12", "ds"), ("46", "ds")))


def test_a_country_by_name_is_the_same_favourite(shop: Shop) -> None:
    toggle(shop)
    assert not toggle(shop, country="United States")


def test_a_favourite_need_not_be_offered_now(shop: Shop) -> None:
    assert toggle(shop, "12", "ch")


@pytest.mark.parametrize(
    ("country", "service", "reason"), [("99", "ds", Reason.UNKNOWN_COUNTRY), ("12", "xx", Reason.UNKNOWN_SERVICE)]
)
def test_an_unknown_favourite_is_refused(shop: Shop, country: str, service: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        toggle(shop, country, service)
    assert refused.value.reason is reason


def test_favourites_of_customers_are_apart(shop: Shop) -> None:
    toggle(shop)
    assert shop.bob.favourites == ()


def test_a_coupon_is_usable_until_it_expires(shop: Shop) -> None:
    shop.world.save_coupon(COUPON)
    assert usable_coupons(shop.world, shop.alice) == [COUPON]


def test_an_expired_coupon_is_not_usable(shop: Shop) -> None:
    shop.world.save_coupon(COUPON)
    shop.wait(10)
    assert usable_coupons(shop.world, shop.alice) == []


def test_a_used_coupon_is_not_usable(shop: Shop) -> None:
    shop.world.save_coupon(COUPON._replace(used=True))
    assert usable_coupons(shop.world, shop.alice) == []
