"""The favourites, coupons and statistics of an account."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from mockserver.domain.catalogue import Service
from mockserver.domain.clock import Instant
from mockserver.domain.customer import Coupon, CouponStatus, Customer
from mockserver.domain.ledger import EntryKind
from mockserver.domain.order import Order, State
from mockserver.domain.world import World


def toggle_favourite(world: World, customer: Customer, country: str, service: str) -> bool:
    """Add a service in a country to the favourites, or remove it; return whether it is a favourite now.

    Raises Refusal(UNKNOWN_COUNTRY or UNKNOWN_SERVICE).
    """
    pair = (world.catalogue.country(country).code, world.catalogue.service(service).code)
    changed = world.customers[customer.id].toggle(*pair)
    world.save_customer(changed)
    return pair in changed.favourites


def bonuses(world: World, customer: str) -> int:
    """Return the total bonus of coupons on an account, in cents."""
    return sum(entry.cents for entry in world.ledger if (entry.customer, entry.kind) == (customer, EntryKind.BONUS))


def usable_coupons(world: World, customer: Customer) -> list[Coupon]:
    """Return the coupons that a payment can still use."""
    now = world.clock.now()
    return [coupon for coupon in world.coupons_of(customer) if coupon.status(now) is CouponStatus.ISSUED]


class Totals(NamedTuple):
    """Counts of orders and sums in cents.

    An order with an SMS counts as completed, unless the rules count orders by state; `outcomes` counts the other
    orders by state. `received` is the number of orders with an SMS.
    """

    orders: int
    completed: int
    outcomes: Counter[State]
    spent: int
    refunded: int
    received: int

    @property
    def success_rate(self) -> float:
        """The share of orders with an SMS, 0 to 1, rounded to two decimals; 0 without orders."""
        return round(self.received / self.orders, 2) if self.orders else 0.0


def statistics(
    world: World, customer: Customer, within: Callable[[Instant], bool]
) -> tuple[Totals, list[tuple[Service, Totals]]]:
    """Return the totals of the orders placed `within` a period, overall and by service, most ordered first."""
    orders = [order for order in world.orders_of(customer) if within(order.ordered_at)]
    by_service: dict[str, list[Order]] = {}
    for order in orders:
        by_service.setdefault(order.service, []).append(order)
    spent = _sums(world, customer, EntryKind.CHARGE)
    refunded = _sums(world, customer, EntryKind.REFUND)
    ranked = sorted(by_service.items(), key=lambda row: (-len(row[1]), row[0]))
    outcome = _state if world.rules.counted == "by_state" else _outcome

    def totals(group: list[Order]) -> Totals:
        outcomes = Counter(map(outcome, group))
        return Totals(
            orders=len(group),
            completed=outcomes.pop(State.COMPLETED, 0),
            outcomes=outcomes,
            spent=sum(spent[order.id] for order in group),
            refunded=sum(refunded[order.id] for order in group),
            received=sum(bool(order.messages) for order in group),
        )

    return totals(orders), [(world.catalogue.service(code), totals(group)) for code, group in ranked]


def _state(order: Order) -> State:
    return order.state


def _outcome(order: Order) -> State:
    return State.COMPLETED if order.messages else order.state


def _sums(world: World, customer: Customer, kind: EntryKind) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in world.ledger:
        if entry.kind is kind and entry.customer == customer.id:
            sums[entry.reference] += abs(entry.cents)
    return sums
