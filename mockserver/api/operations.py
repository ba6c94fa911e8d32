"""What each operation of the vocabulary does: from its arguments to a use case, and to the values of its result."""

# ruff: noqa: D103 - the vocabulary describes every operation

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mockserver.api.results import (
    CountryRecord,
    CouponRecord,
    FavouriteRecord,
    OfferRecord,
    OrderRecord,
    PaymentRecord,
    ShareRecord,
    totals_record,
)
from mockserver.domain.clock import Instant
from mockserver.domain.customer import Customer
from mockserver.domain.order import Order, State
from mockserver.domain.world import World
from mockserver.usecases import account, lookup, ordering, paying
from mockserver.usecases.lookup import Listing

Result = dict[str, Any]


class OperationCall(NamedTuple):
    """A request that fits the contract: who asks, in which world, and the arguments by the vocabulary's names."""

    customer: Customer
    world: World
    arguments: Mapping[str, Any]


def balance(_: OperationCall) -> Result:
    return {}


def invoices(call: OperationCall) -> Result:
    return {"payments": [PaymentRecord(payment) for payment in paying.invoices(call.world, call.customer)]}


def coupons(call: OperationCall) -> Result:
    now = call.world.clock.now()
    return {"coupons": [CouponRecord(coupon, now) for coupon in call.world.coupons_of(call.customer)]}


def favourites(call: OperationCall) -> Result:
    return {"favourites": [_favourite(call, *pair) for pair in call.customer.favourites]}


def toggle_favourite(call: OperationCall) -> Result:
    country, service = call.arguments["country"], call.arguments["service"]
    marked = account.toggle_favourite(call.world, call.customer, country, service)
    return {"favourite": _favourite(call, country, service, marked=marked)}


def countries(call: OperationCall) -> Result:
    return {"countries": [CountryRecord(country) for country in lookup.countries(call.world)]}


def services(call: OperationCall) -> Result:
    found = lookup.listings(call.world, call.arguments["country"], call.arguments["carrier"])
    return {"offers": [_offer(call, listing) for listing in found]}


def quote(call: OperationCall) -> Result:
    asked = call.arguments
    return {"offer": _offer(call, lookup.listing(call.world, asked["country"], asked["carrier"], asked["service"]))}


def popular(call: OperationCall) -> Result:
    return {"offers": [_offer(call, listing) for listing, _ in lookup.popular(call.world)]}


def country_stats(call: OperationCall) -> Result:
    found = lookup.by_country(call.world, call.arguments["service"])
    return {"offers": [_offer(call, listing) for listing in found]}


def order(call: OperationCall) -> Result:
    return _order(call, ordering.order_number(call.world, call.customer, ordering.OrderRequest(**call.arguments)))


def look(call: OperationCall) -> Result:
    return _order(call, lookup.single(call.world, call.customer, call.arguments["order"]))


def list_inventory(call: OperationCall) -> Result:
    return _orders(call, lookup.inventory(call.world, call.customer, call.arguments["expired"]))


def orders(call: OperationCall) -> Result:
    asked, catalogue = call.arguments, call.world.catalogue
    wanted = lookup.OrderFilter(
        country=None if asked["country"] is None else catalogue.country(asked["country"]).code,
        service=None if asked["service"] is None else catalogue.service(asked["service"]).code,
        state=None if asked["state"] is None else State(asked["state"]),
        expires_from=asked["expires_from"],
        expires_through=asked["expires_through"],
    )
    return _orders(call, list(lookup.matching(call.world, call.customer, wanted)))


def refund(call: OperationCall) -> Result:
    return _order(call, ordering.refund(call.world, call.customer, call.arguments["order"]))


def another(call: OperationCall) -> Result:
    return _order(call, ordering.request_another(call.world, call.customer, call.arguments["order"]))


def invoice(call: OperationCall) -> Result:
    return _invoice(call, paying.CRYPTOMUS)


def card_invoice(call: OperationCall) -> Result:
    return _invoice(call, paying.PAY4BIT)


def wallet(call: OperationCall) -> Result:
    asked = call.arguments
    payment = paying.create_wallet(
        call.world, call.customer, asked["currency"], asked["network"], asked["amount"], asked["coupon"]
    )
    return _wallet(PaymentRecord(payment))


def transaction(call: OperationCall) -> Result:
    return _wallet(PaymentRecord(paying.transaction(call.world, call.customer, call.arguments["payment"])))


def count(call: OperationCall) -> Result:
    since, through = call.arguments["since"], call.arguments["through"]

    def within(at: Instant) -> bool:
        return (since is None or since <= at) and (through is None or at <= through)

    total, by_service = account.statistics(call.world, call.customer, within)
    shares = [ShareRecord(service, totals_record(part)) for service, part in by_service]
    return {"totals": totals_record(total), "by_service": shares}


def _favourite(call: OperationCall, country: str, service: str, *, marked: bool = True) -> FavouriteRecord:
    catalogue = call.world.catalogue
    return FavouriteRecord(CountryRecord(catalogue.country(country)), catalogue.service(service), marked)


def _offer(call: OperationCall, listing: Listing) -> OfferRecord:
    return OfferRecord(call.world, lookup.shown(call.world, call.customer, listing))


def _order(call: OperationCall, found: Order) -> Result:
    return {"order": OrderRecord(call.world, found)}


def _orders(call: OperationCall, found: list[Order]) -> Result:
    return {"orders": [OrderRecord(call.world, each) for each in found]}


def _invoice(call: OperationCall, provider: paying.Provider) -> Result:
    asked = call.arguments
    payment = paying.create_invoice(call.world, call.customer, provider, asked["amount"], asked["coupon"])
    return {"payment": PaymentRecord(payment)}


def _wallet(payment: PaymentRecord) -> Result:
    return {"payment": payment, "wallet": payment.wallet}


OPERATIONS: Mapping[str, Callable[[OperationCall], Result]] = {
    "balance": balance,
    "invoices": invoices,
    "coupons": coupons,
    "favourites": favourites,
    "toggle_favourite": toggle_favourite,
    "countries": countries,
    "services": services,
    "quote": quote,
    "popular": popular,
    "country_stats": country_stats,
    "order": order,
    "look": look,
    "inventory": list_inventory,
    "orders": orders,
    "refund": refund,
    "another": another,
    "invoice": invoice,
    "card_invoice": card_invoice,
    "wallet": wallet,
    "transaction": transaction,
    "statistics": count,
}
