"""A coupon is good once, for its method, until it expires."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.customer import Coupon, CouponStatus

ISSUED_AT, EXPIRES_AT = 1_000, 2_000
COUPON = Coupon("TEN", "alice", ISSUED_AT, EXPIRES_AT, days=30, percentage=10, target="crypto")


@pytest.mark.parametrize(
    ("now", "status"),
    [(ISSUED_AT, CouponStatus.ISSUED), (EXPIRES_AT - 1, CouponStatus.ISSUED), (EXPIRES_AT, CouponStatus.EXPIRED)],
)
def test_a_coupon_is_issued_until_it_expires(now: int, status: CouponStatus) -> None:
    assert COUPON.status(now) is status


@pytest.mark.parametrize("now", [ISSUED_AT, EXPIRES_AT])
def test_a_coupon_that_was_spent_is_used_for_good(now: int) -> None:
    assert COUPON.spend().status(now) is CouponStatus.USED


def test_a_coupon_covers_its_method() -> None:
    assert COUPON.covers("crypto", ISSUED_AT)


def test_a_coupon_does_not_cover_another_method() -> None:
    assert not COUPON.covers("card", ISSUED_AT)


def test_an_expired_coupon_covers_nothing() -> None:
    assert not COUPON.covers("crypto", EXPIRES_AT)


def test_a_spent_coupon_covers_nothing() -> None:
    assert not COUPON.spend().covers("crypto", ISSUED_AT)


@pytest.mark.parametrize(("cents", "bonus"), [(500, 50), (9, 0), (10, 1), (19, 1), (0, 0)])
def test_a_bonus_is_in_whole_cents_rounded_down(cents: int, bonus: int) -> None:
    assert COUPON.bonus(cents) == bonus


@given(st.integers(0, 10**9), st.integers(0, 10**9))
@settings(deadline=None)
def test_splitting_a_payment_never_wins_a_greater_bonus(one: int, other: int) -> None:
    assert COUPON.bonus(one) + COUPON.bonus(other) <= COUPON.bonus(one + other)
