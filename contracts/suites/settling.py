"""The end of a run that ordered: what can be returned is returned, and what was lost is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.suites.customers import CUSTOMERS, UnusableError
from contracts.suites.guard import DeniedError
from contracts.suites.journal import Record

if TYPE_CHECKING:
    from contracts.suites.context import Context
    from contracts.suites.customers import Customer
    from contracts.suites.guard import Guard


def remember(context: Context) -> None:
    """Note which orders there are before the first is made, so that one whose answer is lost can be told."""
    guard = context.setting.guard
    if not (guard.foreign and guard.allow_orders and context.accounts):
        return
    reply = _customer(context).call("orders", **_everything(context))
    guard.journal.write(Record("began", known=tuple(item["orderId"] for item in reply.body or ())))


def settle(context: Context) -> None:
    """Return every order that is still open, unless its SMS has come; also those of an earlier run that was killed."""
    guard = context.setting.guard
    if not (guard.foreign and guard.allow_orders and context.accounts):
        return
    by = _customer(context)
    if guard.journal.lost:
        _find_lost(context, by, guard)
    for line in guard.journal.open:
        try:
            _return(by, guard, line.order, line.price)
        except (UnusableError, DeniedError) as error:
            context.skip(f"the refund of order {line.order}", str(error))


def _customer(context: Context) -> Customer:
    name = "v3" if "v3" in context.documents else "v2"
    return CUSTOMERS[name](context, context.accounts[0])


def _everything(context: Context) -> dict[str, Any]:
    return {"limit": 9999} if "v3" in context.documents else {}


def _find_lost(context: Context, by: Customer, guard: Guard) -> None:
    """Take up the orders that nobody was told of: those that were not there before."""
    try:
        reply = by.call("orders", **_everything(context))
    except (UnusableError, DeniedError) as error:
        context.skip("lost orders", str(error))
        return
    told = {line.order for line in guard.journal.lines} | guard.journal.known
    for item in reply.body or ():
        if item["orderId"] not in told:
            guard.journal.write(Record("ordered", by.name("order"), item["orderId"], item["purchasePrice"]))


def _return(by: Any, guard: Guard, number: str, price: int) -> None:
    shown = by.look(number)
    order = shown.body or {}
    if order.get("status") == "refunded":
        guard.refunded(number, price)
    elif order.get("messages"):
        guard.kept(number)
    elif not by.refund(number).refusal:
        guard.refunded(number, price)
