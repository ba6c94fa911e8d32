"""Looking around before an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.catalogue import Catalogue, Offer, Service, StockKey
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.world import World
from mockserver.usecases import lookup
from mockserver.usecases.ordering import OrderRequest, order_number
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from mockserver.domain.rules import Rules
    from tests.usecases.conftest import Shop

TMOBILE = StockKey("12", "tmobile", "ds")


def buy(shop: Shop, country: str, times: int) -> None:
    """Order Discord numbers as Alice."""
    for _ in range(times):
        order_number(shop.world, shop.alice, OrderRequest(country, "ds", "any", 100, "", "", failover=True))


def test_countries_stand_in_the_catalogues_order(shop: Shop) -> None:
    assert [country.code for country in lookup.countries(shop.world)] == ["12", "46"]


@pytest.mark.parametrize(
    ("carrier", "price", "count"), [("any", 20, 100), ("tmobile", 20, 50), ("verizon", 22, 25), ("att", 30, 25)]
)
def test_a_listing_shows_price_and_stock_of_its_carrier(shop: Shop, carrier: str, price: int, count: int) -> None:
    found = lookup.listing(shop.world, "12", carrier, "ds")
    assert (found.carrier, found.price, found.stock) == (carrier, price, count)


def test_a_listing_shows_the_price_of_the_stock_that_serves_next(shop: Shop) -> None:
    shop.world.stock.restock(TMOBILE, 0)
    assert lookup.listing(shop.world, "12", "any", "ds").price == 22


def test_a_sale_lowers_the_count(shop: Shop) -> None:
    buy(shop, "12", 1)
    assert lookup.listing(shop.world, "12", "any", "ds").stock == 99


def test_a_listing_without_stock_still_has_a_price(shop: Shop) -> None:
    found = lookup.listing(shop.world, "46", "any", "ch")
    assert (found.price, found.stock) == (30, 0)


def test_a_listing_goes_by_the_countrys_name_too(shop: Shop) -> None:
    assert lookup.listing(shop.world, "sweden", "any", "ds").country.code == "46"


@pytest.mark.parametrize(
    ("country", "carrier", "service", "reason"),
    [
        ("99", "any", "ds", Reason.UNKNOWN_COUNTRY),
        ("12", "telia", "ds", Reason.UNKNOWN_CARRIER),
        ("12", "any", "xx", Reason.UNKNOWN_SERVICE),
        ("12", "any", "ch", Reason.UNKNOWN_SERVICE),
    ],
)
def test_what_is_not_offered_is_refused(shop: Shop, country: str, carrier: str, service: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        lookup.listing(shop.world, country, carrier, service)
    assert refused.value.reason is reason


def test_listings_are_the_services_offered_in_the_country(shop: Shop) -> None:
    assert [found.service.code for found in lookup.listings(shop.world, "12", "any")] == ["ds"]


@pytest.mark.parametrize(
    ("country", "carrier", "reason"),
    [("99", "any", Reason.UNKNOWN_COUNTRY), ("12", "telia", Reason.UNKNOWN_CARRIER)],
)
def test_listings_of_nowhere_are_refused(shop: Shop, country: str, carrier: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        lookup.listings(shop.world, country, carrier)
    assert refused.value.reason is reason


def test_a_quote_is_for_the_price_listed(shop: Shop) -> None:
    found = lookup.listing(shop.world, "12", "verizon", "ds")
    assert lookup.quoted(shop.world, found).price == 22


def test_a_quote_is_the_same_by_code_and_by_name(shop: Shop) -> None:
    by_code, by_name = (lookup.listing(shop.world, text, "any", "ds") for text in ("12", "United States"))
    assert lookup.quoted(shop.world, by_code) == lookup.quoted(shop.world, by_name)


@pytest.mark.parametrize(("rules", "price"), [(DEFAULT, 20), (DEFAULT._replace(discount="shown"), 16)])
def test_a_customer_is_shown_its_own_price_where_the_rules_say_so(shop: Shop, rules: Rules, price: int) -> None:
    shop.world.rules = rules
    found = lookup.listing(shop.world, "12", "any", "ds")
    assert lookup.shown(shop.world, shop.alice.charged(8000), found) == found._replace(price=price)


def test_before_the_first_order_nothing_is_popular(shop: Shop) -> None:
    assert lookup.popular(shop.world) == []


def test_what_is_ordered_most_comes_first(shop: Shop) -> None:
    buy(shop, "12", 1)
    buy(shop, "46", 2)
    found = lookup.popular(shop.world)
    assert [(listing.country.code, listing.service.code, orders) for listing, orders in found] == [
        ("46", "ds", 2),
        ("12", "ds", 1),
    ]


def test_of_two_equally_popular_the_order_is_that_of_their_codes(shop: Shop) -> None:
    buy(shop, "46", 1)
    buy(shop, "12", 1)
    assert [listing.country.code for listing, _ in lookup.popular(shop.world)] == ["12", "46"]


def test_the_popular_list_has_ten_rows_at_most(shop: Shop) -> None:
    services = {f"s{number:02}": Service(f"s{number:02}", "A service") for number in range(11)}
    offers = {("12", code): Offer(20, 100, 0.9) for code in services}
    catalogue = Catalogue(shop.world.catalogue.countries, services, offers)
    world = World(catalogue, {}, shop.world.clock, shop.plan, rules=DEFAULT)
    buy(shop, "12", 1)
    for code in services:
        world.save_order(shop.order()._replace(id=code, service=code))
    assert [listing.service.code for listing, _ in lookup.popular(world)] == sorted(services)[:10]


def test_a_service_is_listed_by_country_where_a_service_is_offered(shop: Shop) -> None:
    found = lookup.by_country(shop.world, "ds")
    assert [(listing.country.code, listing.offer.success) for listing in found] == [("12", 0.9), ("46", 0.8)]


def test_a_service_is_not_listed_where_it_is_not_offered(shop: Shop) -> None:
    assert [listing.country.code for listing in lookup.by_country(shop.world, "ch")] == ["46"]


def test_an_unknown_service_is_not_listed_by_country(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        lookup.by_country(shop.world, "xx")
    assert refused.value.reason is Reason.UNKNOWN_SERVICE
