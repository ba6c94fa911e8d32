"""Settlement: applying the due events of a world. A world is settled before every request and needs no timer."""

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import Instant
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Message, Order, OrderEvent
from mockserver.domain.payment import CREDITED, Payment
from mockserver.domain.schedule import (
    NumbersReturn,
    OrderEnds,
    PaymentSettles,
    PriceChanges,
    ScheduledEvent,
    SmsDue,
    StockChanges,
)
from mockserver.domain.world import World


def settle(world: World) -> Instant:
    """Apply all due events in order, each at its own time, and return the current time."""
    now = world.clock.now()
    for due, scheduled in world.schedule.due(now):
        _apply(world, due, scheduled)
    return now


def run_out(world: World, at: Instant, stock_key: StockKey) -> None:
    """Plan the script's refill of a stock that has just run empty."""
    restocking = world.script.restocking(stock_key)
    if restocking is not None:
        world.schedule.plan(at + restocking.after, NumbersReturn(stock_key, restocking.stock))


def _apply(world: World, at: Instant, scheduled: ScheduledEvent) -> None:
    match scheduled:
        case SmsDue():
            _receive(world, at, scheduled)
        case OrderEnds():
            _end_order(world, at, scheduled)
        case PaymentSettles():
            _settle_payment(world, at, scheduled)
        case PriceChanges():
            for stock_key in scheduled.stock_keys:
                world.reprice(stock_key, scheduled.price)
        case StockChanges():
            _change_stock(world, at, scheduled)
        case NumbersReturn():
            if not world.stock.left(scheduled.stock_key):
                world.restock(scheduled.stock_key, scheduled.stock)


def _receive(world: World, at: Instant, sms: SmsDue) -> None:
    order = world.order(sms.order)
    if order.can(OrderEvent.SMS):
        world.save_order(order.receive(Message(at, sms.text, sms.code)))


_ENDS = {"kept": Order.expire, "refunded": Order.lapse, "repaid": Order.repay}
"""The end of an order by the rule `expiry`."""


def _end_order(world: World, at: Instant, end: OrderEnds) -> None:
    order = world.order(end.order)
    if at < order.expires_at or not order.can(OrderEvent.EXPIRY):
        return
    ended = _ENDS[world.rules.expiry](order)
    if ended.is_paid_back:
        world.ledger.post(Entry(at, order.customer, EntryKind.REFUND, order.price, order.id))
    world.save_order(ended)


def _change_stock(world: World, at: Instant, change: StockChanges) -> None:
    world.spread(change.stock_keys, change.stock)
    # A carrier with no share of a small stock has not run out; only a stock of 0 empties it.
    if not change.stock:
        for stock_key in change.stock_keys:
            run_out(world, at, stock_key)


def _settle_payment(world: World, at: Instant, settlement: PaymentSettles) -> None:
    payment = world.payment(settlement.payment)
    if not payment.is_open:
        return
    payment = payment.settle(settlement.status)
    world.save_payment(payment)
    if payment.status in CREDITED:
        _credit(world, at, payment)


def _credit(world: World, at: Instant, payment: Payment) -> None:
    world.ledger.post(Entry(at, payment.customer, EntryKind.PAYMENT, payment.cents, payment.id))
    world.save_customer(world.customers[payment.customer].charged(payment.cents))
    coupon = world.coupon_of(payment.customer, payment.coupon) if payment.coupon else None
    if coupon and not coupon.used:
        world.save_coupon(coupon.spend())
        world.ledger.post(Entry(at, payment.customer, EntryKind.BONUS, coupon.bonus(payment.cents), payment.id))
