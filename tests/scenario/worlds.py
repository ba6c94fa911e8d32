"""What tests of scenario worlds need: texts of scenarios, and what a customer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.catalogue import StockKey
from mockserver.domain.settlement import settle
from mockserver.simulation.units import instant
from mockserver.usecases.ordering import OrderRequest, order_number

if TYPE_CHECKING:
    from mockserver.domain.order import Order
    from mockserver.domain.world import World


WALL = 1_750_000_000_000
START = instant("2025-06-01 12:00:00")
HEAD = """\
description: A test.
clock: {mode: manual, start: "2025-06-01 12:00:00"}
"""
DEMO = f"{HEAD}accounts: [{{userId: demo, key: k, balance: 1000}}]\n"
TMOBILE, VERIZON, ATT = (StockKey("12", carrier, "ds") for carrier in ("tmobile", "verizon", "att"))


def account(text: str) -> str:
    """Write a scenario of one account with these fields."""
    return f"{HEAD}accounts: [{{userId: demo, key: k, {text}}}]\n"


def past_order(text: str = "") -> str:
    """Write an account of 500 cents with a past order of 16 cents."""
    order = f'{{orderId: "7", country: "12", service: ds, phoneNumber: "1234567890", price: 16{text}}}'
    return account(f"balance: 500, orders: [{order}]")


def buy(world: World, user: str = "demo", country: str = "12", service: str = "ds") -> Order:
    """Order a number."""
    request = OrderRequest(country, service, "any", maximum=1000, m="", n="", failover=True)
    return order_number(world, world.customers[user], request)


def wait(world: World, duration: int) -> None:
    """Let time pass, and settle."""
    world.clock.advance(duration)
    settle(world)
