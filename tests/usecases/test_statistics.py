"""What an account has ordered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import SECOND
from mockserver.domain.order import State
from mockserver.domain.script import Delivery
from mockserver.usecases.account import Totals, statistics
from mockserver.usecases.ordering import OrderRequest, order_number, refund, request_another
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from mockserver.domain.clock import Instant
    from mockserver.domain.order import Order
    from tests.usecases.conftest import Shop

SMS = Delivery(5 * SECOND, "Your code is 123456", "123456")


def always(at: Instant) -> bool:
    """Take every order."""
    return True


def buy(shop: Shop, country: str = "12", service: str = "ds") -> Order:
    """Order a number as Alice."""
    return order_number(shop.world, shop.alice, OrderRequest(country, service, "any", 100, "", "", failover=True))


def totals(shop: Shop) -> Totals:
    """Return Alice's totals."""
    return statistics(shop.world, shop.alice, always)[0]


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """5 s after its lifetime Alice has one order with an SMS, one returned, one expired, one waiting; each cost 20."""
    shop.plan.deliveries = (SMS,)
    buy(shop)
    shop.plan.deliveries = ()
    refund(shop.world, shop.alice, buy(shop).id)
    buy(shop)
    shop.wait(DEFAULT.lifetime + 5 * SECOND)
    buy(shop)
    return shop


def test_without_orders_everything_is_nothing(shop: Shop) -> None:
    assert totals(shop) == Totals(orders=0, completed=0, outcomes=Counter(), spent=0, refunded=0, received=0)


def test_without_orders_the_success_rate_is_0(shop: Shop) -> None:
    assert totals(shop).success_rate == 0


def test_all_orders_are_counted(busy: Shop) -> None:
    assert totals(busy).orders == 4


def test_orders_without_sms_are_counted_by_their_state(busy: Shop) -> None:
    assert totals(busy).outcomes == {State.REFUNDED: 1, State.EXPIRED: 1, State.WAITING: 1}


def test_an_order_with_an_sms_is_completed_although_it_has_expired(busy: Shop) -> None:
    assert (busy.order("1").state, totals(busy).completed) == (State.EXPIRED, 1)


def test_an_order_that_waits_for_another_sms_is_completed(shop: Shop) -> None:
    shop.plan.deliveries = (SMS,)
    buy(shop)
    shop.wait(5 * SECOND)
    request_another(shop.world, shop.alice, "1")
    assert (totals(shop).completed, totals(shop).outcomes) == (1, Counter())


def test_spent_is_what_was_charged_returned_orders_included(busy: Shop) -> None:
    assert totals(busy).spent == 80


def test_refunded_is_what_came_back(busy: Shop) -> None:
    assert totals(busy).refunded == 20


def test_the_success_rate_is_the_share_of_orders_with_an_sms(busy: Shop) -> None:
    assert totals(busy).success_rate == 0.25


def test_the_success_rate_has_two_decimals() -> None:
    assert Totals(orders=3, completed=2, outcomes=Counter(), spent=0, refunded=0, received=2).success_rate == 0.67


def test_only_orders_of_the_time_asked_for_count(busy: Shop) -> None:
    late, _ = statistics(busy.world, busy.alice, lambda at: at > 0)
    assert (late.orders, late.spent) == (1, 20)


def test_a_refund_counts_with_its_order_whenever_it_was_given(shop: Shop) -> None:
    buy(shop)
    shop.wait(5)
    refund(shop.world, shop.alice, "1")
    placed_at_once, _ = statistics(shop.world, shop.alice, lambda at: at == 0)
    assert placed_at_once.refunded == 20


def test_services_are_listed_the_most_ordered_first(shop: Shop) -> None:
    shop.world.stock.restock(StockKey("46", "telia", "ch"), 1)
    buy(shop, "46", "ch")
    for _ in range(2):
        buy(shop)
    found = statistics(shop.world, shop.alice, always)[1]
    assert [(service.code, part.orders, part.spent) for service, part in found] == [("ds", 2, 40), ("ch", 1, 30)]


def test_of_two_services_equally_ordered_the_order_is_that_of_their_codes(shop: Shop) -> None:
    shop.world.stock.restock(StockKey("46", "telia", "ch"), 1)
    buy(shop)
    buy(shop, "46", "ch")
    assert [service.code for service, _ in statistics(shop.world, shop.alice, always)[1]] == ["ch", "ds"]


def test_totals_by_service_sum_to_the_totals(busy: Shop) -> None:
    total, by_service = statistics(busy.world, busy.alice, always)
    assert sum(part.spent for _, part in by_service) == total.spent


def test_nobody_elses_orders_count(busy: Shop) -> None:
    assert statistics(busy.world, busy.bob, always)[0].orders == 0
