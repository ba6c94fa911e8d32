"""Looking at one's orders."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from mockserver.domain.clock import SECOND, Instant
from mockserver.domain.customer import Customer
from mockserver.domain.order import RUNNING, Event, Message, Order, State
from mockserver.domain.world import World


class OrderFilter(NamedTuple):
    """Which orders to show; None lets everything through."""

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
    """A look at an order, as a polling client takes: it counts, and an SMS may arrive at it."""
    for delivery in world.polled(order):
        if order.can(Event.SMS):
            order = order.receive(Message(world.clock.now(), delivery.text, delivery.code))
            world.save_order(order)
    return order


def single(world: World, customer: Customer, order_id: str) -> Order:
    """One order. Raises Refusal(ORDER_NOT_FOUND)."""
    return look(world, world.order_of(customer, order_id))


def inventory(world: World, customer: Customer, limit: int | None) -> list[Order]:
    """Every running order, then at most `limit` expired ones (None for all), each newest first."""
    orders = [look(world, order) for order in list(world.orders_of(customer))]
    running = [order for order in orders if order.state in RUNNING]
    expired = (order for order in orders if order.state is State.EXPIRED)
    return [*running, *islice(expired, limit)]


def matching(world: World, customer: Customer, wanted: OrderFilter) -> Iterable[Order]:
    """A customer's orders that pass a filter, newest first."""
    orders = [look(world, order) for order in list(world.orders_of(customer))]
    return filter(wanted.lets_through, orders)
