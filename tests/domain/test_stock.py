"""Prices and stock by shelf, and what changes them in one world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Market, Offer, Service, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

DISCORD = Service("ds", "Discord")
TMOBILE = Shelf("12", "tmobile", "ds")
ATT = Shelf("12", "att", "ds")
VERIZON = Shelf("12", "verizon", "ds")

stocks = st.integers(0, 10**6)


@pytest.fixture
def market(catalogue: Catalogue) -> Market:
    return Market(catalogue)


def shelves(market: Market, country: str, service: str, carrier: str = "any") -> list[Shelf]:
    """List the shelves of a service in a country for a carrier word."""
    place = market.catalogue.country(country)
    return market.shelves(place, market.catalogue.carriers(place, carrier), market.catalogue.service(service))


def market_of(offer: Offer, *carriers: Carrier) -> Market:
    """Make a market of one country and one offer."""
    country = Country("1", "Utopia", "UT", "en", ("1######",), carriers)
    return Market(Catalogue({"1": country}, {"ds": DISCORD}, {("1", "ds"): offer}))


def test_shelves_stand_from_the_cheapest_to_the_dearest(market: Market) -> None:
    assert shelves(market, "12", "ds") == [TMOBILE, ATT, VERIZON]


def test_shelves_of_one_price_stand_by_carrier(market: Market) -> None:
    for shelf in (TMOBILE, ATT, VERIZON):
        market.reprice(shelf, 10)
    assert shelves(market, "12", "ds") == [ATT, TMOBILE, VERIZON]


def test_a_new_price_changes_the_order_of_shelves(market: Market) -> None:
    market.reprice(VERIZON, 1)
    assert shelves(market, "12", "ds")[0] == VERIZON


def test_a_carrier_word_leads_to_its_shelf_alone(market: Market) -> None:
    assert shelves(market, "12", "ds", "att") == [ATT]


def test_a_service_that_is_not_offered_in_a_country_has_no_shelf(market: Market) -> None:
    assert shelves(market, "46", "ch") == []


@pytest.mark.parametrize(("shelf", "price"), [(TMOBILE, 16), (ATT, 17), (VERIZON, 18)])
def test_a_price_is_the_offers_by_the_carriers_markup(market: Market, shelf: Shelf, price: int) -> None:
    assert market.price(shelf) == price


@pytest.mark.parametrize(("price", "markup", "expected"), [(10, 105, 11), (10, 104, 10), (1, 149, 1), (1, 150, 2)])
def test_half_a_cent_is_rounded_up(price: int, markup: int, expected: int) -> None:
    market = market_of(Offer(price, 1, 1.0), Carrier("one", markup, 100))
    assert market.price(Shelf("1", "one", "ds")) == expected


def test_a_new_price_stands_in_place_of_the_markup(market: Market) -> None:
    market.reprice(VERIZON, 99)
    assert market.price(VERIZON) == 99


def test_a_price_may_fall_to_nothing(market: Market) -> None:
    market.reprice(VERIZON, 0)
    assert market.price(VERIZON) == 0


@pytest.mark.parametrize(("shelf", "stock"), [(TMOBILE, 51), (ATT, 25), (VERIZON, 25)])
def test_a_carrier_has_its_share_and_the_first_what_does_not_divide(market: Market, shelf: Shelf, stock: int) -> None:
    assert market.stock(shelf) == stock


@given(stocks, st.lists(st.integers(0, 100), min_size=2, max_size=2).map(sorted))
@settings(deadline=None)
def test_the_shares_of_carriers_sum_to_the_offers_stock(stock: int, cuts: list[int]) -> None:
    parts = (cuts[0], cuts[1] - cuts[0], 100 - cuts[1])
    carriers = [Carrier(f"carrier {n}", 100, share) for n, share in enumerate(parts)]
    market = market_of(Offer(1, stock, 1.0), *carriers)
    assert sum(market.stock(Shelf("1", carrier.name, "ds")) for carrier in carriers) == stock


@given(stocks, st.lists(st.integers(0, 100), min_size=2, max_size=2).map(sorted))
@settings(deadline=None)
def test_no_share_is_negative(stock: int, cuts: list[int]) -> None:
    parts = (cuts[0], cuts[1] - cuts[0], 100 - cuts[1])
    carriers = [Carrier(f"carrier {n}", 100, share) for n, share in enumerate(parts)]
    market = market_of(Offer(1, stock, 1.0), *carriers)
    assert min(market.stock(Shelf("1", carrier.name, "ds")) for carrier in carriers) >= 0


def test_a_sale_takes_one_number_off_its_shelf(market: Market) -> None:
    assert market.take(ATT) == market.stock(ATT) == 24


def test_a_sale_leaves_other_shelves_alone(market: Market) -> None:
    market.take(ATT)
    assert market.stock(VERIZON) == 25


def test_the_last_number_leaves_none(market: Market) -> None:
    market.restock(ATT, 1)
    assert market.take(ATT) == 0


def test_an_empty_shelf_cannot_sell(market: Market) -> None:
    market.restock(ATT, 0)
    with pytest.raises(ValueError, match="is empty"):
        market.take(ATT)


def test_a_sale_refused_leaves_the_stock_at_nothing(market: Market) -> None:
    market.restock(ATT, 0)
    with pytest.raises(ValueError, match="is empty"):
        market.take(ATT)
    assert market.stock(ATT) == 0


def test_the_front_is_the_cheapest_shelf_with_stock(market: Market) -> None:
    market.restock(TMOBILE, 0)
    assert market.front(shelves(market, "12", "ds")) == ATT


def test_without_any_stock_the_front_is_the_cheapest_shelf(market: Market) -> None:
    market.spread([TMOBILE, ATT, VERIZON], 0)
    assert market.front(shelves(market, "12", "ds")) == TMOBILE


@pytest.mark.parametrize(("stock", "left"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (11, [7, 2, 2]), (100, [50, 25, 25])])
def test_spread_gives_each_carrier_its_share_and_the_first_what_is_left_over(
    market: Market, stock: int, left: list[int]
) -> None:
    market.spread([TMOBILE, VERIZON, ATT], stock)
    assert [market.stock(shelf) for shelf in (TMOBILE, VERIZON, ATT)] == left


def test_spread_over_one_shelf_gives_it_everything(market: Market) -> None:
    market.spread([ATT], 11)
    assert market.stock(ATT) == 11


def test_spread_shares_out_as_the_catalogue_does(market: Market) -> None:
    shelves = [TMOBILE, VERIZON, ATT]
    before = [market.stock(shelf) for shelf in shelves]
    market.spread(shelves, sum(before))
    assert [market.stock(shelf) for shelf in shelves] == before


@pytest.mark.parametrize(("shelf", "price"), [(TMOBILE, 30), (VERIZON, 33), (ATT, 32)])
def test_a_carrier_marks_up_another_price_of_the_offer_as_well(market: Market, shelf: Shelf, price: int) -> None:
    assert market.marked_up(shelf, 30) == price


@given(stocks, st.integers(1, 3))
@settings(deadline=None)
def test_spread_gives_out_every_number(catalogue: Catalogue, stock: int, count: int) -> None:
    market = Market(catalogue)
    spread = [TMOBILE, ATT, VERIZON][:count]
    market.spread(spread, stock)
    assert sum(map(market.stock, spread)) == stock


@pytest.mark.parametrize(
    "change",
    [
        lambda market: market.take(ATT),
        lambda market: market.reprice(ATT, 99),
        lambda market: market.restock(ATT, 3),
        lambda market: market.spread([ATT], 3),
    ],
    ids=["take", "reprice", "restock", "spread"],
)
def test_a_change_in_one_market_does_not_reach_another(catalogue: Catalogue, change: Callable[[Market], None]) -> None:
    changed, untouched = Market(catalogue), Market(catalogue)
    change(changed)
    assert (untouched.price(ATT), untouched.stock(ATT)) == (17, 25)
