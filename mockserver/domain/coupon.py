"""A promise of more credit on one payment."""

from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Instant


class CouponStatus(StrEnum):
    """`issued` is documented by example, the others are assumed."""

    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"


class Coupon(NamedTuple):
    """`percentage` more credit on one payment by `target`; `days` is how long it is valid."""

    code: str
    customer: str
    issued_at: Instant
    expires_at: Instant
    days: int
    percentage: int
    target: str
    used: bool = False

    def status(self, now: Instant) -> CouponStatus:
        """What the vendor calls it at a time."""
        if self.used:
            return CouponStatus.USED
        return CouponStatus.EXPIRED if now >= self.expires_at else CouponStatus.ISSUED

    def covers(self, method: str, now: Instant) -> bool:
        """Whether a payment by `method` can use it now."""
        return self.target == method and self.status(now) is CouponStatus.ISSUED

    def bonus(self, cents: int) -> int:
        """The additional credit on a payment, in whole cents, rounded down."""
        return cents * self.percentage // 100

    def spend(self) -> "Coupon":
        """The coupon after its one use."""
        return self._replace(used=True)
