"""Looking around before an order: countries, prices, stock, and how others fare."""

from collections.abc import Iterable
from typing import NamedTuple

from mockserver.domain.catalogue import ANY_CARRIER, Country, Offer, Service
from mockserver.domain.customer import Customer
from mockserver.domain.quote import Quote, quote
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.world import World

POPULAR = 10
"""How many rows the popular list has at most (assumed)."""


class Listing(NamedTuple):
    """A service as it is offered now for a carrier word: price in cents, numbers in stock.

    The price is the list price, until it is `shown` to a customer.
    """

    country: Country
    carrier: str
    service: Service
    offer: Offer
    price: int
    stock: int


def countries(world: World) -> Iterable[Country]:
    """All countries, in the catalogue's order."""
    return world.catalogue.countries.values()


def listing(world: World, country: str, carrier: str, service: str) -> Listing:
    """One service. Raises Refusal(UNKNOWN_COUNTRY, UNKNOWN_CARRIER or UNKNOWN_SERVICE)."""
    place = world.catalogue.country(country)
    carriers = world.catalogue.carriers(place, carrier)
    wanted = world.catalogue.service(service)
    market = world.market
    shelves = market.shelves(place, carriers, wanted)
    if not shelves:
        raise Refusal(Reason.UNKNOWN_SERVICE)
    front = market.front(shelves)
    stock = sum(market.stock(shelf) for shelf in shelves)
    return Listing(place, carrier, wanted, market.offer(front), market.price(front), stock)


def listings(world: World, country: str, carrier: str) -> list[Listing]:
    """Every service of a country. Raises Refusal(UNKNOWN_COUNTRY or UNKNOWN_CARRIER)."""
    place = world.catalogue.country(country)
    world.catalogue.carriers(place, carrier)
    offered = [service for service in world.catalogue.services if (place.code, service) in world.catalogue.offers]
    return [listing(world, place.code, carrier, service) for service in offered]


def shown(world: World, customer: Customer, found: Listing) -> Listing:
    """A listing as a customer sees it: at its own price, where the rules say that discounts are shown."""
    if world.rules.discount == "applied":
        return found
    return found._replace(price=customer.tier.apply(found.price))


def quoted(world: World, found: Listing) -> Quote:
    """The proof that a customer has seen a listing's price, as it was shown."""
    return quote(world.script.secret, found.country.code, found.carrier, found.service.code, found.price)


def popular(world: World) -> list[tuple[Listing, int]]:
    """What is ordered most in this world, with the number of orders; empty before the first order."""
    ranked = sorted(world.placed.items(), key=lambda row: (-row[1], row[0]))
    return [(listing(world, country, ANY_CARRIER, service), count) for (country, service), count in ranked[:POPULAR]]


def by_country(world: World, service: str) -> list[Listing]:
    """One service wherever it is offered, in the order of the countries.

    Raises Refusal(UNKNOWN_SERVICE).
    """
    wanted = world.catalogue.service(service)
    offered = [country for country in countries(world) if (country.code, wanted.code) in world.catalogue.offers]
    return [listing(world, country.code, ANY_CARRIER, wanted.code) for country in offered]
