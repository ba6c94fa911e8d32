"""The catalogue of countries, carriers, services and offers; the stock and prices of a world; and quotes."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from mockserver.domain.refusal import Reason, Refusal

ANY_CARRIER = "any"
"""The carrier word for all carriers of a country (documented by example)."""


class Carrier(NamedTuple):
    """A network of a country. `markup` is in percent of the offer's price, `share` in percent of its stock."""

    name: str
    markup: int
    share: int


class Country(NamedTuple):
    """A country. `code` is the vendor's, `region` is ISO 3166; `numbers` are templates in which `#` is a digit."""

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
    """The offer of a service in a country: cents, numbers in stock, and the share of orders with an SMS (0 to 1)."""

    price: int
    stock: int
    success: float


class Catalogue:
    """The price list of one or more worlds: countries and services by code, offers by both codes."""

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
        """Return a country by its code, or by its English name in any case (observed in a public client).

        Raises Refusal(UNKNOWN_COUNTRY).
        """
        found = self.countries.get(text) or self._countries_by_name.get(text.casefold())
        if found is None:
            raise Refusal(Reason.UNKNOWN_COUNTRY)
        return found

    def service(self, code: str) -> Service:
        """Return a service by its short code. Raises Refusal(UNKNOWN_SERVICE)."""
        found = self.services.get(code)
        if found is None:
            raise Refusal(Reason.UNKNOWN_SERVICE)
        return found

    def carriers(self, country: Country, name: str) -> tuple[Carrier, ...]:
        """Return the carriers of a carrier word: one, or all for `any`. Raises Refusal(UNKNOWN_CARRIER)."""
        found = tuple(carrier for carrier in country.carriers if name in (carrier.name, ANY_CARRIER))
        if not found:
            raise Refusal(Reason.UNKNOWN_CARRIER)
        return found

    @cached_property
    def _countries_by_name(self) -> dict[str, Country]:
        return {country.name.casefold(): country for country in self.countries.values()}


class StockKey(NamedTuple):
    """The key of a stock: the numbers of one carrier for one service in one country, by code."""

    country: str
    carrier: str
    service: str


class Stock:
    """The stock and prices (cents) of a world; `stocks` and `prices` hold the differences from the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.prices: dict[StockKey, int] = {}
        self.stocks: dict[StockKey, int] = {}

    def stock_keys(self, country: Country, carriers: tuple[Carrier, ...], service: Service) -> list[StockKey]:
        """Return the stock keys of a service with these carriers, cheapest first; none if it is not offered there."""
        if (country.code, service.code) not in self.catalogue.offers:
            return []
        stock_keys = [StockKey(country.code, carrier.name, service.code) for carrier in carriers]
        return sorted(stock_keys, key=lambda stock_key: (self.price(stock_key), stock_key.carrier))

    def offer(self, stock_key: StockKey) -> Offer:
        """Return the catalogue's offer for all carriers of the key's country."""
        return self.catalogue.offers[stock_key.country, stock_key.service]

    def price(self, stock_key: StockKey) -> int:
        """Return the list price in cents, before the discount of a customer."""
        changed = self.prices.get(stock_key)
        if changed is not None:
            return changed
        return self.marked_up(stock_key, self.offer(stock_key).price)

    def marked_up(self, stock_key: StockKey, price: int) -> int:
        """Return a price with the carrier's markup, in cents, halves rounded up."""
        return (price * self._carrier(stock_key).markup + 50) // 100

    def left(self, stock_key: StockKey) -> int:
        """Return how many numbers are left."""
        changed = self.stocks.get(stock_key)
        if changed is not None:
            return changed
        return _share(stock_key, self.catalogue.countries[stock_key.country].carriers, self.offer(stock_key).stock)

    def front(self, stock_keys: list[StockKey]) -> StockKey:
        """Return the stock key that serves the next order: the first with stock, else the first of all."""
        return next((stock_key for stock_key in stock_keys if self.left(stock_key)), stock_keys[0])

    def take(self, stock_key: StockKey) -> int:
        """Sell one number and return how many are left. Raises ValueError if none is left."""
        left = self.left(stock_key) - 1
        if left < 0:
            raise ValueError(f"{stock_key} is empty")
        self.stocks[stock_key] = left
        return left

    def reprice(self, stock_key: StockKey, price: int) -> None:
        """Set the list price, in cents."""
        self.prices[stock_key] = price

    def restock(self, stock_key: StockKey, stock: int) -> None:
        """Set how many numbers are left."""
        self.stocks[stock_key] = stock

    def spread(self, stock_keys: list[StockKey], stock: int) -> None:
        """Distribute `stock` numbers by the shares of the carriers; the first carrier gets the remainder."""
        carriers = [self._carrier(stock_key) for stock_key in stock_keys]
        for stock_key in stock_keys:
            self.restock(stock_key, _share(stock_key, carriers, stock))

    def _carrier(self, stock_key: StockKey) -> Carrier:
        country = self.catalogue.countries[stock_key.country]
        return self.catalogue.carriers(country, stock_key.carrier)[0]


def _share(stock_key: StockKey, carriers: Sequence[Carrier], stock: int) -> int:
    first, *others = carriers
    shares = {carrier.name: stock * carrier.share // 100 for carrier in others}
    return stock - sum(shares.values()) if stock_key.carrier == first.name else shares[stock_key.carrier]


class Quote(NamedTuple):
    """A list price in cents, with the proof `m` and `n`."""

    price: int
    m: str
    n: str

    def confirms(self, m: str, n: str) -> bool:
        """Whether a client may order with this proof; one without `m` and `n` relies on its maximum price."""
        return (m, n) in ((self.m, self.n), ("", ""))


def quote(secret: int, country: str, carrier: str, service: str, price: int) -> Quote:
    """Return the quote for a carrier word (or `any`) at a list price in cents; it is deterministic."""
    text = "\0".join((str(secret), country, carrier, service, str(price)))
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return Quote(price, digest[:16], digest[16:])
