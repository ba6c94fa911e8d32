"""What each operation of V2 does: a thin layer between its arguments, the use cases and its wire shape."""

from functools import partial

from mockserver.dialects import wire
from mockserver.dialects.dialect import Call, Handlers, Reply
from mockserver.domain.catalogue import ANY_CARRIER
from mockserver.domain.world import World
from mockserver.usecases import inventory, lookup, ordering, paying


def _ok(body: object) -> Reply:
    return Reply(200, {"error": False, "body": body})


def get_balance(call: Call, world: World) -> Reply:
    return _ok(
        {
            "userId": call.customer.id,
            "balance": world.ledger.balance(call.customer.id),
            "totalCharges": str(call.customer.total_charges),
            "currentDiscountRate": call.customer.tier.label,
            "discountRates": wire.discount_rates(),
        }
    )


def top_up_crypto(call: Call, world: World) -> Reply:
    return _ok(paying.create_invoice(world, call.customer, paying.CRYPTOMUS, call.query["amount"]).url)


def top_up_crypto_wallet(call: Call, world: World) -> Reply:
    amount = wire.cents(call.query["amount"])
    currency, network = call.query["currency"], call.query["network"]
    return _ok(wire.transaction(paying.create_wallet(world, call.customer, currency, network, amount)))


def get_countries(call: Call, world: World) -> Reply:
    return _ok([wire.country(country) for country in lookup.countries(world)])


def get_services(call: Call, world: World) -> Reply:
    found = lookup.listings(world, call.query["country"], call.query.get("carrier", ANY_CARRIER))
    return _ok([wire.service(lookup.shown(world, call.customer, listing), wire.dollars) for listing in found])


def get_service_detail(call: Call, world: World) -> Reply:
    carrier = call.query.get("carrier", ANY_CARRIER)
    offered = lookup.listing(world, call.query["country"], carrier, call.query["service"])
    found = lookup.shown(world, call.customer, offered)
    return _ok(wire.service_detail(found, lookup.quoted(world, found), wire.dollars))


def get_country_stats(call: Call, world: World) -> Reply:
    return _ok(
        [
            {"cShort": country.code, "country": country.name, "successRate": offer.success, "orders": orders}
            for country, offer, orders in lookup.country_stats(world, call.query["service"])
        ]
    )


def purchase(call: Call, world: World) -> Reply:
    """Buy a number. The answer has no envelope (documented); `failover` is V3's and on by default there."""
    request = ordering.OrderRequest(
        country=call.body["country"],
        service=call.body["service"],
        carrier=call.body["carrier"],
        maximum=wire.cents(call.body["maximumPrice"]),
        m=call.body["m"],
        n=call.body["n"],
        failover=True,
    )
    order = ordering.order_number(world, call.customer, request)
    return Reply(200, {"error": False, **wire.purchase(order, wire.dollars)})


def refund(call: Call, world: World) -> Reply:
    ordering.refund(world, call.customer, call.body["orderId"])
    return _ok("refund-completed")


def request_another(call: Call, world: World) -> Reply:
    ordering.request_another(world, call.customer, call.body["orderId"])
    return _ok("requestAnother-completed")


def get_phone_status(call: Call, world: World, words: wire.Words = wire.WORDS) -> Reply:
    order = inventory.single(world, call.customer, call.query["orderId"])
    return _ok(wire.order_item(world, order, wire.dollars, words))


_END_OF_TIME = "9999-12-31 23:59:59"


def get_bulk_phone_status(call: Call, world: World, words: wire.Words = wire.WORDS) -> Reply:
    query = call.query
    wanted = inventory.OrderFilter(
        country=world.catalogue.country(query["country"]).code if "country" in query else None,
        service=world.catalogue.service(query["service"]).code if "service" in query else None,
        state=next((state for state, word in words.items() if word == query.get("status")), None),
    )
    orders = inventory.matching(world, call.customer, wanted)
    items = (wire.order_item(world, order, wire.dollars, words) for order in orders)
    first, last = query.get("expiresFrom", ""), query.get("expiresTo", _END_OF_TIME)
    return _ok([item for item in items if first <= str(item["expiredAtUTC"]) <= last])


HANDLERS: Handlers = {
    "getBalance": get_balance,
    "topUpCrypto": top_up_crypto,
    "topUpCryptoWallet": top_up_crypto_wallet,
    "getCountries": get_countries,
    "getServices": get_services,
    "getServiceDetail": get_service_detail,
    "getCountryStats": get_country_stats,
    "purchase": purchase,
    "refund": refund,
    "requestAnother": request_another,
    "getPhoneStatus": get_phone_status,
    "getBulkPhoneStatus": get_bulk_phone_status,
}


def in_words(words: wire.Words) -> Handlers:
    """All handlers, calling the states of orders by these words."""
    showing_orders = {"getPhoneStatus": get_phone_status, "getBulkPhoneStatus": get_bulk_phone_status}
    return {**HANDLERS, **{name: partial(handler, words=words) for name, handler in showing_orders.items()}}
