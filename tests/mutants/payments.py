"""Mutants that lose track of money that is paid in, or of the coupons that add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.customer import Coupon
from mockserver.domain.ledger import EntryKind
from mockserver.domain.payment import Payment, Status
from mockserver.domain.world import World
from tests.mutants.mutant import Family
from tests.mutants.parts import become

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.domain.clock import Instant
    from mockserver.domain.customer import Customer
    from tests.mutants.parts import Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _after_a_payment(probe: Probe) -> object:
    return probe.pay().seen, probe.balance_later()


@mutant("A payment is credited twice.", _after_a_payment)
def payment_credited_twice(parts: Parts) -> None:
    parts.book(lambda entry: [entry, entry] if entry.kind is EntryKind.PAYMENT else [entry])


def _paid_wallet(probe: Probe) -> object:
    wallet = probe.send("PUT", "customers/cryptomus/direct/USDT/BSC/5.00").result["order_id"]
    probe.wait("11s")
    return probe.get(f"customers/cryptomus/transaction/{wallet}").seen


@mutant("A wallet never looks paid, although its money has come.", _paid_wallet)
def wallet_never_paid(parts: Parts) -> None:
    parts.results(lambda wallet: {**wallet, "status": "check"}, "v3.transaction")


@mutant("A wallet asks for another amount than was asked for.", _paid_wallet)
def wallet_of_another_amount(parts: Parts) -> None:
    creating = ("v3.wallet", "v2.wallet")
    parts.results(lambda wallet: {**wallet, "amountInUSD": "1.00"}, *creating, "v3.transaction")


def _unpaid(probe: Probe) -> object:
    bob = probe.as_user("bob")
    bob.send("PUT", "customers/pay4bit/invoice/700")
    bob.wait("2h")
    return bob.get("customers/payments").seen


@mutant("A payment that nobody pays stays open.", _unpaid)
def unpaid_payment_stays_open(parts: Parts) -> None:
    class Patient(Payment):
        def settle(self, status: Status) -> Payment:
            return self if status is Status.CANCEL else super().settle(status)

    class Keeper(World):
        def save_payment(self, payment: Payment) -> None:
            super().save_payment(Patient(*payment))

    become(parts.world, Keeper)


def _after_a_coupon(probe: Probe) -> object:
    first = probe.pay(couponCode="TEN").seen, probe.balance_later()
    return first, probe.pay(couponCode="TEN").seen, probe.balance_later()


@mutant("A coupon can be used again and again.", _after_a_coupon)
def coupon_used_twice(parts: Parts) -> None:
    class Lasting(Coupon):
        def spend(self) -> Coupon:
            return self

    parts.coupons(Lasting)


@mutant("A coupon is used up, but gives nothing.", _after_a_coupon)
def coupon_gives_nothing(parts: Parts) -> None:
    class Worthless(Coupon):
        def bonus(self, cents: int) -> int:
            return 0 * cents

    parts.coupons(Worthless)


def _odd_credit(probe: Probe) -> object:
    return probe.pay(1005, couponCode="TEN").status, probe.balance_later()


@mutant("The credit of a coupon is rounded up.", _odd_credit)
def coupon_rounded_up(parts: Parts) -> None:
    class Rounding(Coupon):
        def bonus(self, cents: int) -> int:
            return -super().bonus(-cents)

    parts.coupons(Rounding)


def _card_with_a_coupon(probe: Probe) -> object:
    return probe.send("PUT", "customers/pay4bit/invoice/500", couponCode="TEN").seen


@mutant("A coupon is good for any way to pay.", _card_with_a_coupon)
def coupon_for_any_method(parts: Parts) -> None:
    class Versatile(Coupon):
        def covers(self, _: str, now: Instant) -> bool:
            return super().covers(self.target, now)

    parts.coupons(Versatile)


def _with_an_old_coupon(probe: Probe) -> object:
    probe.wait("31d")
    return probe.pay(couponCode="TEN").seen


@mutant("A coupon never expires.", _with_an_old_coupon)
def expired_coupon_accepted(parts: Parts) -> None:
    class Everlasting(Coupon):
        def covers(self, method: str, _: Instant) -> bool:
            return super().covers(method, self.issued_at)

    parts.coupons(Everlasting)


def _one_coupon_twice(probe: Probe) -> object:
    return probe.pay(couponCode="TEN").seen, probe.pay(couponCode="TEN").seen


@mutant("A coupon can be used for two payments that are open.", _one_coupon_twice)
def coupon_promised_twice(parts: Parts) -> None:
    class Forgetting(World):
        def payments_of(self, customer: Customer) -> Iterator[Payment]:
            return (payment._replace(coupon=None) for payment in super().payments_of(customer))

    become(parts.world, Forgetting)
