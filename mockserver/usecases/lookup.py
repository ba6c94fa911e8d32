"""Looking up countries, prices and stock, popular offers, and the customer's orders."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from mockserver.domain.catalogue import ANY_CARRIER, Country, Offer, Quote, Service, quote
from mockserver.domain.clock import SECOND, Instant
from mockserver.domain.customer import Customer
from mockserver.domain.order import RUNNING, Message, Order, OrderEvent, State
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.world import World

POPULAR = 10
"""The most rows of the popular list (assumed)."""


class Listing(NamedTuple):
    """The current offer of a service for a carrier word: price in cents, numbers in stock.

    The price is the list price; `shown` may apply a customer's discount.
    """

    country: Country
    carrier: str
    service: Service
    offer: Offer
    price: int
    stock: int


def countries(world: World) -> Iterable[Country]:
    """Return all countries, in the order of the catalogue."""
    return world.catalogue.countries.values()


def listing(world: World, country: str, carrier: str, service: str) -> Listing:
    """Return the listing of a service. Raises Refusal(UNKNOWN_COUNTRY, UNKNOWN_CARRIER or UNKNOWN_SERVICE)."""
    place = world.catalogue.country(country)
    carriers = world.catalogue.carriers(place, carrier)
    wanted = world.catalogue.service(service)
    stock = world.stock
    stock_keys = stock.stock_keys(place, carriers, wanted)
    if not stock_keys:
        raise Refusal(Reason.UNKNOWN_SERVICE)
    front = stock.front(stock_keys)
    left = sum(stock.left(stock_key) for stock_key in stock_keys)
    return Listing(place, carrier, wanted, stock.offer(front), stock.price(front), left)


def listings(world: World, country: str, carrier: str) -> list[Listing]:
    """Return the listings of all services of a country. Raises Refusal(UNKNOWN_COUNTRY or UNKNOWN_CARRIER)."""
    place = world.catalogue.country(country)
    world.catalogue.carriers(place, carrier)
    offered = [service for service in world.catalogue.services if (place.code, service) in world.catalogue.offers]
    return [listing(world, place.code, carrier, service) for service in offered]


def shown(world: World, customer: Customer, found: Listing) -> Listing:
    """Return a listing as a customer sees it: with the discount if the rule `discount` is `shown`."""
    if world.rules.discount == "applied":
        return found
    return found._replace(price=customer.tier.apply(found.price))


def quoted(world: World, found: Listing) -> Quote:
    """Return the quote of a listing, which proves that a customer has seen its price."""
    return quote(world.script.secret, found.country.code, found.carrier, found.service.code, found.price)


def popular(world: World) -> list[tuple[Listing, int]]:
    """Return the most ordered offers of this world with their numbers of orders; empty before the first order."""
    ranked = sorted(world.placed.items(), key=lambda row: (-row[1], row[0]))
    return [(listing(world, country, ANY_CARRIER, service), count) for (country, service), count in ranked[:POPULAR]]


def by_country(world: World, service: str) -> list[Listing]:
    """Return the listings of a service in all countries that offer it, in the order of the catalogue.

    Raises Refusal(UNKNOWN_SERVICE).
    """
    wanted = world.catalogue.service(service)
    offered = [country for country in countries(world) if (country.code, wanted.code) in world.catalogue.offers]
    return [listing(world, country.code, ANY_CARRIER, wanted.code) for country in offered]


class OrderFilter(NamedTuple):
    """A filter of orders; None matches everything."""

    country: str | None = None
    service: str | None = None
    state: State | None = None
    expires_from: Instant | None = None
    expires_through: Instant | None = None

    def lets_through(self, order: Order) -> bool:
        """Whether an order meets every condition."""
        return (
            self.country in (None, order.country)
            and self.service in (None, order.service)
            and self.state in (None, order.state)
            and (self.expires_from is None or self.expires_from <= order.expires_at // SECOND * SECOND)
            and (self.expires_through is None or order.expires_at <= self.expires_through)
        )


def look(world: World, order: Order) -> Order:
    """Poll an order and return it: the poll is counted, and an SMS may arrive at it."""
    for delivery in world.polled(order):
        if order.can(OrderEvent.SMS):
            order = order.receive(Message(world.clock.now(), delivery.text, delivery.code))
            world.save_order(order)
    return order


def single(world: World, customer: Customer, order_id: str) -> Order:
    """Poll one order of a customer. Raises Refusal(ORDER_NOT_FOUND)."""
    return look(world, world.order_of(customer, order_id))


def inventory(world: World, customer: Customer, limit: int | None) -> list[Order]:
    """Poll a customer's orders; return the running and at most `limit` expired ones (None: all), each newest first."""
    orders = [look(world, order) for order in list(world.orders_of(customer))]
    running = [order for order in orders if order.state in RUNNING]
    expired = (order for order in orders if order.state is State.EXPIRED)
    return [*running, *islice(expired, limit)]


def matching(world: World, customer: Customer, wanted: OrderFilter) -> Iterable[Order]:
    """Poll a customer's orders and return those that match a filter, newest first."""
    orders = [look(world, order) for order in list(world.orders_of(customer))]
    return filter(wanted.lets_through, orders)
