"""The views of worlds, clocks, orders, payments, stock and ledger entries in the control API."""

from collections import Counter
from typing import Any

from mockserver.control.record import time
from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import Clock
from mockserver.domain.ledger import Entry
from mockserver.domain.order import Order
from mockserver.domain.payment import Payment
from mockserver.domain.world import World
from mockserver.simulation.worlds import WorldSlot

View = dict[str, Any]


def world_view(slot: WorldSlot) -> View:
    """Return the summary of a world."""
    world, origin, journal = slot.world, slot.origin, slot.journal
    return {
        "id": slot.id,
        "scenario": origin.scenario,
        "description": origin.description,
        "seed": origin.seed,
        "readings": dict(origin.readings),
        "strictness": "strict" if slot.strict else "lenient",
        "permanent": slot.permanent,
        "clock": clock_view(world.clock),
        "accounts": [{"userId": user, "balance": world.ledger.balance(user)} for user in world.customers],
        "orders": dict(Counter(order.state.value for order in world.all_orders())),
        "journal": {"recorded": journal.recorded, "forgotten": journal.forgotten},
        "createdAt": time(slot.created),
        "usedAt": time(slot.used),
    }


def opened_view(slot: WorldSlot) -> View:
    """Return the summary of a world with its API keys."""
    users: dict[str, list[str]] = {user: [] for user in slot.world.customers}
    for key in slot.world.keys:
        for user in slot.world.users_of(key):
            users[user].append(key)
    accounts = [{"userId": user, "apiKeys": keys} for user, keys in users.items()]
    first = next((account for account in accounts if account["apiKeys"]), {"userId": "", "apiKeys": [""]})
    return {
        "world": world_view(slot),
        "userId": first["userId"],
        "apiKey": first["apiKeys"][0],
        "accounts": accounts,
    }


def clock_view(clock: Clock) -> View:
    """Return the time of a clock and its mode."""
    view: View = {"now": time(clock.now())}
    if clock.step:
        return {**view, "mode": "step", "stepMilliseconds": clock.step}
    if clock.pace > 1:
        return {**view, "mode": "scaled", "scaled": clock.pace}
    return {**view, "mode": "real" if clock.pace else "manual"}


def order_view(order: Order) -> View:
    """Return an order as the vendor sees it."""
    return {
        "id": order.id,
        "account": order.customer,
        "country": order.country,
        "carrier": order.carrier,
        "service": order.service,
        "phoneNumber": order.phone,
        "price": order.price,
        "state": order.state.value,
        "orderedAt": time(order.ordered_at),
        "expiresAt": time(order.expires_at),
        "sms": [{"at": time(sms.at), "text": sms.text, "code": sms.code} for sms in order.messages],
        "rule": None if order.rule is None else f"orders[{order.rule}]",
    }


def payment_view(payment: Payment) -> View:
    """Return a payment as the vendor sees it."""
    return {
        "id": payment.id,
        "account": payment.customer,
        "provider": payment.provider,
        "method": str(payment.method),
        "cents": payment.cents,
        "status": payment.status.value,
        "coupon": payment.coupon,
        "createdAt": time(payment.created_at),
        "expiresAt": time(payment.expires_at),
    }


def stock_view(stock_key: StockKey, world: World) -> View:
    """Return the current list price in cents and stock of a carrier's numbers for a service."""
    return {**stock_key._asdict(), "price": world.stock.price(stock_key), "stock": world.stock.left(stock_key)}


def entry_view(entry: Entry) -> View:
    """Return a ledger entry."""
    return {
        "at": time(entry.at),
        "account": entry.customer,
        "kind": entry.kind.value,
        "cents": entry.cents,
        "reference": entry.reference,
        "period": entry.period,
    }
