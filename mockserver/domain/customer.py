"""Customers, their discount tiers and their coupons."""

from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Instant


class Tier(NamedTuple):
    """A row of the discount table: the least total of charges (cents), the price in percent, and the label."""

    threshold: int
    percent: int
    label: str

    @property
    def factor(self) -> float:
        """The share of a price that is paid; an integer if it is 1."""
        return self.percent / 100 if self.percent < 100 else 1

    @property
    def discount(self) -> float:
        """The share of a price that is not paid."""
        return (100 - self.percent) / 100

    def apply(self, price: int) -> int:
        """Return a list price with the discount, in cents, halves rounded up."""
        return (price * self.percent + 50) // 100


TIERS = (
    Tier(8000, 80, "-20%"),
    Tier(6000, 85, "-15%"),
    Tier(4000, 90, "-10%"),
    Tier(2000, 95, "-5%"),
    Tier(0, 100, "0%"),
)
"""The table in both documented balances; it is inferred that its first column is cents of charges."""


class Customer(NamedTuple):
    """An account. `total_charges` is the total paid in, in cents; `favourites` are (country, service) codes.

    `granted_tier` is the label of a tier that does not depend on the charges. `coupons_received` includes coupons
    that are no longer listed.
    """

    id: str
    stripe_id: str = ""
    cryptomus_id: str | None = None
    status: str | None = None
    lang: str | None = None
    referral: str | None = None
    vip_support: bool = False
    vip_telegram: str = ""
    total_charges: int = 0
    granted_tier: str | None = None
    coupons_received: int = 0
    blocked: bool = False
    favourites: tuple[tuple[str, str], ...] = ()

    @property
    def tier(self) -> Tier:
        """The current discount tier of the customer."""
        if self.granted_tier is not None:
            return next(tier for tier in TIERS if tier.label == self.granted_tier)
        return next(tier for tier in TIERS if self.total_charges >= tier.threshold)

    def toggle(self, country: str, service: str) -> "Customer":
        """Return the customer with the pair added to the favourites, or removed if it was there."""
        pair = (country, service)
        if pair in self.favourites:
            return self._replace(favourites=tuple(known for known in self.favourites if known != pair))
        return self._replace(favourites=(*self.favourites, pair))

    def charged(self, cents: int) -> "Customer":
        """Return the customer after paying in this many cents."""
        return self._replace(total_charges=self.total_charges + cents)


class CouponStatus(StrEnum):
    """The status of a coupon; `issued` is documented by example, the others are assumed."""

    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"


class Coupon(NamedTuple):
    """A coupon for `percentage` percent more credit on one payment by the method `target`, valid for `days` days."""

    code: str
    customer: str
    issued_at: Instant
    expires_at: Instant
    days: int
    percentage: int
    target: str
    used: bool = False

    def status(self, now: Instant) -> CouponStatus:
        """Return the vendor's status of the coupon at a time."""
        if self.used:
            return CouponStatus.USED
        return CouponStatus.EXPIRED if now >= self.expires_at else CouponStatus.ISSUED

    def covers(self, method: str, now: Instant) -> bool:
        """Whether a payment by `method` can use the coupon at a time."""
        return self.target == method and self.status(now) is CouponStatus.ISSUED

    def bonus(self, cents: int) -> int:
        """Return the additional credit on a payment, in whole cents, rounded down."""
        return cents * self.percentage // 100

    def spend(self) -> "Coupon":
        """Return the coupon after its use."""
        return self._replace(used=True)
