"""Ordering a number: prices, quotes, carriers, stock, and what the script decides."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.domain.clock import MINUTE
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import State
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import PreOrderEffect, Restocking
from mockserver.usecases.lookup import listing, quoted, shown
from mockserver.usecases.ordering import OrderRequest, order_number
from tests.rules import DEFAULT
from tests.usecases.orders import ATT, DISCORD, TELIA, TMOBILE, VERIZON, buy, refused, sell_out

if TYPE_CHECKING:
    from tests.usecases.conftest import Shop


def test_an_order_waits_with_its_number_until_its_end(shop: Shop) -> None:
    order = buy(shop)
    assert (order.state, order.phone, order.expires_at) == (State.WAITING, "12025550001", DEFAULT.lifetime)


def test_an_order_is_stored_as_it_was_answered(shop: Shop) -> None:
    assert buy(shop) == shop.order("1")


def test_an_order_is_charged_at_once(shop: Shop) -> None:
    buy(shop)
    assert list(shop.world.ledger)[1:] == [Entry(0, "alice", EntryKind.CHARGE, -20, "1")]


def test_an_order_takes_one_number_off_the_stock(shop: Shop) -> None:
    buy(shop)
    assert shop.world.stock.left(TMOBILE) == 49


def test_a_country_may_be_given_by_its_name(shop: Shop) -> None:
    assert buy(shop, DISCORD._replace(country="united states")).country == "12"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (DISCORD._replace(country="99"), Reason.UNKNOWN_COUNTRY),
        (DISCORD._replace(carrier="telia"), Reason.UNKNOWN_CARRIER),
        (DISCORD._replace(service="xx"), Reason.UNKNOWN_SERVICE),
        (DISCORD._replace(service="ch"), Reason.UNKNOWN_SERVICE),
        (DISCORD._replace(maximum=19), Reason.PRICE_CHANGED),
        (DISCORD._replace(m="stale", n="stale"), Reason.PRICE_CHANGED),
        (DISCORD._replace(country="46", service="ch"), Reason.NO_NUMBERS),
    ],
    ids=["country", "carrier", "service", "service not offered there", "maximum", "quote", "stock"],
)
def test_what_cannot_be_ordered_is_refused(shop: Shop, request_: OrderRequest, reason: Reason) -> None:
    assert refused(lambda: buy(shop, request_)) is reason


def test_an_order_without_a_maximum_is_served_at_any_price(shop: Shop) -> None:
    shop.world.stock.reprice(TMOBILE, 999)
    sell_out(shop, VERIZON, ATT)
    assert buy(shop, DISCORD._replace(maximum=None)).price == 999


def test_another_carrier_takes_over_at_any_price_without_a_maximum(shop: Shop) -> None:
    shop.world.stock.reprice(ATT, 999)
    sell_out(shop, TMOBILE, VERIZON)
    assert buy(shop, DISCORD._replace(carrier="verizon", maximum=None)).carrier == "att"


@pytest.mark.parametrize("change", [{"maximum": 19}, {"m": "stale", "n": "stale"}], ids=["maximum", "quote"])
def test_who_is_refused_for_the_price_learns_what_is_for_sale(shop: Shop, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        buy(shop, DISCORD._replace(**change))
    assert refusal.value.offer == listing(shop.world, "12", "any", "ds")


def test_who_is_refused_for_anything_else_does_not(shop: Shop) -> None:
    with pytest.raises(Refusal) as refusal:
        order_number(shop.world, shop.bob, DISCORD)
    assert refusal.value.offer is None


def test_an_order_above_the_balance_is_refused(shop: Shop) -> None:
    assert refused(lambda: order_number(shop.world, shop.bob, DISCORD)) is Reason.INSUFFICIENT_BALANCE


def test_the_whole_balance_can_be_spent(shop: Shop) -> None:
    shop.world.stock.reprice(TMOBILE, shop.balance)
    sell_out(shop, VERIZON, ATT)
    buy(shop, DISCORD._replace(maximum=shop.balance))
    assert shop.balance == 0


def test_the_tiers_factor_lowers_the_price(shop: Shop) -> None:
    shop.world.save_customer(shop.alice.charged(8000))
    assert buy(shop).price == 16


def test_the_price_paid_is_the_price_charged(shop: Shop) -> None:
    shop.world.save_customer(shop.alice.charged(2000))
    assert shop.world.ledger.balance("alice") - buy(shop).price == shop.balance


def test_a_maximum_of_just_the_price_is_enough(shop: Shop) -> None:
    assert buy(shop, DISCORD._replace(maximum=20)).price == 20


def test_a_maximum_is_held_against_the_price_after_the_discount(shop: Shop) -> None:
    shop.world.save_customer(shop.alice.charged(8000))
    assert buy(shop, DISCORD._replace(maximum=16)).price == 16


@pytest.mark.parametrize("carrier", ["any", "verizon"])
def test_a_fresh_quote_is_confirmed(shop: Shop, carrier: str) -> None:
    seen = quoted(shop.world, listing(shop.world, "12", carrier, "ds"))
    assert buy(shop, DISCORD._replace(carrier=carrier, m=seen.m, n=seen.n)).price == seen.price


def test_a_quote_goes_stale_when_the_price_changes(shop: Shop) -> None:
    seen = quoted(shop.world, listing(shop.world, "12", "any", "ds"))
    shop.world.stock.reprice(TMOBILE, 21)
    assert refused(lambda: buy(shop, DISCORD._replace(m=seen.m, n=seen.n))) is Reason.PRICE_CHANGED


def test_a_quote_goes_stale_when_the_cheapest_stock_runs_empty(shop: Shop) -> None:
    seen = quoted(shop.world, listing(shop.world, "12", "any", "ds"))
    sell_out(shop, TMOBILE)
    assert refused(lambda: buy(shop, DISCORD._replace(m=seen.m, n=seen.n))) is Reason.PRICE_CHANGED


def test_a_quote_of_a_carrier_that_is_dearer_finds_no_numbers_when_all_are_sold(shop: Shop) -> None:
    sell_out(shop, TMOBILE)
    seen = quoted(shop.world, listing(shop.world, "12", "any", "ds"))
    sell_out(shop, VERIZON, ATT)
    assert refused(lambda: buy(shop, DISCORD._replace(m=seen.m, n=seen.n))) is Reason.NO_NUMBERS


def test_a_stale_quote_does_not_buy_from_another_carrier(shop: Shop) -> None:
    sell_out(shop, ATT)
    request = DISCORD._replace(carrier="att", m="stale", n="stale")
    assert refused(lambda: buy(shop, request)) is Reason.PRICE_CHANGED


def test_a_quote_of_a_carrier_that_was_sold_out_buys_from_another(shop: Shop) -> None:
    seen = quoted(shop.world, listing(shop.world, "12", "att", "ds"))
    sell_out(shop, ATT)
    assert buy(shop, DISCORD._replace(carrier="att", m=seen.m, n=seen.n)).carrier == "tmobile"


def test_a_stale_quote_is_told_before_a_price_above_the_maximum(shop: Shop) -> None:
    shop.world.rules = DEFAULT._replace(above_maximum=Reason.NO_NUMBERS)
    request = DISCORD._replace(maximum=19, m="stale", n="stale")
    assert refused(lambda: buy(shop, request)) is Reason.PRICE_CHANGED


def test_a_quote_for_one_carrier_does_not_buy_from_another(shop: Shop) -> None:
    seen = quoted(shop.world, listing(shop.world, "12", "tmobile", "ds"))
    assert refused(lambda: buy(shop, DISCORD._replace(carrier="att", m=seen.m, n=seen.n))) is Reason.PRICE_CHANGED


def test_a_quote_holds_when_an_order_is_retried_after_stock_came_back(shop: Shop) -> None:
    seen = quoted(shop.world, listing(shop.world, "46", "any", "ds"))
    request = DISCORD._replace(country="46", m=seen.m, n=seen.n)
    sell_out(shop, TELIA)
    with suppress(Refusal):
        buy(shop, request)
    shop.world.stock.restock(TELIA, 1)
    assert buy(shop, request).price == 40


def test_an_order_for_any_carrier_is_served_by_the_cheapest_with_stock(shop: Shop) -> None:
    sell_out(shop, TMOBILE)
    buy(shop)
    assert shop.plan.purchases[-1].stock_key == VERIZON


def test_an_order_for_any_carrier_keeps_that_word(shop: Shop) -> None:
    assert buy(shop).carrier == "any"


def test_an_order_for_a_carrier_is_served_by_it(shop: Shop) -> None:
    order = buy(shop, DISCORD._replace(carrier="att"))
    assert (order.carrier, order.price) == ("att", 30)


def test_with_failover_another_carrier_serves(shop: Shop) -> None:
    sell_out(shop, ATT)
    order = buy(shop, DISCORD._replace(carrier="att"))
    assert (order.carrier, order.price) == ("tmobile", 20)


def test_without_failover_no_other_carrier_serves(shop: Shop) -> None:
    sell_out(shop, ATT)
    assert refused(lambda: buy(shop, DISCORD._replace(carrier="att", failover=False))) is Reason.NO_NUMBERS


def test_without_failover_any_still_means_all_carriers(shop: Shop) -> None:
    sell_out(shop, TMOBILE, VERIZON)
    buy(shop, DISCORD._replace(failover=False))
    assert shop.plan.purchases[-1].stock_key == ATT


def test_failover_never_serves_above_the_maximum(shop: Shop) -> None:
    sell_out(shop, TMOBILE)
    assert refused(lambda: buy(shop, DISCORD._replace(carrier="tmobile", maximum=21))) is Reason.NO_NUMBERS


def test_failover_is_for_lack_of_stock_and_not_for_the_price(shop: Shop) -> None:
    assert refused(lambda: buy(shop, DISCORD._replace(carrier="att", maximum=29))) is Reason.PRICE_CHANGED


def test_a_country_that_is_sold_out_has_no_numbers(shop: Shop) -> None:
    sell_out(shop, TMOBILE, VERIZON, ATT)
    assert refused(lambda: buy(shop)) is Reason.NO_NUMBERS


def test_orders_are_counted_over_the_world_and_in_their_country(shop: Shop) -> None:
    buy(shop)
    buy(shop, DISCORD._replace(country="46"))
    buy(shop)
    assert [(order.nth, order.nth_in_country) for order in shop.plan.purchases] == [(1, 1), (2, 1), (3, 2)]


def test_an_empty_stock_fills_again_as_planned(shop: Shop) -> None:
    shop.plan.restock = Restocking(2 * MINUTE, 20)
    shop.world.stock.restock(TMOBILE, 1)
    buy(shop)
    shop.wait(2 * MINUTE)
    assert shop.world.stock.left(TMOBILE) == 20


def test_an_empty_stock_stays_empty_until_then(shop: Shop) -> None:
    shop.plan.restock = Restocking(2 * MINUTE, 20)
    shop.world.stock.restock(TMOBILE, 1)
    buy(shop)
    shop.wait(2 * MINUTE - 1)
    assert shop.world.stock.left(TMOBILE) == 0


def test_a_stock_with_numbers_left_is_not_filled(shop: Shop) -> None:
    shop.plan.restock = Restocking(2 * MINUTE, 20)
    buy(shop)
    shop.wait(2 * MINUTE)
    assert shop.world.stock.left(TMOBILE) == 49


def test_numbers_that_come_back_do_not_undo_a_change_made_meanwhile(shop: Shop) -> None:
    shop.plan.restock = Restocking(2 * MINUTE, 20)
    shop.world.stock.restock(TMOBILE, 1)
    buy(shop)
    shop.world.stock.restock(TMOBILE, 5)
    shop.wait(2 * MINUTE)
    assert shop.world.stock.left(TMOBILE) == 5


def test_the_script_is_asked_before_anything_is_decided(shop: Shop) -> None:
    buy(shop, DISCORD._replace(country="United States", carrier="verizon"))
    (attempt,) = shop.plan.attempts
    assert (attempt.customer, attempt.country, attempt.carrier, attempt.service) == ("alice", "12", "verizon", "ds")
    assert (attempt.price, attempt.at) == (22, 0)


def test_an_order_that_cannot_be_paid_is_not_put_to_the_script(shop: Shop) -> None:
    with suppress(Refusal):
        order_number(shop.world, shop.bob, DISCORD)
    assert shop.plan.purchases == []


def test_the_script_may_refuse_an_order(shop: Shop) -> None:
    shop.plan.in_the_way = PreOrderEffect(refusal=Reason.NO_NUMBERS)
    assert refused(lambda: buy(shop)) is Reason.NO_NUMBERS


def test_the_script_may_change_the_price_as_an_order_is_asked_for(shop: Shop) -> None:
    shop.plan.in_the_way = PreOrderEffect(price=25)
    assert buy(shop).price == 25


def test_a_price_that_changes_so_changes_for_every_carrier_that_was_asked_for(shop: Shop) -> None:
    shop.plan.in_the_way = PreOrderEffect(price=30)
    buy(shop)
    assert [shop.world.stock.price(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == [30, 33, 45]


def test_a_price_that_changes_so_is_that_of_the_carrier_in_front(shop: Shop) -> None:
    sell_out(shop, TMOBILE)
    shop.plan.in_the_way = PreOrderEffect(price=33)
    assert buy(shop).price == 33
    assert [shop.world.stock.price(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == [30, 33, 45]


def test_a_price_that_changes_so_from_nothing_is_the_same_for_every_carrier(shop: Shop) -> None:
    for stock_key in (TMOBILE, VERIZON, ATT):
        shop.world.stock.reprice(stock_key, 0)
    shop.plan.in_the_way = PreOrderEffect(price=30)
    buy(shop)
    assert [shop.world.stock.price(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == [30, 30, 30]


def test_a_price_that_changes_so_changes_for_the_carrier_alone_that_was_asked_for(shop: Shop) -> None:
    shop.plan.in_the_way = PreOrderEffect(price=25)
    buy(shop, DISCORD._replace(carrier="att"))
    assert [shop.world.stock.price(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == [20, 22, 25]


def test_a_price_that_changes_so_makes_the_quote_stale(shop: Shop) -> None:
    seen = quoted(shop.world, listing(shop.world, "12", "any", "ds"))
    shop.plan.in_the_way = PreOrderEffect(price=25)
    assert refused(lambda: buy(shop, DISCORD._replace(m=seen.m, n=seen.n))) is Reason.PRICE_CHANGED


def test_a_price_of_nothing_is_a_price(shop: Shop) -> None:
    shop.plan.in_the_way = PreOrderEffect(price=0)
    assert buy(shop).price == 0


def test_the_rules_say_why_a_price_above_the_maximum_is_refused(shop: Shop) -> None:
    shop.world.rules = DEFAULT._replace(above_maximum=Reason.NO_NUMBERS)
    assert refused(lambda: buy(shop, DISCORD._replace(maximum=19))) is Reason.NO_NUMBERS


def test_a_quote_of_a_shown_discount_is_for_the_customers_own_price(shop: Shop) -> None:
    shop.world.rules = DEFAULT._replace(discount="shown")
    shop.world.save_customer(shop.alice.charged(8000))
    seen = quoted(shop.world, shown(shop.world, shop.alice, listing(shop.world, "12", "any", "ds")))
    assert buy(shop, DISCORD._replace(m=seen.m, n=seen.n)).price == seen.price == 16
