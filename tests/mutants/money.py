"""Mutants that cannot count what orders and refunds move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Order, State
from mockserver.domain.refusal import Reason, Refusal
from tests.mutants.mutant import Family
from tests.mutants.parts import ORDERING

if TYPE_CHECKING:
    from mockserver.api.api import OperationCall, Result
    from mockserver.domain.clock import Duration, Instant
    from tests.mutants.parts import Act, Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _after_an_order(probe: Probe) -> object:
    return probe.try_order().result["purchasePrice"], probe.balance()


def _after_two_refunds(probe: Probe) -> object:
    order = probe.order()
    return probe.refund(order).seen, probe.refund(order).seen, probe.balance()


@mutant("The balance is one cent too high, in both generations.", lambda probe: probe.balance())
def balance_one_cent_off(parts: Parts) -> None:
    def richer(result: Body) -> Body:
        return {**result, "balance": result["balance"] + 1}

    parts.results(richer, "v3.balance", "v2.balance")


@mutant("An order costs one cent more than it says.", _after_an_order)
def charge_one_cent_off(parts: Parts) -> None:
    parts.book(lambda entry: [entry._replace(cents=entry.cents - (entry.kind is EntryKind.CHARGE))])


@mutant("An order costs nothing.", _after_an_order)
def charge_missing(parts: Parts) -> None:
    parts.book(lambda entry: [] if entry.kind is EntryKind.CHARGE else [entry])


def _too_dear(probe: Probe) -> object:
    return probe.try_order(maximumPrice="1").seen, probe.balance()


@mutant("An order that is refused for its price costs a cent.", _too_dear)
def refused_order_charged(parts: Parts) -> None:
    def charge(call: OperationCall, _: Act) -> Result:
        world = call.world
        world.ledger.post(Entry(world.clock.now(), call.customer.id, EntryKind.CHARGE, -1, "refused"))
        raise Refusal(Reason.PRICE_CHANGED)

    parts.instead(Reason.PRICE_CHANGED, charge, *ORDERING)


def _poor(probe: Probe) -> object:
    return probe.as_user("poor").try_order().status, probe.as_user("poor").inventory()


@mutant("A number that costs more than there is is sold for what there is.", _poor)
def balance_not_checked(parts: Parts) -> None:
    def lend(call: OperationCall, order: Act) -> Result:
        world, customer = call.world, call.customer.id
        now = world.clock.now()
        world.ledger.post(Entry(now, customer, EntryKind.BONUS, 1_000_000, "lent"))
        result = order(call)
        world.ledger.post(Entry(now, customer, EntryKind.BONUS, -world.ledger.balance(customer), "lent"))
        return result

    parts.instead(Reason.INSUFFICIENT_BALANCE, lend, *ORDERING)


@mutant("A number that was returned is paid back again when it is returned again.", _after_two_refunds)
def second_refund_paid(parts: Parts) -> None:
    class Returnable(Order):
        def refund(self, now: Instant, window: Duration) -> Order:
            return self if self.state is State.REFUNDED else super().refund(now, window)

    parts.orders(Returnable)


@mutant("Half of the price is paid back.", _after_two_refunds)
def half_refunded(parts: Parts) -> None:
    parts.book(lambda entry: [entry._replace(cents=entry.cents // 2) if entry.kind is EntryKind.REFUND else entry])


@mutant("A returned number is not paid back.", _after_two_refunds)
def refund_not_paid(parts: Parts) -> None:
    parts.book(lambda entry: [] if entry.kind is EntryKind.REFUND else [entry])


@mutant("A returned number is paid back at its list price, whatever it cost.", _after_two_refunds)
def list_price_refunded(parts: Parts) -> None:
    def dearer(entry: Entry) -> Entry:
        tier = parts.world.customers[entry.customer].tier
        return entry._replace(cents=entry.cents * 100 // tier.percent)

    parts.book(lambda entry: [dearer(entry) if entry.kind is EntryKind.REFUND else entry])
