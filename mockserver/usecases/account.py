"""An account's favourites, coupons and statistics."""

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
    """Add a service of a country to the favourites, or take it out; answer whether it is one now.

    Raises Refusal(UNKNOWN_COUNTRY or UNKNOWN_SERVICE).
    """
    pair = (world.catalogue.country(country).code, world.catalogue.service(service).code)
    changed = world.customers[customer.id].toggle(*pair)
    world.save_customer(changed)
    return pair in changed.favourites


def bonuses(world: World, customer: str) -> int:
    """What coupons have ever added to an account, in cents."""
    return sum(entry.cents for entry in world.ledger if (entry.customer, entry.kind) == (customer, EntryKind.BONUS))


def usable_coupons(world: World, customer: Customer) -> list[Coupon]:
    """Coupons that a payment could still use."""
    now = world.clock.now()
    return [coupon for coupon in world.coupons_of(customer) if coupon.status(now) is CouponStatus.ISSUED]


class Totals(NamedTuple):
    """Counts of orders and sums in cents.

    An order that ever received an SMS counts as completed, unless the rules count it by its state; `outcomes` counts
    the others by theirs. `received` is how many ever received an SMS.
    """

    orders: int
    completed: int
    outcomes: Counter[State]
    spent: int
    refunded: int
    received: int

    @property
    def success_rate(self) -> float:
        """The share of orders that received an SMS, 0 to 1, to two decimals; 0 without orders."""
        return round(self.received / self.orders, 2) if self.orders else 0.0


def statistics(
    world: World, customer: Customer, within: Callable[[Instant], bool]
) -> tuple[Totals, list[tuple[Service, Totals]]]:
    """Totals over the orders placed `within` a time, overall and by service, most ordered first."""
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
