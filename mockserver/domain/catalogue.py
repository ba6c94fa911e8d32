"""What is for sale: countries with their carriers, services, and an offer for each pair. Never changes."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from mockserver.domain.refusal import Reason, Refusal

ANY_CARRIER = "any"
"""The carrier word that means all carriers of a country (documented by example)."""


class Carrier(NamedTuple):
    """A network of a country. `markup` is its price in percent of the offer's, `share` its percent of the stock."""

    name: str
    markup: int
    share: int


class Country(NamedTuple):
    """`code` is the vendor's, `region` ISO 3166; `numbers` are templates in which `#` is a digit."""

    code: str
    name: str
    region: str
    language: str
    numbers: tuple[str, ...]
    carriers: tuple[Carrier, ...]


class Service(NamedTuple):
    """A service that sends one-time codes, by the vendor's short code."""

    code: str
    name: str


class Offer(NamedTuple):
    """A service in a country: cents, numbers in stock, and the share of orders that get their SMS (0 to 1)."""

    price: int
    stock: int
    success: float


class Catalogue:
    """The shipped or custom price list, shared by all worlds: countries and services by code, offers by both."""

    def __init__(
        self,
        countries: Mapping[str, Country],
        services: Mapping[str, Service],
        offers: Mapping[tuple[str, str], Offer],
    ) -> None:
        self.countries = countries
        self.services = services
        self.offers = offers

    def country(self, text: str) -> Country:
        """A country by code, or by its English name in any case (observed in a public client).

        Raises Refusal(UNKNOWN_COUNTRY).
        """
        found = self.countries.get(text) or self._countries_by_name.get(text.casefold())
        if found is None:
            raise Refusal(Reason.UNKNOWN_COUNTRY)
        return found

    def service(self, code: str) -> Service:
        """A service by its short code. Raises Refusal(UNKNOWN_SERVICE)."""
        found = self.services.get(code)
        if found is None:
            raise Refusal(Reason.UNKNOWN_SERVICE)
        return found

    def carriers(self, country: Country, name: str) -> tuple[Carrier, ...]:
        """The carriers that a carrier word means: one, or all for `any`. Raises Refusal(UNKNOWN_CARRIER)."""
        found = tuple(carrier for carrier in country.carriers if name in (carrier.name, ANY_CARRIER))
        if not found:
            raise Refusal(Reason.UNKNOWN_CARRIER)
        return found

    @cached_property
    def _countries_by_name(self) -> dict[str, Country]:
        return {country.name.casefold(): country for country in self.countries.values()}
