"""What an account has ordered, computed from its orders and its ledger."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from mockserver.domain.catalogue import Service
from mockserver.domain.clock import Instant
from mockserver.domain.customer import Customer
from mockserver.domain.ledger import EntryKind
from mockserver.domain.order import Order, State
from mockserver.domain.world import World


class Totals(NamedTuple):
    """Counts of orders and sums in cents.

    An order that ever received an SMS counts as completed; `outcomes` counts the others by their state.
    """

    orders: int
    completed: int
    outcomes: Counter[State]
    spent: int
    refunded: int

    @property
    def success_rate(self) -> float:
        """The share of orders that received an SMS, 0 to 1, to two decimals; 0 without orders."""
        return round(self.completed / self.orders, 2) if self.orders else 0.0


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
    services = [(world.catalogue.service(code), _totals(group, spent, refunded)) for code, group in ranked]
    return _totals(orders, spent, refunded), services


def _totals(orders: list[Order], spent: Counter[str], refunded: Counter[str]) -> Totals:
    without_sms = [order.state for order in orders if not order.messages]
    return Totals(
        orders=len(orders),
        completed=len(orders) - len(without_sms),
        outcomes=Counter(without_sms),
        spent=sum(spent[order.id] for order in orders),
        refunded=sum(refunded[order.id] for order in orders),
    )


def _sums(world: World, customer: Customer, kind: EntryKind) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in world.ledger:
        if entry.kind is kind and entry.customer == customer.id:
            sums[entry.reference] += abs(entry.cents)
    return sums
