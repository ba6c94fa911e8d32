"""Mutants whose lists show too much, too little, or the wrong things; and those that miscount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api.results import OrderRecord
from mockserver.domain.order import State
from tests.mutants.mutant import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.api.api import OperationCall, Result
    from mockserver.domain.order import Order
    from tests.mutants.parts import Act, Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _listing_too(parts: Parts, too: Callable[[Order, OperationCall], bool]) -> None:
    """Let the inventory go on with other orders."""

    def lengthening(act: Act) -> Act:
        def longer(call: OperationCall) -> Result:
            world = call.world
            orders = [order for customer in world.customers.values() for order in world.orders_of(customer)]
            more = [OrderRecord(world, order) for order in orders if too(order, call)]
            return {"orders": [*act(call)["orders"], *more]}

        return longer

    parts.around(lengthening, "v3.inventory")


def _inventory_of_many(probe: Probe) -> object:
    first = probe.order("wa")
    probe.wait("25m")
    probe.order("wa")
    probe.wait("25m")
    probe.refund(probe.order("wa"))
    probe.as_user("bob").order("wa")
    return first, probe.order("wa"), probe.order("wa"), probe.inventory(), probe.inventory(1), probe.inventory(0)


@mutant("The inventory has every expired order, whatever its limit.", _inventory_of_many)
def limit_ignored(parts: Parts) -> None:
    parts.asked(lambda _: {"expired": 99_999}, "v3.inventory")


@mutant("The limit of the inventory cuts off running orders, too.", _inventory_of_many)
def limit_cuts_running_orders(parts: Parts) -> None:
    parts.results_of(lambda items, call: items[: call.arguments["expired"]], "v3.inventory")


@mutant("The inventory begins with the oldest order.", _inventory_of_many)
def oldest_first(parts: Parts) -> None:
    parts.results(lambda items: items[::-1], "v3.inventory")


@mutant("The inventory lists numbers that were returned.", _inventory_of_many)
def refunded_in_the_inventory(parts: Parts) -> None:
    def own_and_refunded(order: Order, call: OperationCall) -> bool:
        return order.customer == call.customer.id and order.state is State.REFUNDED

    _listing_too(parts, own_and_refunded)


@mutant("The inventory lists the orders of other customers.", _inventory_of_many)
def orders_of_others_listed(parts: Parts) -> None:
    _listing_too(parts, lambda order, call: order.customer != call.customer.id)


def _waiting_ones(probe: Probe) -> object:
    probe.refund(probe.order())
    return probe.get2("getBulkPhoneStatus", status="waiting").seen


@mutant("The filter by status is not applied.", _waiting_ones)
def filter_ignored(parts: Parts) -> None:
    parts.asked(lambda _: {"state": None}, "v2.orders")


@mutant("The newest invoice is not listed.", lambda probe: (probe.pay().seen, probe.get("customers/payments").seen))
def newest_invoice_missing(parts: Parts) -> None:
    parts.results(lambda invoices: invoices[1:], "v3.invoices")


def _price_list(probe: Probe) -> object:
    return probe.get("numbers/lookup/12/any").seen


@mutant("The list of services says another price than the quote.", _price_list)
def list_price_differs(parts: Parts) -> None:
    def dearer(services: Body) -> Body:
        return [{**service, "price": service["price"] + 1} for service in services]

    parts.results(dearer, "v3.services")


@mutant("A service that can be ordered is not in the list.", _price_list)
def service_not_listed(parts: Parts) -> None:
    parts.results(lambda services: [row for row in services if row["sShort"] != "ds"], "v3.services")


def _popular(probe: Probe) -> object:
    probe.order()
    probe.order()
    return probe.get("numbers/popular").seen


@mutant("The popular services count every order twice.", _popular)
def popular_counts_twice(parts: Parts) -> None:
    parts.results(lambda rows: [{**row, "orders": 2 * row["orders"]} for row in rows], "v3.popular")


def _statistics(probe: Probe) -> object:
    probe.refund(probe.order())
    return probe.get("statistics").seen


@mutant("The statistics count one order too many.", _statistics)
def statistics_one_off(parts: Parts) -> None:
    parts.results(lambda totals: {**totals, "orders": totals["orders"] + 1}, "v3.statistics")


@mutant("The statistics do not know what was paid back.", _statistics)
def statistics_without_refunds(parts: Parts) -> None:
    parts.results(lambda totals: {**totals, "refundedAmount": 0}, "v3.statistics")


def _ordered_by_country(probe: Probe) -> object:
    return probe.get2("getCountryStats", service="ds").seen


@mutant("The orders of a country are never counted.", lambda probe: (_popular(probe), _ordered_by_country(probe)))
def country_never_counted(parts: Parts) -> None:
    parts.results(lambda rows: [{**row, "orders": 0} for row in rows], "v2.country_stats")


def _soon_over(probe: Probe) -> object:
    probe.order()
    return probe.get2("getBulkPhoneStatus", expiresFrom="2030-01-01 00:00:00").seen


@mutant("The filter by expiry is not applied.", _soon_over)
def expiry_filter_ignored(parts: Parts) -> None:
    parts.asked(lambda _: {"expires_from": None, "expires_through": None}, "v2.orders")


def _another_year(probe: Probe) -> object:
    probe.order()
    return probe.get("statistics", to="2024-12-31").seen


@mutant("The statistics are the same for all days.", _another_year)
def statistics_of_all_days(parts: Parts) -> None:
    parts.asked(lambda _: {"since": None, "through": None}, "v3.statistics")
