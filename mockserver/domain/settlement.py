"""What due happenings do. A world is settled before every request, so nothing needs a timer."""

from mockserver.domain.catalogue import Shelf
from mockserver.domain.clock import Instant
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Event, Message, Order
from mockserver.domain.payment import CREDITED, Payment
from mockserver.domain.schedule import (
    Happening,
    NumbersReturn,
    OrderEnds,
    PaymentSettles,
    PriceChanges,
    SmsDue,
    StockChanges,
)
from mockserver.domain.world import World


def settle(world: World) -> Instant:
    """Let everything happen that is due, each at its own time and in order; answer the present time."""
    now = world.clock.now()
    for due, happening in world.agenda.due(now):
        _happen(world, due, happening)
    return now


def run_out(world: World, at: Instant, shelf: Shelf) -> None:
    """Plan what comes back to a shelf that has just run empty, as the script says."""
    restocking = world.script.restocking(shelf)
    if restocking is not None:
        world.agenda.plan(at + restocking.after, NumbersReturn(shelf, restocking.stock))


def _happen(world: World, at: Instant, happening: Happening) -> None:
    match happening:
        case SmsDue():
            _receive(world, at, happening)
        case OrderEnds():
            _end_order(world, at, happening)
        case PaymentSettles():
            _settle_payment(world, at, happening)
        case PriceChanges():
            for shelf in happening.shelves:
                world.reprice(shelf, happening.price)
        case StockChanges():
            _change_stock(world, at, happening)
        case NumbersReturn():
            if not world.market.stock(happening.shelf):
                world.restock(happening.shelf, happening.stock)


def _receive(world: World, at: Instant, sms: SmsDue) -> None:
    order = world.order(sms.order)
    if order.can(Event.SMS):
        world.save_order(order.receive(Message(at, sms.text, sms.code)))


_ENDS = {"kept": Order.expire, "refunded": Order.lapse, "repaid": Order.repay}
"""How an order ends, by the rule for its money."""


def _end_order(world: World, at: Instant, end: OrderEnds) -> None:
    order = world.order(end.order)
    if at < order.expires_at or not order.can(Event.EXPIRY):
        return
    ended = _ENDS[world.rules.expiry](order)
    if ended.is_paid_back:
        world.ledger.post(Entry(at, order.customer, EntryKind.REFUND, order.price, order.id))
    world.save_order(ended)


def _change_stock(world: World, at: Instant, change: StockChanges) -> None:
    world.spread(change.shelves, change.stock)
    # A carrier that gets nothing of a small stock has not run out: only a stock of 0 takes numbers away.
    if not change.stock:
        for shelf in change.shelves:
            run_out(world, at, shelf)


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
