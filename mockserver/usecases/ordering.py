"""Ordering a number, requesting another SMS, and refunding an order."""

from typing import NamedTuple

from mockserver.domain.catalogue import ANY_CARRIER, StockKey
from mockserver.domain.clock import Instant
from mockserver.domain.customer import Customer
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Order
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.schedule import OrderEnds, SmsDue
from mockserver.domain.script import Attempt, Delivery, Purchase
from mockserver.domain.settlement import run_out
from mockserver.domain.world import World
from mockserver.usecases.lookup import Listing, listing, quoted, shown


class OrderRequest(NamedTuple):
    """A request for a number. `maximum` is in cents, None for any price; `m` and `n` are empty without a quote."""

    country: str
    service: str
    carrier: str
    maximum: int | None
    m: str
    n: str
    failover: bool


def order_number(world: World, customer: Customer, request: OrderRequest) -> Order:
    """Buy a number: the order is charged at once and waits for its SMS.

    Raises Refusal: UNKNOWN_COUNTRY, UNKNOWN_CARRIER or UNKNOWN_SERVICE for an unknown code; NO_NUMBERS; PRICE_CHANGED
    for a stale quote; the reason of the rule `above_maximum` for a price above the maximum; INSUFFICIENT_BALANCE.
    """
    found = listing(world, request.country, request.carrier, request.service)
    attempt = Attempt(
        customer=customer.id,
        country=found.country.code,
        carrier=found.carrier,
        service=found.service.code,
        price=found.price,
        at=world.clock.now(),
        taken=world.has_order,
    )
    _apply_pre_order_effect(world, attempt)
    wanted = shown(world, customer, listing(world, request.country, request.carrier, request.service))
    stock_key = _stock_for(world, customer, request, wanted)
    if not quoted(world, wanted).confirms(request.m, request.n):
        raise Refusal(Reason.PRICE_CHANGED, wanted)
    price = customer.tier.apply(world.stock.price(stock_key))
    if request.maximum is not None and price > request.maximum:
        raise Refusal(world.rules.above_maximum, wanted)
    if price > world.ledger.balance(customer.id):
        raise Refusal(Reason.INSUFFICIENT_BALANCE)
    return _sell(world, customer, attempt, stock_key, _carrier_word(request, wanted, stock_key), price)


def request_another(world: World, customer: Customer, order_id: str) -> Order:
    """Request one more SMS for an order: free, or charged with its price again by the rule `another_sms`.

    The script or the rule `renewal` decides the new end, which is never earlier than before. SMS that are already
    planned, by time or by polls, arrive as well.

    Raises Refusal(ORDER_NOT_FOUND, SMS_NOT_RECEIVED, ORDER_EXPIRED or INSUFFICIENT_BALANCE).
    """
    now = world.clock.now()
    asked = world.order_of(customer, order_id).another()
    renewal = world.script.another(asked, now)
    added = world.rules.renewal
    order = asked.renew(renewal.expires_at if added is None else asked.expires_at + added)
    if world.rules.another_sms == "charged":
        world.ledger.post(Entry(now, customer.id, EntryKind.CHARGE, -order.price, order.id, order.period))
    world.save_order(order)
    _plan(world, order, now, renewal.deliveries)
    return order


def refund(world: World, customer: Customer, order_id: str) -> Order:
    """Refund the full price of an order. Raises Refusal(ORDER_NOT_FOUND or REFUND_NOT_ALLOWED)."""
    now = world.clock.now()
    order = world.order_of(customer, order_id).refund(now, world.rules.refund_window)
    world.ledger.post(Entry(now, customer.id, EntryKind.REFUND, order.price, order.id))
    world.save_order(order)
    return order


def _apply_pre_order_effect(world: World, attempt: Attempt) -> None:
    effect = world.script.pre_order_effect(attempt)
    if effect.price is not None:
        country = world.catalogue.countries[attempt.country]
        for carrier in world.catalogue.carriers(country, attempt.carrier):
            stock_key = StockKey(attempt.country, carrier.name, attempt.service)
            world.reprice(stock_key, _in_proportion(world.stock.price(stock_key), attempt.price, effect.price))
    if effect.refusal is not None:
        raise Refusal(effect.refusal)


def _in_proportion(price: int, before: int, now: int) -> int:
    """Scale a price in cents by the change of another price from `before` to `now`, halves rounded up."""
    return (2 * price * now + before) // (2 * before) if before else now


def _stock_for(world: World, customer: Customer, request: OrderRequest, wanted: Listing) -> StockKey:
    stock = world.stock
    catalogue = world.catalogue

    def in_stock(carrier: str) -> list[StockKey]:
        carriers = catalogue.carriers(wanted.country, carrier)
        return [
            stock_key
            for stock_key in stock.stock_keys(wanted.country, carriers, wanted.service)
            if stock.left(stock_key)
        ]

    def affordable(stock_key: StockKey) -> bool:
        return request.maximum is None or customer.tier.apply(stock.price(stock_key)) <= request.maximum

    asked = in_stock(request.carrier)
    if asked:
        return asked[0]
    others = filter(affordable, in_stock(ANY_CARRIER)) if request.failover else iter(())
    substitute = next(others, None)
    if substitute is None:
        raise Refusal(Reason.NO_NUMBERS)
    return substitute


def _carrier_word(request: OrderRequest, wanted: Listing, stock_key: StockKey) -> str:
    return wanted.carrier if request.carrier == ANY_CARRIER else stock_key.carrier


def _sell(world: World, customer: Customer, attempt: Attempt, stock_key: StockKey, carrier: str, price: int) -> Order:
    now = attempt.at
    assigned = world.script.assign(
        Purchase(
            attempt=attempt,
            stock_key=stock_key,
            nth=world.order_count() + 1,
            nth_in_country=1 + sum(n for (country, _), n in world.placed.items() if country == stock_key.country),
            in_use=world.in_use,
        )
    )
    order = Order(
        id=assigned.order_id,
        customer=customer.id,
        country=stock_key.country,
        carrier=carrier,
        service=stock_key.service,
        phone=assigned.phone,
        price=price,
        ordered_at=now,
        expires_at=assigned.expires_at,
        rule=assigned.rule,
    )
    world.ledger.post(Entry(now, customer.id, EntryKind.CHARGE, -price, order.id))
    world.save_order(order)
    _plan(world, order, now, assigned.deliveries)
    if world.stock.take(stock_key) == 0:
        run_out(world, now, stock_key)
    return order


def _plan(world: World, order: Order, now: Instant, deliveries: tuple[Delivery, ...]) -> None:
    world.schedule.plan(order.expires_at, OrderEnds(order.id))
    world.await_polls(order, tuple(delivery for delivery in deliveries if delivery.polls))
    for delivery in deliveries:
        if not delivery.polls:
            world.schedule.plan(now + delivery.after, SmsDue(order.id, delivery.text, delivery.code))
