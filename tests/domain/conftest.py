"""A small catalogue, and worlds without a script but for this: what runs out never comes back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Offer, Service
from mockserver.domain.clock import Clock
from mockserver.domain.customer import Customer
from mockserver.domain.order import Order
from mockserver.domain.payment import Payment
from mockserver.domain.world import World
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.script import Script

ALICE = Customer("alice")
BOB = Customer("bob")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Two countries, two services; Chat is not offered in Sweden."""
    united_states = Country(
        code="12",
        name="United States",
        region="US",
        language="en",
        numbers=("120255501##",),
        carriers=(Carrier("tmobile", 100, 50), Carrier("verizon", 110, 25), Carrier("att", 105, 25)),
    )
    sweden = Country("46", "Sweden", "SE", "sv", ("46701740###",), (Carrier("telia", 100, 100),))
    return Catalogue(
        countries={"12": united_states, "46": sweden},
        services={"ds": Service("ds", "Discord"), "ch": Service("ch", "Chat")},
        offers={("12", "ds"): Offer(16, 101, 0.9), ("12", "ch"): Offer(30, 0, 0.5), ("46", "ds"): Offer(40, 7, 0.8)},
    )


@pytest.fixture(scope="session")
def make_world(catalogue: Catalogue) -> Callable[[], World]:
    """Makes worlds of Alice and Bob whose clock stands at 0 until it is told to move."""

    def make_world() -> World:
        world = World(
            catalogue,
            {},
            Clock(0, pace=0, wall=lambda: 0),
            cast("Script", SimpleNamespace(restocking=lambda _: None)),
            rules=DEFAULT,
        )
        world.open_account(ALICE, ["alice-key", "shared-key"])
        world.open_account(BOB, ["bob-key", "shared-key"])
        return world

    return make_world


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    """A world of Alice and Bob."""
    return make_world()


@pytest.fixture(scope="session")
def order() -> Order:
    """Alice's order, placed at 0 and waiting."""
    return Order(
        id="1",
        customer="alice",
        country="12",
        carrier="any",
        service="ds",
        phone="12025550100",
        price=16,
        ordered_at=0,
        expires_at=1_200_000,
    )


@pytest.fixture(scope="session")
def payment() -> Payment:
    """Alice's open payment of five dollars."""
    return Payment(
        id="p",
        session="session",
        page="page",
        customer="alice",
        method="crypto",
        provider="cryptomus",
        cents=500,
        created_at=0,
        expires_at=3_600_000,
        url="https://pay.example/page",
    )
