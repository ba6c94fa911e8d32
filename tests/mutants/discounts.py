"""Mutants that take off too much, too little, or at the wrong time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.customer import Customer, Tier
from tests.mutants.mutant import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.parts import Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _discount(parts: Parts, apply: Callable[[Tier, int], int]) -> None:
    """Let every price with a discount be what comes of the tier and the list price."""

    class Discounting(Tier):
        def apply(self, price: int) -> int:
            return apply(Tier(*self), price)

    class Discounted(Customer):
        @property
        def tier(self) -> Tier:
            return Discounting(*super().tier)

    parts.customers(Discounted)


def _after_an_order(probe: Probe) -> object:
    return probe.try_order().result["purchasePrice"], probe.balance()


@mutant("The discount is applied to the price that is discounted already.", _after_an_order)
def discount_applied_twice(parts: Parts) -> None:
    _discount(parts, lambda tier, price: tier.apply(tier.apply(price)))


@mutant("The discount is shown, but not applied.", _after_an_order)
def discount_not_applied(parts: Parts) -> None:
    _discount(parts, lambda _, price: price)


def _odd_price(probe: Probe) -> object:
    return probe.try_order("go", country="95", carrier="du").seen


@mutant("A discount is rounded down to whole cents.", _odd_price)
def discount_rounded_down(parts: Parts) -> None:
    _discount(parts, lambda tier, price: price * tier.percent // 100)


def _after_a_payment(probe: Probe) -> object:
    bob = probe.as_user("bob")
    bob.pay(2000)
    bob.wait("11s")
    return bob.get("customers/balance").seen


@mutant("A discount begins one cent above its threshold.", _after_a_payment)
def discount_a_cent_late(parts: Parts) -> None:
    class Late(Customer):
        @property
        def tier(self) -> Tier:
            return Customer(*self._replace(total_charges=max(0, self.total_charges - 1))).tier

    parts.customers(Late)


@mutant("A payment does not count towards the discount.", _after_a_payment)
def charges_do_not_grow(parts: Parts) -> None:
    class Stuck(Customer):
        def charged(self, cents: int) -> Customer:
            return super().charged(0 * cents)

    parts.customers(Stuck)
