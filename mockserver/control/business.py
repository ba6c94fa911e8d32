"""The vendor's side of a world: SMS, expiry and refunds of orders, payments, prices and stock."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from mockserver.contract import did_you_mean
from mockserver.contract.messages import brief
from mockserver.control.context import ControlCall, ControlContext, ControlReply, slot
from mockserver.control.errors import ControlError
from mockserver.control.views import order_view, payment_view, stock_view
from mockserver.domain.catalogue import ANY_CARRIER, Country, Service
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Order, OrderEvent
from mockserver.domain.payment import Status
from mockserver.domain.refusal import Refusal
from mockserver.domain.schedule import OrderEnds, PaymentSettles, SmsDue
from mockserver.domain.settlement import settle
from mockserver.domain.world import World
from mockserver.scenario.build import plan_change
from mockserver.simulation.script import SeededScript
from mockserver.simulation.worlds import WorldSlot
from mockserver.usecases import ordering

if TYPE_CHECKING:
    from mockserver.domain.catalogue import StockKey


def list_orders(call: ControlCall, context: ControlContext) -> ControlReply:
    """`listOrders`."""
    world, query = slot(call, context).world, call.query
    settle(world)
    orders = (
        order
        for order in reversed(world.all_orders())
        if query.get("state") in (None, order.state) and query.get("account") in (None, order.customer)
    )
    return ControlReply(200, {"orders": [order_view(order) for order in islice(orders, query["limit"])]})


def deliver_sms(call: ControlCall, context: ControlContext) -> ControlReply:
    """`deliverSms`."""
    changed, order = _order(call, context)
    if not order.can(OrderEvent.SMS):
        raise ControlError(409, f"the order {order.id} is {order.state} and can no longer receive an SMS")
    world, script = changed.world, changed.world.script
    text, code = call.body.get("text"), call.body.get("code")
    if not isinstance(script, SeededScript):
        raise ControlError(409, "this world has no scenario to write an SMS from")
    sms = script.sms(order, text, code)
    world.schedule.plan(world.clock.now(), SmsDue(order.id, sms.text, sms.code))
    return _settled(changed, order)


def expire_order(call: ControlCall, context: ControlContext) -> ControlReply:
    """`expireOrder`."""
    changed, order = _order(call, context)
    if not order.can(OrderEvent.EXPIRY):
        raise ControlError(409, f"the order {order.id} is already {order.state}")
    world = changed.world
    now = world.clock.now()
    world.save_order(order._replace(expires_at=now))
    world.schedule.plan(now, OrderEnds(order.id))
    return _settled(changed, order)


def refund_order(call: ControlCall, context: ControlContext) -> ControlReply:
    """`refundOrder`."""
    changed, order = _order(call, context)
    try:
        ordering.refund(changed.world, changed.world.customers[order.customer], order.id)
    except Refusal as refusal:
        raise ControlError(409, f"the order {order.id} is {order.state}: {refusal.reason}") from None
    return _settled(changed, order)


def list_payments(call: ControlCall, context: ControlContext) -> ControlReply:
    """`listPayments`."""
    world, query = slot(call, context).world, call.query
    settle(world)
    payments = (
        payment for payment in reversed(world.all_payments()) if query.get("account") in (None, payment.customer)
    )
    return ControlReply(200, {"payments": [payment_view(payment) for payment in islice(payments, query["limit"])]})


def settle_payment(call: ControlCall, context: ControlContext) -> ControlReply:
    """`settlePayment`. The payment is named by its id, or by that of its page or its session at the provider."""
    changed = slot(call, context)
    world, name = changed.world, call.path["payment"]
    settle(world)
    try:
        payment = world.payment(name)
    except KeyError:
        named = (each for each in reversed(world.all_payments()) if name in (each.page, each.session))
        found = next(named, None)
        if found is None:
            raise ControlError(404, f"there is no payment {brief(name)} in this world") from None
        payment = found
    if not payment.is_open:
        raise ControlError(409, f"the payment {payment.id} is already {payment.status}")
    world.schedule.plan(world.clock.now(), PaymentSettles(payment.id, Status(call.body["status"])))
    settle(world)
    changed.publish_ledger()
    return ControlReply(200, payment_view(world.payment(payment.id)))


def change_account(call: ControlCall, context: ControlContext) -> ControlReply:
    """`changeAccount`."""
    changed = slot(call, context)
    world, user = changed.world, call.path["account"]
    settle(world)
    if user not in world.customers:
        hint = did_you_mean(user, world.customers)
        raise ControlError(404, f"there is no account {brief(user)} in this world{hint}")
    missing = call.body["balance"] - world.ledger.balance(user)
    if missing:
        world.ledger.post(Entry(world.clock.now(), user, EntryKind.ADJUSTMENT, missing, user))
    changed.publish_ledger()
    return ControlReply(200, {"userId": user, "balance": world.ledger.balance(user)})


def show_catalogue(call: ControlCall, context: ControlContext) -> ControlReply:
    """`showCatalogue`."""
    world = slot(call, context).world
    settle(world)
    country = _country(world, call.query["country"])
    services = (
        [_service(world, call.query["service"])] if "service" in call.query else world.catalogue.services.values()
    )
    return ControlReply(200, _stock_views(world, country, services, ANY_CARRIER))


def change_catalogue(call: ControlCall, context: ControlContext) -> ControlReply:
    """`changeCatalogue`."""
    changed, body = slot(call, context), call.body
    world = changed.world
    settle(world)
    country, service = _country(world, body["country"]), _service(world, body["service"])
    if (country.code, service.code) not in world.catalogue.offers:
        raise ControlError(409, f"{service.name} is not offered in {country.name}")
    shown = _stock_views(world, country, [service], body["carrier"])
    plan_change(world, {**body, "country": country.code, "service": service.code}, world.clock.now())
    settle(world)
    shown = _stock_views(world, country, [service], body["carrier"])
    return ControlReply(200, shown)


def _order(call: ControlCall, context: ControlContext) -> tuple[WorldSlot, Order]:
    found = slot(call, context)
    settle(found.world)
    name = call.path["order"]
    try:
        return found, found.world.order(name)
    except KeyError:
        raise ControlError(404, f"there is no order {brief(name)} in this world") from None


def _settled(changed: WorldSlot, order: Order) -> ControlReply:
    settle(changed.world)
    changed.publish_ledger()
    return ControlReply(200, order_view(changed.world.order(order.id)))


def _country(world: World, text: str) -> Country:
    try:
        return world.catalogue.country(text)
    except Refusal:
        known = world.catalogue.countries.values()
        spellings = {spelling.casefold(): each for each in known for spelling in (each.code, each.name)}
        raise ControlError(404, f"there is no country {brief(text)}{_suggestion(text, spellings)}") from None


def _service(world: World, code: str) -> Service:
    try:
        return world.catalogue.service(code)
    except Refusal:
        known = world.catalogue.services.values()
        spellings = {spelling.casefold(): each for each in known for spelling in (each.code, each.name)}
        raise ControlError(404, f"there is no service {brief(code)}{_suggestion(code, spellings)}") from None


def _suggestion(text: str, spellings: Mapping[str, Country | Service]) -> str:
    """Return a suggestion of the code whose code or name is nearest to a text, or nothing if none is near."""
    from difflib import get_close_matches  # needed for errors only

    nearest = get_close_matches(text.casefold(), spellings, n=1)
    return f", did you mean {spellings[nearest[0]].code} ({spellings[nearest[0]].name})?" if nearest else ""


def _stock_views(world: World, country: Country, services: Iterable[Service], carrier: str) -> dict[str, object]:
    try:
        carriers = world.catalogue.carriers(country, carrier)
    except Refusal:
        known = [each.name for each in country.carriers]
        raise ControlError(
            404, f"{country.name} has no carrier {brief(carrier)}{did_you_mean(carrier, known)}"
        ) from None
    stock_keys: Iterable[StockKey] = (
        stock_key for service in services for stock_key in world.stock.stock_keys(country, carriers, service)
    )
    return {"shelves": [stock_view(stock_key, world) for stock_key in stock_keys]}
