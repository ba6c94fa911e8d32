"""What each operation of V3 does: a thin layer between its arguments, the use cases and its wire shape."""

from functools import partial

from mockserver.dialects import wire
from mockserver.dialects.dialect import Call, Handlers, Reply
from mockserver.domain.order import State
from mockserver.domain.world import World
from mockserver.usecases import account, inventory, lookup, ordering, paying, statistics


def _ok(body: object) -> Reply:
    return Reply(200, {"ok": True, "body": body})


def _cents(cents: int) -> int:
    return cents


def get_balance(call: Call, world: World) -> Reply:
    customer = call.customer
    return _ok(
        {
            "userId": customer.id,
            "stripeId": customer.stripe_id,
            "cryptomusId": customer.cryptomus_id,
            "balance": world.ledger.balance(customer.id),
            "status": customer.status,
            "lang": customer.lang,
            "referral": customer.referral,
            "totalCharges": str(customer.total_charges),
            "couponCount": len(account.usable_coupons(world, customer)),
            "currentDiscountRate": customer.tier.label,
            "vipSupport": customer.vip_support,
            "vipTelegram": customer.vip_telegram,
            "discountRates": wire.discount_rates(),
        }
    )


def get_invoices(call: Call, world: World) -> Reply:
    return _ok(
        [
            {
                "method": payment.method,
                "sesid": payment.session,
                "payId": payment.page,
                "amount": payment.cents,
                "created": wire.utc(payment.created_at),
                "expires_at": wire.utc(payment.expires_at),
                "status": payment.status,
                "userId": payment.customer,
            }
            for payment in paying.invoices(world, call.customer)
        ]
    )


def get_coupons(call: Call, world: World) -> Reply:
    now = world.clock.now()
    codes = [
        {
            "userId": coupon.customer,
            "code": coupon.code,
            "issuedAt": wire.utc(coupon.issued_at),
            "expiredAt": wire.utc(coupon.expires_at),
            "status": coupon.status(now),
            "timing": coupon.days,
            "percentage": coupon.percentage,
            "targetPay": coupon.target,
        }
        for coupon in world.coupons_of(call.customer)
    ]
    return _ok({"totalReceived": call.customer.coupons_received, "codes": codes})


def get_favourites(call: Call, world: World) -> Reply:
    catalogue = world.catalogue
    pairs = call.customer.favourites
    return _ok(
        [wire.service_in_country(catalogue.service(service), catalogue.country(place)) for place, service in pairs]
    )


def toggle_favourite(call: Call, world: World) -> Reply:
    added = account.toggle_favourite(world, call.customer, call.path["country"], call.path["service"])
    return _ok("favourite-added" if added else "favourite-removed")


def create_cryptomus_invoice(call: Call, world: World) -> Reply:
    return _invoice(call, world, paying.CRYPTOMUS)


def create_pay4bit_invoice(call: Call, world: World) -> Reply:
    return _invoice(call, world, paying.PAY4BIT)


def _invoice(call: Call, world: World, provider: paying.Provider) -> Reply:
    coupon = call.body.get("couponCode")
    return _ok(paying.create_invoice(world, call.customer, provider, call.path["amount"], coupon).url)


def create_cryptomus_wallet(call: Call, world: World) -> Reply:
    amount = wire.cents(call.path["amount"])
    coupon = call.body.get("couponCode")
    currency, network = call.path["currency"], call.path["network"]
    return _ok(wire.transaction(paying.create_wallet(world, call.customer, currency, network, amount, coupon)))


def get_cryptomus_transaction(call: Call, world: World) -> Reply:
    return _ok(wire.transaction(paying.transaction(world, call.customer, call.path["order_id"])))


def get_countries(call: Call, world: World) -> Reply:
    return _ok([wire.country(country) for country in lookup.countries(world)])


def list_services(call: Call, world: World) -> Reply:
    found = lookup.listings(world, call.path["country"], call.path["carrier"])
    return _ok([wire.service(lookup.shown(world, call.customer, listing), _cents) for listing in found])


def get_service_detail(call: Call, world: World) -> Reply:
    offered = lookup.listing(world, call.path["country"], call.path["carrier"], call.path["service"])
    found = lookup.shown(world, call.customer, offered)
    return _ok(wire.service_detail(found, lookup.quoted(world, found), _cents))


def get_popular(call: Call, world: World) -> Reply:
    return _ok(
        [
            {
                **wire.service_in_country(listing.service, listing.country),
                "price": lookup.shown(world, call.customer, listing).price,
                "count": listing.stock,
                "orders": orders,
            }
            for listing, orders in lookup.popular(world)
        ]
    )


def order_number(call: Call, world: World) -> Reply:
    request = ordering.OrderRequest(
        country=call.body["country"],
        service=call.body["service"],
        carrier=call.body["carrier"],
        maximum=int(call.body["maximumPrice"]),
        m=call.body["m"],
        n=call.body["n"],
        failover=call.body["failover"],
    )
    return _ok(wire.purchase(ordering.order_number(world, call.customer, request), _cents))


def get_order(call: Call, world: World, words: wire.Words = wire.WORDS) -> Reply:
    order = inventory.single(world, call.customer, call.path["orderId"])
    return _ok([wire.order_item(world, order, _cents, words)])


def get_inventory(call: Call, world: World, words: wire.Words = wire.WORDS) -> Reply:
    orders = inventory.inventory(world, call.customer, int(call.path["limit"]))
    return _ok([wire.order_item(world, order, _cents, words) for order in orders])


def change_order_status(call: Call, world: World) -> Reply:
    change = call.path["next"]
    _CHANGES[change](world, call.customer, call.path["orderId"])
    return _ok(f"{change}-completed")


_CHANGES = {"refund": ordering.refund, "requestAnother": ordering.request_another}


_END_OF_DAYS = "9999-12-31"


def get_statistics(call: Call, world: World) -> Reply:
    first, last = call.query.get("from", ""), call.query.get("to", _END_OF_DAYS)
    within = lambda at: first <= wire.utc(at)[:10] <= last  # noqa: E731 - a date compares as its text does
    total, by_service = statistics.statistics(world, call.customer, within)
    return _ok(
        {
            "orders": total.orders,
            "completed": total.completed,
            **{state: total.outcomes[State(state)] for state in ("refunded", "expired", "waiting")},
            "spent": total.spent,
            "refundedAmount": total.refunded,
            "successRate": total.success_rate,
            "byService": [
                {
                    "sShort": service.code,
                    "service": service.name,
                    "orders": part.orders,
                    "completed": part.completed,
                    "spent": part.spent,
                }
                for service, part in by_service
            ],
        }
    )


HANDLERS: Handlers = {
    "createCryptomusInvoice": create_cryptomus_invoice,
    "createCryptomusWallet": create_cryptomus_wallet,
    "getCryptomusTransaction": get_cryptomus_transaction,
    "createPay4bitInvoice": create_pay4bit_invoice,
    "getFavourites": get_favourites,
    "toggleFavourite": toggle_favourite,
    "getBalance": get_balance,
    "getInvoices": get_invoices,
    "getCoupons": get_coupons,
    "listServices": list_services,
    "getServiceDetail": get_service_detail,
    "getInventory": get_inventory,
    "orderNumber": order_number,
    "getOrder": get_order,
    "changeOrderStatus": change_order_status,
    "getPopular": get_popular,
    "getCountries": get_countries,
    "getStatistics": get_statistics,
}


def in_words(words: wire.Words) -> Handlers:
    """All handlers, calling the states of orders by these words."""
    showing_orders = {"getInventory": get_inventory, "getOrder": get_order}
    return {**HANDLERS, **{name: partial(handler, words=words) for name, handler in showing_orders.items()}}
