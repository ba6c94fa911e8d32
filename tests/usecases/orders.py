"""What tests of orders need: stocks, requests, and Alice, who orders and receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import SECOND
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import Delivery
from mockserver.usecases.ordering import OrderRequest, order_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.order import Order
    from tests.usecases.conftest import Shop

TMOBILE = StockKey("12", "tmobile", "ds")
VERIZON = StockKey("12", "verizon", "ds")
ATT = StockKey("12", "att", "ds")
TELIA = StockKey("46", "telia", "ds")
DISCORD = OrderRequest("12", "ds", "any", maximum=100, m="", n="", failover=True)
SMS = Delivery(5 * SECOND, "Your code is 123456", "123456")


def buy(shop: Shop, request: OrderRequest = DISCORD) -> Order:
    """Order as Alice."""
    return order_number(shop.world, shop.alice, request)


def refused(ask: Callable[[], object]) -> Reason:
    """Return why something is refused."""
    with pytest.raises(Refusal) as refusal:
        ask()
    return refusal.value.reason


def sell_out(shop: Shop, *stock_keys: StockKey) -> None:
    """Empty stocks."""
    for stock_key in stock_keys:
        shop.world.stock.restock(stock_key, 0)


def completed(shop: Shop) -> Shop:
    """Let Alice order and get her SMS after five seconds."""
    shop.plan.deliveries = (SMS,)
    buy(shop)
    shop.wait(5 * SECOND)
    return shop
