"""Countries, prices, stock, and how others fare, in both generations."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.fixtures import Fixtures
    from tests.conftest import Mock

    Start = Callable[[str], Mock]

COUNTRIES = ["12", "16", "187", "0", "43"]

CARRIERS = """
description: Carriers of the United States differ in price and stock.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - {userId: demo, key: demo-key, balance: 100000}
catalogue:
  - {country: "12", service: ds, carrier: tmobile, price: 40, stock: 5}
  - {country: "12", service: ds, carrier: verizon, price: 20, stock: 0}
  - {country: "12", service: ds, carrier: att, price: 30, stock: 7}
"""


def body(mock: Mock, path: str) -> Any:
    return mock.v3.get(path).json()["body"]


def detail(mock: Mock, carrier: str = "any") -> tuple[int, int]:
    answer = body(mock, f"/numbers/{{user}}/lookup/12/{carrier}/ds")
    return answer["price"], answer["count"]


def test_all_countries_of_the_catalogue_are_listed(mock: Mock, shipped: Fixtures) -> None:
    listed = [(row["cShort"], row["country"]) for row in body(mock, "/numbers/{user}/countries")]
    assert listed == [(country.code, country.name) for country in shipped.catalogue.countries.values()]


def test_the_carriers_of_a_country_begin_with_any(mock: Mock) -> None:
    carriers = {row["cShort"]: row["carriers"] for row in body(mock, "/numbers/{user}/countries")}
    assert carriers["12"] == ["any", "tmobile", "verizon", "att"]


def test_both_generations_list_the_same_countries(mock: Mock) -> None:
    assert mock.v2.get("/getCountries").json()["body"] == body(mock, "/numbers/{user}/countries")


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_service_is_listed_with_its_price(mock: Mock, shipped: Fixtures, country: str) -> None:
    listed = {row["sShort"]: row["price"] for row in body(mock, f"/numbers/{{user}}/lookup/{country}/any")}
    offers = shipped.catalogue.offers
    assert listed == {code: offers[country, code].price for code in shipped.catalogue.services}


@pytest.mark.parametrize("country", COUNTRIES)
def test_v2_lists_the_same_services_in_dollars(mock: Mock, country: str) -> None:
    in_cents = body(mock, f"/numbers/{{user}}/lookup/{country}/any")
    in_dollars = mock.v2.get("/getServices", country=country).json()["body"]
    assert [{**row, "price": Decimal(str(row["price"])) * 100} for row in in_dollars] == in_cents


def test_v2_lists_the_services_of_one_carrier(mock: Mock) -> None:
    rows = mock.v2.get("/getServices", country="12", carrier="att").json()["body"]
    in_cents = body(mock, "/numbers/{user}/lookup/12/att")
    assert [(row["sShort"], row["count"]) for row in rows] == [(row["sShort"], row["count"]) for row in in_cents]


def test_a_country_is_known_by_its_name_too(mock: Mock) -> None:
    by_code, by_name = (body(mock, f"/numbers/{{user}}/lookup/{place}/any/ds") for place in ("12", "united%20states"))
    assert by_name == by_code


def test_a_service_is_shown_with_its_names_and_codes(mock: Mock) -> None:
    shown = body(mock, "/numbers/{user}/lookup/12/any/ds")
    assert {**shown, "m": "", "n": ""} == {
        "sShort": "ds",
        "service": "Discord",
        "cShort": "12",
        "country": "United States",
        "carrier": "any",
        "price": 16,
        "count": 2400,
        "successRate": 0.94,
        "m": "",
        "n": "",
    }


def test_v2_shows_the_same_service_in_dollars(mock: Mock) -> None:
    in_cents = body(mock, "/numbers/{user}/lookup/12/any/ds")
    in_dollars = mock.v2.get("/getServiceDetail", country="12", service="ds").json()["body"]
    assert in_dollars == {**in_cents, "price": 0.16}


def test_v2_shows_the_service_of_one_carrier(start: Start) -> None:
    shown = start(CARRIERS).v2.get("/getServiceDetail", country="12", service="ds", carrier="att").json()["body"]
    assert (shown["carrier"], shown["price"], shown["count"]) == ("att", 0.3, 7)


@pytest.mark.parametrize(("carrier", "price", "count"), [("tmobile", 40, 5), ("verizon", 20, 0), ("att", 30, 7)])
def test_a_carrier_has_its_own_price_and_stock(start: Start, carrier: str, price: int, count: int) -> None:
    assert detail(start(CARRIERS), carrier) == (price, count)


def test_any_costs_what_the_cheapest_carrier_with_stock_takes_and_has_the_stock_of_all(start: Start) -> None:
    assert detail(start(CARRIERS)) == (30, 12)


def test_the_stock_falls_with_an_order(mock: Mock) -> None:
    mock.v3.order()
    assert detail(mock) == (16, 2399)


def test_nothing_is_popular_before_the_first_order(mock: Mock) -> None:
    assert body(mock, "/numbers/{user}/popular") == []


def test_what_is_ordered_most_is_most_popular(mock: Mock) -> None:
    for service in ("tg", "wa", "tg", "ds", "tg", "wa"):
        mock.v3.order(service=service)
    popular = body(mock, "/numbers/{user}/popular")
    assert [(row["sShort"], row["orders"]) for row in popular] == [("tg", 3), ("wa", 2), ("ds", 1)]


def test_a_popular_service_is_shown_as_it_is_offered_now(mock: Mock) -> None:
    mock.v3.order()
    [row] = body(mock, "/numbers/{user}/popular")
    assert row == {
        "sShort": "ds",
        "service": "Discord",
        "cShort": "12",
        "country": "United States",
        "price": 16,
        "count": 2399,
        "orders": 1,
    }


def test_at_most_ten_services_are_popular(mock: Mock, shipped: Fixtures) -> None:
    for service in list(shipped.catalogue.services)[:11]:
        mock.v3.order(service=service, maximumPrice="99999")
    assert len(body(mock, "/numbers/{user}/popular")) == 10


def test_an_order_of_v2_makes_a_service_popular_too(mock: Mock) -> None:
    mock.v2.purchase()
    assert [row["orders"] for row in body(mock, "/numbers/{user}/popular")] == [1]


def test_the_orders_of_a_service_are_counted_by_country(mock: Mock) -> None:
    for country in ("12", "16", "12"):
        mock.v3.order(country=country)
    mock.v3.order(service="tg")
    stats = mock.v2.get("/getCountryStats", service="ds").json()["body"]
    assert {row["cShort"]: row["orders"] for row in stats if row["orders"]} == {"12": 2, "16": 1}


def test_a_service_has_a_success_rate_wherever_it_is_offered(mock: Mock, shipped: Fixtures) -> None:
    stats = mock.v2.get("/getCountryStats", service="ds").json()["body"]
    offers = shipped.catalogue.offers
    assert {row["cShort"]: row["successRate"] for row in stats} == {
        country: offer.success for (country, service), offer in offers.items() if service == "ds"
    }
