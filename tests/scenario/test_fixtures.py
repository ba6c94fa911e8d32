"""The tables become a catalogue, templates and currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mockserver.domain.catalogue import Carrier, Country, Offer, Service
from mockserver.domain.payment import Currency
from mockserver.scenario import fixtures
from mockserver.simulation.sms_texts import Template

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures

TABLES = {
    "catalogue/countries.csv": "code,name,region,language,number\n46,Sweden,SE,sv,4670###|468##\n",
    "catalogue/carriers.csv": "country,carrier,markup,share\n46,telia,100,60\n46,tele2,105,40\n",
    "catalogue/services.csv": "code,name\nds,Discord\n",
    "catalogue/offers.csv": "country,service,price,stock,success\n46,ds,16,7,0.81\n",
    "catalogue/messages.csv": 'service,language,code,text\n*,en,####,"{service}, {code}"\n*,en,###,Kod é {code}\n',
    "payments/currencies.csv": "currency,network,usd,decimals,address\nUSDT,BSC,1.002,2,0x%x{40}\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Fixtures:
    """The fixtures of a folder with small tables."""
    for name, text in TABLES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return fixtures.load(tmp_path)


def test_a_country_has_its_templates_and_carriers_in_order(small: Fixtures) -> None:
    carriers = (Carrier("telia", 100, 60), Carrier("tele2", 105, 40))
    assert small.catalogue.countries == {"46": Country("46", "Sweden", "SE", "sv", ("4670###", "468##"), carriers)}


def test_a_service_has_its_name(small: Fixtures) -> None:
    assert small.catalogue.services == {"ds": Service("ds", "Discord")}


def test_an_offer_is_in_numbers(small: Fixtures) -> None:
    assert small.catalogue.offers == {("46", "ds"): Offer(16, 7, 0.81)}


def test_templates_of_a_service_and_language_are_together(small: Fixtures) -> None:
    assert small.templates == {("*", "en"): [Template("####", "{service}, {code}"), Template("###", "Kod é {code}")]}


def test_a_currency_has_an_exact_price(small: Fixtures) -> None:
    tether = Currency("USDT", "BSC", Decimal("1.002"), 2, "0x%x{40}")
    assert small.currencies == {("USDT", "BSC"): tether}


def test_the_shipped_fixtures_are_whole(shipped: Fixtures) -> None:
    catalogue = shipped.catalogue
    assert len(catalogue.offers) == len(catalogue.countries) * len(catalogue.services)


def test_the_documented_codes_are_there(shipped: Fixtures) -> None:
    catalogue = shipped.catalogue
    assert (catalogue.country("12").name, catalogue.service("ds").name) == ("United States", "Discord")


def test_the_shipped_tether_gives_the_documented_amount(shipped: Fixtures) -> None:
    assert shipped.currencies["USDT", "BSC"].amount(500) == "4.99"
