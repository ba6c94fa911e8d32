"""Building the world, the clock and the faults of a validated scenario."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mockserver.domain import order as orders
from mockserver.domain.catalogue import ANY_CARRIER, StockKey
from mockserver.domain.clock import DAY, Clock, Instant
from mockserver.domain.customer import Coupon, Customer
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Message, Order
from mockserver.domain.payment import Deposit, Method, Payment, Status
from mockserver.domain.rules import Rules
from mockserver.domain.schedule import OrderEnds, PaymentSettles, PriceChanges, StockChanges
from mockserver.domain.script import Restocking, Settlement
from mockserver.domain.settlement import settle
from mockserver.domain.world import World
from mockserver.scenario.fixtures import Fixtures, catalogue_of, changes_of
from mockserver.scenario.load import Scenario
from mockserver.simulation.script import (
    OrderMatch,
    OrderRule,
    PaymentMatch,
    PaymentRule,
    Repricing,
    SeededScript,
    Shortage,
    SmsRule,
    Turn,
)
from mockserver.simulation.sms_codes import code_in
from mockserver.simulation.sms_texts import DEFAULT_LOCALE
from mockserver.simulation.units import duration, instant

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import Faults

Section = dict[str, Any]

_PACE = {"real": 1, "manual": 0}


def build(
    scenario: Scenario,
    fixtures: Fixtures,
    wall: Callable[[], Instant],
    rules: Rules,
    seed: int | None = None,
) -> World:
    """Build a world; `wall` returns the wall clock in milliseconds, `seed` replaces the scenario's seed."""
    data = scenario.data
    clock = clock_of(data.get("clock", {}), wall)
    start = clock.now()
    world = unopened(scenario, fixtures, clock, start, rules, seed)
    for account in data["accounts"]:
        _open_account(world, account, start)
    for change in changes_of(data.get("catalogue", [])):
        plan_change(world, change, start)
    settle(world)
    return world


def unopened(
    scenario: Scenario,
    fixtures: Fixtures,
    clock: Clock,
    start: Instant,
    rules: Rules,
    seed: int | None = None,
) -> World:
    """Build a world that began at `start`, without the accounts of the scenario."""
    data = scenario.data
    catalogue = catalogue_of(data.get("catalogue", []), fixtures.catalogue)
    script = SeededScript(
        seed=data.get("seed", 0) if seed is None else seed,
        catalogue=catalogue,
        templates=fixtures.templates,
        orders=[_order_rule(rule) for rule in data.get("orders", ())],
        payments=[_payment_rule(rule) for rule in data.get("payments", ())],
        restock=_restocking(data.get("restock")),
        start=start,
        lifetime=rules.lifetime,
    )
    return World(catalogue, fixtures.currencies, clock, script, rules)


def faults_of(scenario: Scenario, world: World, seed: int | None = None) -> "Faults | None":
    """Return the faults of a world that was just built from a scenario with this seed, or None."""
    section = scenario.data.get("faults")
    if not section:
        return None
    from mockserver.simulation.faults.section import parse
    from mockserver.simulation.faults.state import Faults

    return Faults(parse(section), scenario.data.get("seed", 0) if seed is None else seed, world.clock.now())


def clock_of(clock: Section | str, wall: Callable[[], Instant]) -> Clock:
    """Return the clock of a scenario's section `clock`."""
    settings: Section = {"mode": clock} if isinstance(clock, str) else clock
    start = instant(settings["start"]) if "start" in settings else wall()
    mode = "manual" if "step" in settings else settings.get("mode", "real")
    pace: int = settings.get("scaled", _PACE[mode])
    return Clock(start, pace=pace, step=duration(settings.get("step", "")), wall=wall)


def _open_account(world: World, account: Section, start: Instant) -> None:
    coupons = [_coupon(account["userId"], coupon, start) for coupon in account.get("coupons", ())]
    customer = Customer(
        id=account["userId"],
        stripe_id=account.get("stripeId", ""),
        cryptomus_id=account.get("cryptomusId"),
        status=account.get("status"),
        lang=account.get("lang"),
        referral=account.get("referral"),
        vip_support=account.get("vipSupport", False),
        vip_telegram=account.get("vipTelegram", ""),
        total_charges=account.get("totalCharges", 0),
        granted_tier=account.get("tier"),
        coupons_received=account.get("couponsReceived", len(coupons)),
        blocked=account.get("blocked", False),
        favourites=tuple((pair["country"], pair["service"]) for pair in account.get("favourites", ())),
    )
    world.open_account(customer, account.get("keys") or [account["key"]])
    for coupon in coupons:
        world.save_coupon(coupon)
    past = [_past_order(customer.id, order, start, world.rules) for order in account.get("orders", ())]
    _book(world, customer.id, account.get("balance", 0), past, start)
    for payment in account.get("payments", ()):
        _add_payment(world, _past_payment(customer.id, payment, world.rules))


def _book(world: World, customer: str, balance: int, past: list[Order], start: Instant) -> None:
    """Post the entries of past orders, with an opening balance that leads to `balance`; refunded orders come first."""
    kept = [order for order in past if order.state is not orders.State.REFUNDED]
    returned = [order for order in past if order.state is orders.State.REFUNDED]
    opened = min((order.ordered_at for order in past), default=start)
    opening = balance + sum(order.price for order in kept)
    world.ledger.post(Entry(opened, customer, EntryKind.OPENING, opening, customer))
    for order in returned:
        world.ledger.post(Entry(order.ordered_at, customer, EntryKind.CHARGE, -order.price, order.id))
        world.ledger.post(Entry(order.ordered_at, customer, EntryKind.REFUND, order.price, order.id))
    for order in kept:
        world.ledger.post(Entry(order.ordered_at, customer, EntryKind.CHARGE, -order.price, order.id))
    for order in sorted(past, key=lambda order: order.ordered_at):
        world.save_order(order)
        world.schedule.plan(order.expires_at, OrderEnds(order.id))


def _past_order(customer: str, order: Section, start: Instant, rules: Rules) -> Order:
    ordered_at = instant(order["orderedAt"]) if "orderedAt" in order else start
    expires_at = instant(order["expiresAt"]) if "expiresAt" in order else ordered_at + rules.lifetime
    messages = tuple(
        Message(ordered_at, sms["text"], sms.get("code") or code_in(sms["text"])) for sms in order.get("sms", ())
    )
    running = orders.State.COMPLETED if messages else orders.State.WAITING
    # The scenario decides the state of an order that ended before the start, not the rules of the world.
    state = orders.State.EXPIRED if expires_at <= start else running
    return Order(
        id=order["orderId"],
        customer=customer,
        country=order["country"],
        carrier=order.get("carrier", ANY_CARRIER),
        service=order["service"],
        phone=order["phoneNumber"],
        price=order["price"],
        ordered_at=ordered_at,
        expires_at=expires_at,
        state=orders.State.REFUNDED if order.get("refunded") else state,
        messages=messages,
    )


def _past_payment(customer: str, payment: Section, rules: Rules) -> Payment:
    created = instant(payment["created"])
    wallet = payment.get("wallet")
    return Payment(
        id=payment["id"],
        session=payment.get("sesid", ""),
        page=payment.get("payId", ""),
        customer=customer,
        method=payment.get("method", Method.CRYPTO),
        provider="cryptomus",
        cents=payment["amount"],
        created_at=created,
        expires_at=instant(payment["expires"]) if "expires" in payment else created + rules.payment_lifetime,
        url=payment.get("url", ""),
        status=Status(payment["status"]),
        deposit=Deposit(wallet["currency"], wallet["network"], wallet["amount"], wallet["address"]) if wallet else None,
    )


def _add_payment(world: World, payment: Payment) -> None:
    world.save_payment(payment)
    if payment.is_open:
        world.schedule.plan(payment.expires_at, PaymentSettles(payment.id, Status.CANCEL))


def _coupon(customer: str, coupon: Section, start: Instant) -> Coupon:
    days = coupon.get("timing", 30)
    issued = instant(coupon["issuedAt"]) if "issuedAt" in coupon else start
    return Coupon(
        code=coupon["code"],
        customer=customer,
        issued_at=issued,
        expires_at=instant(coupon["expiredAt"]) if "expiredAt" in coupon else issued + days * DAY,
        days=days,
        percentage=coupon["percentage"],
        target=coupon.get("targetPay", Method.CRYPTO),
        used=coupon.get("used", False),
    )


def plan_change(world: World, change: Section, start: Instant) -> None:
    """Plan a change of price or stock of a scenario's catalogue; its time counts from `start`."""
    country = world.catalogue.country(change["country"])
    word = change.get("carrier", ANY_CARRIER)
    carriers = world.catalogue.carriers(country, word)
    stock_keys = tuple(StockKey(country.code, carrier.name, change["service"]) for carrier in carriers)
    due = start + duration(change.get("at", ""))
    if "price" in change:
        price = change["price"]
        for stock_key in stock_keys:
            own = world.stock.marked_up(stock_key, price) if word == ANY_CARRIER else price
            world.schedule.plan(due, PriceChanges((stock_key,), own))
    if "stock" in change:
        world.schedule.plan(due, StockChanges(stock_keys, change["stock"]))


def _order_rule(rule: Section) -> OrderRule:
    when = rule.get("when", {})
    price = when.get("price", {})
    shortage, repricing = rule.get("outOfStock", {}), rule.get("reprice")
    return OrderRule(
        when=OrderMatch(
            account=when.get("account"),
            country=when.get("country"),
            service=when.get("service"),
            carrier=when.get("carrier"),
            least=price.get("from", 0),
            most=price.get("to"),
        ),
        turn=_turn(when),
        sms=tuple(map(_sms, rule.get("sms", ()))),
        another=tuple(tuple(map(_sms, each)) for each in rule.get("another", ())),
        order_id=rule.get("orderId"),
        phone=rule.get("phoneNumber"),
        lifetime=duration(rule["lifetime"]) if "lifetime" in rule else None,
        expires_at=instant(rule["expiresAt"]) if "expiresAt" in rule else None,
        shortage=Shortage(shortage.get("tries", 0), duration(shortage.get("for", ""))),
        repricing=Repricing(**repricing) if repricing else None,
    )


def _sms(sms: Section) -> SmsRule:
    return SmsRule(
        after=duration(sms.get("after", "")),
        polls=sms.get("polls", 0),
        text=sms.get("text"),
        code=sms.get("code"),
        language=sms.get("language"),
        locale=sms.get("locale", DEFAULT_LOCALE),
        times=sms.get("times", 1),
    )


def _turn(when: Section) -> Turn:
    nth = when.get("nth", {})
    span = {"from": nth, "to": nth} if isinstance(nth, int) else nth
    return Turn(span.get("from", 1), span.get("to"), when.get("every", 1), when.get("probability", 1))


def _payment_rule(rule: Section) -> PaymentRule:
    when, end = rule.get("when", {}), rule.get("ends")
    return PaymentRule(
        when=PaymentMatch(when.get("account"), when.get("provider")),
        turn=_turn(when),
        after=duration(end["after"]) if end else 0,
        status=Status(end.get("as", Status.PAID)) if end else None,
        page=rule.get("page"),
        steps=tuple(Settlement(duration(step["after"]), Status(step["as"])) for step in rule.get("steps", ())),
    )


def _restocking(restock: Section | None) -> Restocking | None:
    return Restocking(duration(restock["after"]), restock["stock"]) if restock else None
