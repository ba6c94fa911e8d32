"""Mutants that sell something else than was asked for, at another price, or what they have not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.domain.catalogue import Stock, StockKey
from mockserver.domain.clock import MINUTE
from mockserver.domain.refusal import Reason
from mockserver.simulation.script import SeededScript
from tests.mutants.mutant import Family
from tests.mutants.parts import ORDERING, become

if TYPE_CHECKING:
    from mockserver.api.api import OperationCall, Result
    from mockserver.domain.script import Assignment, Purchase
    from tests.mutants.parts import Act, Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _assigning(parts: Parts, *same: str) -> None:
    """Let every order get from the script what the first one got."""
    first: dict[str, Any] = {}

    class Repeating(SeededScript):
        def assign(self, purchase: Purchase) -> Assignment:
            assigned = super().assign(purchase)
            first.update({name: getattr(assigned, name) for name in same if name not in first})
            return assigned._replace(**first)

    assert isinstance(parts.world.script, SeededScript)
    become(parts.world.script, Repeating)


def _two_orders(probe: Probe) -> object:
    return [probe.try_order().seen, probe.try_order().seen, probe.inventory()]


@mutant("Every order gets the id of the first.", _two_orders)
def order_id_reused(parts: Parts) -> None:
    _assigning(parts, "order_id")


@mutant("Every order gets the number of the first, which still is somebody's.", _two_orders)
def number_given_twice(parts: Parts) -> None:
    _assigning(parts, "phone")


@mutant("The purchase promises an hour more than the order has.", lambda probe: probe.try_order().seen)
def purchase_promises_more(parts: Parts) -> None:
    def longer(result: Body) -> Body:
        day, _, time = result["expiredAtUTC"].partition(" ")
        hour = (int(time[:2]) + 1) % 24
        return {**result, "expiredAtUTC": f"{day} {hour:02}{time[2:]}"}

    parts.results(longer, "v3.order")


@mutant("A number lives a minute longer than it should.", lambda probe: probe.try_order().seen)
def lifetime_too_long(parts: Parts) -> None:
    class Lenient(SeededScript):
        def assign(self, purchase: Purchase) -> Assignment:
            assigned = super().assign(purchase)
            return assigned._replace(expires_at=assigned.expires_at + MINUTE)

    assert isinstance(parts.world.script, SeededScript)
    become(parts.world.script, Lenient)


@mutant("The service of an order is another than was asked for.", lambda probe: probe.show(probe.order("wa")))
def another_service_sold(parts: Parts) -> None:
    parts.asked(lambda _: {"service": "ds"}, *ORDERING)


def _on_a_stale_quote(probe: Probe) -> object:
    quote = probe.get("numbers/lookup/12/any/tg").result
    probe.wait("2h")
    return probe.try_order("tg", m=quote["m"], n=quote["n"]).seen


@mutant("`m` and `n` of a quote are not looked at.", _on_a_stale_quote)
def quote_ignored(parts: Parts) -> None:
    parts.asked(lambda _: {"m": "", "n": ""}, *ORDERING)


@mutant("`maximumPrice` is not looked at.", lambda probe: probe.try_order(maximumPrice="1").seen)
def maximum_ignored(parts: Parts) -> None:
    parts.asked(lambda _: {"maximum": 99_999}, *ORDERING)


def _exactly(probe: Probe) -> object:
    return probe.try_order(maximumPrice="90").seen


@mutant("A price as high as `maximumPrice` is too high.", _exactly)
def maximum_exclusive(parts: Parts) -> None:
    parts.asked(lambda call: {"maximum": max(0, call.arguments["maximum"] - 1)}, "v3.order")


def _without_stock(probe: Probe) -> object:
    order_arguments = {"country": "6", "carrier": "telkomsel"}
    return probe.try_order(**order_arguments, failover=True).seen, probe.try_order(
        **order_arguments, failover=False
    ).seen


@mutant("No other carrier serves, although the customer lets it.", _without_stock)
def failover_ignored(parts: Parts) -> None:
    parts.asked(lambda _: {"failover": False}, "v3.order")


@mutant("Another carrier serves, although the customer forbids it.", _without_stock)
def failover_unasked(parts: Parts) -> None:
    parts.asked(lambda _: {"failover": True}, "v3.order")


def _substitute_too_dear(probe: Probe) -> object:
    return probe.try_order(country="6", carrier="telkomsel", maximumPrice="1").seen


@mutant("Another carrier serves above `maximumPrice`.", _substitute_too_dear)
def failover_above_the_maximum(parts: Parts) -> None:
    def at_any_price(call: OperationCall, order: Act) -> Result:
        return order(call._replace(arguments={**call.arguments, "maximum": 99_999}))

    parts.instead(Reason.NO_NUMBERS, at_any_price, *ORDERING)


@mutant("The stock never falls.", lambda probe: (probe.order(), probe.get("numbers/lookup/12/any/ds").seen))
def stock_never_falls(parts: Parts) -> None:
    class Inexhaustible(Stock):
        def take(self, stock_key: StockKey) -> int:
            return self.left(stock_key)

    become(parts.world.stock, Inexhaustible)


def _sold_out(probe: Probe) -> object:
    return probe.try_order(country="16").seen, probe.try_order(country="16").seen


@mutant("What is sold out is sold.", _sold_out)
def sold_out_still_sells(parts: Parts) -> None:
    def restock(call: OperationCall, order: Act) -> Result:
        asked, world = call.arguments, call.world
        country = world.catalogue.country(asked["country"])
        carrier = world.catalogue.carriers(country, asked["carrier"])[0]
        world.stock.restock(StockKey(country.code, carrier.name, asked["service"]), 1)
        return order(call)

    parts.instead(Reason.NO_NUMBERS, restock, *ORDERING)
