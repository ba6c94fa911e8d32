"""A small shop with one customer, and a script that does as a test tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Offer, Service
from mockserver.domain.clock import Clock
from mockserver.domain.customer import Customer
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.payment import Currency
from mockserver.domain.script import (
    Assignment,
    Attempt,
    Delivery,
    PreOrderEffect,
    Purchase,
    Renewal,
    Restocking,
    Settlement,
    Terms,
    Transfer,
)
from mockserver.domain.settlement import settle
from mockserver.domain.world import World
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.catalogue import StockKey
    from mockserver.domain.order import Order
    from mockserver.domain.payment import Payment

OPENING = 1_000
NOTHING = PreOrderEffect()


@dataclass
class Plan:
    """A script without chance: ids and numbers count up, and what comes is what the fields say."""

    deliveries: tuple[Delivery, ...] = ()
    settlement: Settlement | None = None
    restock: Restocking | None = None
    lifetime: int = DEFAULT.lifetime
    in_the_way: PreOrderEffect = NOTHING
    attempts: list[Attempt] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    secret: int = 1

    def pre_order_effect(self, attempt: Attempt) -> PreOrderEffect:
        self.attempts.append(attempt)
        return self.in_the_way

    def assign(self, purchase: Purchase) -> Assignment:
        self.purchases.append(purchase)
        number = str(purchase.nth)
        return Assignment(number, f"1202555{number:>04}", purchase.attempt.at + self.lifetime, self.deliveries)

    def another(self, order: Order, at: int) -> Renewal:  # noqa: ARG002 - all orders are alike
        return Renewal(at + self.lifetime, self.deliveries)

    def terms(self, transfer: Transfer) -> Terms:
        name = f"payment-{transfer.nth}"
        address = f"address-{transfer.nth}" if transfer.currency else ""
        return Terms(name, "session", "page", address, "signature", self.settlement)

    def restocking(self, stock_key: StockKey) -> Restocking | None:  # noqa: ARG002 - all shelves are alike
        return self.restock


class Shop:
    """A world with the account `alice` of ten dollars, and the plan that it follows. Its clock stands at 0."""

    def __init__(self, catalogue: Catalogue) -> None:
        tether = Currency("USDT", "BSC", Decimal("1.002"), 2, "0x")
        self.plan = Plan()
        self.world = World(
            catalogue, {("USDT", "BSC"): tether}, Clock(0, pace=0, wall=lambda: 0), self.plan, rules=DEFAULT
        )
        self.world.open_account(Customer("alice"), ["alice-key"])
        self.world.open_account(Customer("bob"), ["bob-key"])
        self.world.ledger.post(Entry(0, "alice", EntryKind.OPENING, OPENING, "alice"))

    @property
    def alice(self) -> Customer:
        """Alice as she is now."""
        return self.world.customers["alice"]

    @property
    def bob(self) -> Customer:
        """Bob, who has nothing."""
        return self.world.customers["bob"]

    @property
    def balance(self) -> int:
        """What Alice has."""
        return self.world.ledger.balance("alice")

    def order(self, order_id: str = "1") -> Order:
        """An order as it is now."""
        return self.world.order(order_id)

    def payment(self, payment_id: str = "payment-1") -> Payment:
        """A payment as it is now."""
        return self.world.payment(payment_id)

    def wait(self, duration: int) -> None:
        """Let milliseconds pass, and settle."""
        self.world.clock.advance(duration)
        settle(self.world)

    def facts(self) -> tuple[object, ...]:
        """Everything that a refused use case must leave alone."""
        world = self.world
        customers = list(world.customers.values())
        return (
            customers,
            list(world.ledger),
            [list(world.orders_of(customer)) for customer in customers],
            [list(world.payments_of(customer)) for customer in customers],
            [world.coupons_of(customer) for customer in customers],
            dict(world.stock.stocks),
            len(world.schedule),
        )


@pytest.fixture(scope="session")
def make_shop() -> Callable[[], Shop]:
    """Makes shops: Discord in the United States with three carriers, dearer in Sweden; Chat in Sweden only."""
    united_states = Country(
        "12",
        "United States",
        "US",
        "en",
        ("1202555####",),
        (Carrier("tmobile", 100, 50), Carrier("verizon", 110, 25), Carrier("att", 150, 25)),
    )
    sweden = Country("46", "Sweden", "SE", "sv", ("46701740###",), (Carrier("telia", 100, 100),))
    catalogue = Catalogue(
        countries={"12": united_states, "46": sweden},
        services={"ds": Service("ds", "Discord"), "ch": Service("ch", "Chat")},
        offers={("12", "ds"): Offer(20, 100, 0.9), ("46", "ds"): Offer(40, 7, 0.8), ("46", "ch"): Offer(30, 0, 0.5)},
    )
    return lambda: Shop(catalogue)


@pytest.fixture
def shop(make_shop: Callable[[], Shop]) -> Shop:
    """A shop whose script does nothing until it is told."""
    return make_shop()
