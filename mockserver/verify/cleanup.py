"""The end of a run that ordered: what can be returned is returned, and what was lost is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.traffic.calls import REFUNDED
from mockserver.verify.customer import MOST, Person, UnusableResponseError
from mockserver.verify.guard import DeniedError, SpendingRecord
from mockserver.verify.order_oracle import ExpectedOrder

if TYPE_CHECKING:
    from mockserver.contract.reader import Facts
    from mockserver.verify.context import Context
    from mockserver.verify.guard import Guard


def remember(context: Context) -> None:
    """Note which orders there are before the first is made, so that one whose answer is lost can be told."""
    if _may_order(context):
        known = tuple(order["id"] for order in _orders(_customer(context)))
        context.setting.guard.journal.write(SpendingRecord("began", known=known))


def settle(context: Context) -> None:
    """Return every order that is still open, unless its SMS has come; also those of an earlier run that was killed."""
    guard = context.setting.guard
    if not _may_order(context):
        return
    person = _customer(context)
    if guard.journal.lost:
        _find_lost(context, person, guard)
    if guard.journal.open and not person.knows("look", "refund"):
        context.skip("refunds", "no document knows them")
        return
    for line in guard.journal.open:
        try:
            _return(person, guard, line.order, line.price)
        except (UnusableResponseError, DeniedError) as error:
            context.skip(f"the refund of order {line.order}", str(error))


def _may_order(context: Context) -> bool:
    guard = context.setting.guard
    return bool(guard.foreign and guard.allow_orders and context.accounts)


def _customer(context: Context) -> Person:
    return Person(context, context.accounts[0])


def _orders(person: Person) -> list[Facts]:
    """Return all orders that are listed; none if no document lists them."""
    purpose = next((purpose for purpose in ("inventory", "orders") if person.knows(purpose)), "")
    listed = person.to(purpose).call(purpose, expired=MOST).all("orders") if purpose else []
    return [order for order in listed if "id" in order]


def _find_lost(context: Context, person: Person, guard: Guard) -> None:
    """Take up the orders that nobody was told of: those that were not there before."""
    try:
        orders = _orders(person)
    except (UnusableResponseError, DeniedError) as error:
        context.skip("lost orders", str(error))
        return
    told = {line.order for line in guard.journal.lines} | guard.journal.known
    for order in orders:
        if order["id"] not in told:
            name = person.to("order").name("order")
            guard.journal.write(SpendingRecord("ordered", name, order["id"], order.get("price", 0)))


def _return(person: Person, guard: Guard, number: str, price: int) -> None:
    order = ExpectedOrder({"id": number, **person.to("look").call("look", order=number).facts.get("order", {})})
    if order.state == REFUNDED:
        guard.refunded(number, price)
    elif order.received:
        guard.kept(number)
    elif not person.to("refund").call("refund", order=number).refusal:
        guard.refunded(number, price)
