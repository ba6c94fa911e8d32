"""Prices and stock by stock, and what changes them in one world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Offer, Service, Stock, StockKey

if TYPE_CHECKING:
    from collections.abc import Callable

DISCORD = Service("ds", "Discord")
TMOBILE = StockKey("12", "tmobile", "ds")
ATT = StockKey("12", "att", "ds")
VERIZON = StockKey("12", "verizon", "ds")

stocks = st.integers(0, 10**6)


@pytest.fixture
def stock(catalogue: Catalogue) -> Stock:
    return Stock(catalogue)


def stock_keys(stock: Stock, country: str, service: str, carrier: str = "any") -> list[StockKey]:
    """List the stocks of a service in a country for a carrier word."""
    place = stock.catalogue.country(country)
    return stock.stock_keys(place, stock.catalogue.carriers(place, carrier), stock.catalogue.service(service))


def stock_of(offer: Offer, *carriers: Carrier) -> Stock:
    """Make a market of one country and one offer."""
    country = Country("1", "Utopia", "UT", "en", ("1######",), carriers)
    return Stock(Catalogue({"1": country}, {"ds": DISCORD}, {("1", "ds"): offer}))


def test_stocks_stand_from_the_cheapest_to_the_dearest(stock: Stock) -> None:
    assert stock_keys(stock, "12", "ds") == [TMOBILE, ATT, VERIZON]


def test_stocks_of_one_price_stand_by_carrier(stock: Stock) -> None:
    for stock_key in (TMOBILE, ATT, VERIZON):
        stock.reprice(stock_key, 10)
    assert stock_keys(stock, "12", "ds") == [ATT, TMOBILE, VERIZON]


def test_a_new_price_changes_the_order_of_stocks(stock: Stock) -> None:
    stock.reprice(VERIZON, 1)
    assert stock_keys(stock, "12", "ds")[0] == VERIZON


def test_a_carrier_word_leads_to_its_stock_alone(stock: Stock) -> None:
    assert stock_keys(stock, "12", "ds", "att") == [ATT]


def test_a_service_that_is_not_offered_in_a_country_has_no_stock(stock: Stock) -> None:
    assert stock_keys(stock, "46", "ch") == []


@pytest.mark.parametrize(("stock_key", "price"), [(TMOBILE, 16), (ATT, 17), (VERIZON, 18)])
def test_a_price_is_the_offers_by_the_carriers_markup(stock: Stock, stock_key: StockKey, price: int) -> None:
    assert stock.price(stock_key) == price


@pytest.mark.parametrize(("price", "markup", "expected"), [(10, 105, 11), (10, 104, 10), (1, 149, 1), (1, 150, 2)])
def test_half_a_cent_is_rounded_up(price: int, markup: int, expected: int) -> None:
    stock = stock_of(Offer(price, 1, 1.0), Carrier("one", markup, 100))
    assert stock.price(StockKey("1", "one", "ds")) == expected


def test_a_new_price_stands_in_place_of_the_markup(stock: Stock) -> None:
    stock.reprice(VERIZON, 99)
    assert stock.price(VERIZON) == 99


def test_a_price_may_fall_to_nothing(stock: Stock) -> None:
    stock.reprice(VERIZON, 0)
    assert stock.price(VERIZON) == 0


@pytest.mark.parametrize(("stock_key", "expected"), [(TMOBILE, 51), (ATT, 25), (VERIZON, 25)])
def test_a_carrier_has_its_share_and_the_first_what_does_not_divide(
    stock: Stock, stock_key: StockKey, expected: int
) -> None:
    assert stock.left(stock_key) == expected


@given(stocks, st.lists(st.integers(0, 100), min_size=2, max_size=2).map(sorted))
@settings(deadline=None)
def test_the_shares_of_carriers_sum_to_the_offers_stock(amount: int, cuts: list[int]) -> None:
    parts = (cuts[0], cuts[1] - cuts[0], 100 - cuts[1])
    carriers = [Carrier(f"carrier {n}", 100, share) for n, share in enumerate(parts)]
    stock = stock_of(Offer(1, amount, 1.0), *carriers)
    assert sum(stock.left(StockKey("1", carrier.name, "ds")) for carrier in carriers) == amount


@given(stocks, st.lists(st.integers(0, 100), min_size=2, max_size=2).map(sorted))
@settings(deadline=None)
def test_no_share_is_negative(amount: int, cuts: list[int]) -> None:
    parts = (cuts[0], cuts[1] - cuts[0], 100 - cuts[1])
    carriers = [Carrier(f"carrier {n}", 100, share) for n, share in enumerate(parts)]
    stock = stock_of(Offer(1, amount, 1.0), *carriers)
    assert min(stock.left(StockKey("1", carrier.name, "ds")) for carrier in carriers) >= 0


def test_a_sale_takes_one_number_off_its_stock(stock: Stock) -> None:
    assert stock.take(ATT) == stock.left(ATT) == 24


def test_a_sale_leaves_other_stocks_alone(stock: Stock) -> None:
    stock.take(ATT)
    assert stock.left(VERIZON) == 25


def test_the_last_number_leaves_none(stock: Stock) -> None:
    stock.restock(ATT, 1)
    assert stock.take(ATT) == 0


def test_an_empty_stock_cannot_sell(stock: Stock) -> None:
    stock.restock(ATT, 0)
    with pytest.raises(ValueError, match="is empty"):
        stock.take(ATT)


def test_a_sale_refused_leaves_the_stock_at_nothing(stock: Stock) -> None:
    stock.restock(ATT, 0)
    with pytest.raises(ValueError, match="is empty"):
        stock.take(ATT)
    assert stock.left(ATT) == 0


def test_the_front_is_the_cheapest_stock_with_stock(stock: Stock) -> None:
    stock.restock(TMOBILE, 0)
    assert stock.front(stock_keys(stock, "12", "ds")) == ATT


def test_without_any_stock_the_front_is_the_cheapest_stock(stock: Stock) -> None:
    stock.spread([TMOBILE, ATT, VERIZON], 0)
    assert stock.front(stock_keys(stock, "12", "ds")) == TMOBILE


@pytest.mark.parametrize(("shared", "left"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (11, [7, 2, 2]), (100, [50, 25, 25])])
def test_spread_gives_each_carrier_its_share_and_the_first_what_is_left_over(
    stock: Stock, shared: int, left: list[int]
) -> None:
    stock.spread([TMOBILE, VERIZON, ATT], shared)
    assert [stock.left(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == left


def test_spread_over_one_stock_gives_it_everything(stock: Stock) -> None:
    stock.spread([ATT], 11)
    assert stock.left(ATT) == 11


def test_spread_shares_out_as_the_catalogue_does(stock: Stock) -> None:
    stock_keys = [TMOBILE, VERIZON, ATT]
    before = [stock.left(stock_key) for stock_key in stock_keys]
    stock.spread(stock_keys, sum(before))
    assert [stock.left(stock_key) for stock_key in stock_keys] == before


@pytest.mark.parametrize(("stock_key", "price"), [(TMOBILE, 30), (VERIZON, 33), (ATT, 32)])
def test_a_carrier_marks_up_another_price_of_the_offer_as_well(stock: Stock, stock_key: StockKey, price: int) -> None:
    assert stock.marked_up(stock_key, 30) == price


@given(stocks, st.integers(1, 3))
@settings(deadline=None)
def test_spread_gives_out_every_number(catalogue: Catalogue, amount: int, count: int) -> None:
    stock = Stock(catalogue)
    spread = [TMOBILE, ATT, VERIZON][:count]
    stock.spread(spread, amount)
    assert sum(map(stock.left, spread)) == amount


@pytest.mark.parametrize(
    "change",
    [
        lambda stock: stock.take(ATT),
        lambda stock: stock.reprice(ATT, 99),
        lambda stock: stock.restock(ATT, 3),
        lambda stock: stock.spread([ATT], 3),
    ],
    ids=["take", "reprice", "restock", "spread"],
)
def test_a_change_in_one_stock_does_not_reach_another(catalogue: Catalogue, change: Callable[[Stock], None]) -> None:
    changed, untouched = Stock(catalogue), Stock(catalogue)
    change(changed)
    assert (untouched.price(ATT), untouched.left(ATT)) == (17, 25)
