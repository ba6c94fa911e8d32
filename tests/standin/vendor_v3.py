"""The 18 operations of V3, with every undocumented detail decided in the stand-in's own way."""

import zlib
from collections import Counter
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from tests.standin.records import (
    ANY,
    COUNTRIES,
    SERVICES,
    TIERS,
    Coupon,
    Fault,
    Message,
    Method,
    Order,
    OrderRequest,
    Payment,
    PaymentState,
    Quote,
    RefusedError,
    State,
    tier_of,
)
from tests.standin.web import Call, Dialect, Operation, dollars, iso, percent, split_pair, stamp

STATES = {
    State.WAITING: "pending",
    State.COMPLETED: "complete",
    State.REFUNDED: "returned",
    State.EXPIRED: "timeout",
}
INVOICE_STATES = {PaymentState.OPEN: "new", PaymentState.PAID: "done", PaymentState.CANCELLED: "cancel"}
TRANSACTION_STATES = {
    PaymentState.OPEN: "awaiting-funds",
    PaymentState.PAID: "funded",
    PaymentState.CANCELLED: "lapsed",
}
FAILURES: dict[Fault, tuple[int, str]] = {
    Fault.BAD_REQUEST: (422, "E_REQUEST"),
    Fault.FOREIGN_KEY: (403, "E_FOREIGN"),
    Fault.NO_NUMBERS: (409, "NO_NUMBERS"),
    Fault.STALE_QUOTE: (222, "E_QUOTE"),
    Fault.POOR: (402, "E_BALANCE"),
    Fault.NO_ORDER: (404, "E_ORDER"),
    Fault.NO_REFUND: (409, "E_REFUND"),
    Fault.NO_SMS_YET: (409, "E_SILENT"),
    Fault.OVER: (410, "E_OVER"),
    Fault.NO_COUNTRY: (404, "E_COUNTRY"),
    Fault.NO_SERVICE: (404, "E_SERVICE"),
    Fault.NO_CARRIER: (404, "E_CARRIER"),
    Fault.BAD_COUPON: (409, "E_COUPON"),
    Fault.BAD_COIN: (422, "E_COIN"),
    Fault.NO_TRANSACTION: (404, "E_TRANSACTION"),
}

# Payments.


def create_cryptomus_invoice(call: Call) -> object:
    """Open a crypto invoice over whole dollars."""
    payment = call.model.pay(call.account, Method.CRYPTO_INVOICE, call.whole("amount") * 100, call.coupon())
    return checkout_url(payment)


def create_pay4bit_invoice(call: Call) -> object:
    """Open a card invoice over whole dollars."""
    payment = call.model.pay(call.account, Method.CARD_INVOICE, call.whole("amount") * 100, call.coupon())
    signed = {"sum": dollars(payment.cents), "account": payment.user, "currency": "USD"}
    sign = f"{zlib.crc32(urlencode(signed).encode()):08x}"
    return "https://api.pay4bit.net/pay?" + urlencode(
        {"public_key": "standin", "desc": payment.id, "paySystem": "card", **signed, "sign": sign}
    )


def create_cryptomus_wallet(call: Call) -> object:
    """Open a wallet address over dollars and cents."""
    coin = (call.text("currency"), call.text("network"))
    payment = call.model.open_wallet(call.account, coin, call.dollars("amount"), call.coupon())
    return {
        "wallet": {
            "ref": payment.id,
            "sendTo": address(payment),
            "coin": f"{payment.currency}/{payment.network}",
            "usdCents": payment.cents,
            "validUntil": iso(payment.expires),
        }
    }


def get_cryptomus_transaction(call: Call) -> object:
    """Show a wallet payment."""
    payment = call.model.wallet_of(call.account, call.text("order_id"))
    return {
        "to_address": address(payment),
        "currency": payment.currency,
        "network": payment.network.lower(),
        "amountInUSD": dollars(payment.cents),
        "amountInCrypto": dollars(payment.cents * 998 // 1000),
        "expire_at": payment.expires,
        "url": checkout_url(payment),
        "order_id": payment.id,
        "progress": {"word": TRANSACTION_STATES[payment.state(call.model.now)]},
    }


def checkout_url(payment: Payment) -> str:
    """Make the page on which a crypto payment is completed."""
    return f"https://pay.cryptomus.com/pay/{payment.id}"


def address(payment: Payment) -> str:
    """Make the address of a wallet payment."""
    return f"0x{payment.id.replace('-', '')}{zlib.crc32(payment.id.encode()):08x}"


def get_invoices(call: Call) -> object:
    """List the payments of the account."""
    return [invoice(payment, call.model.now) for payment in call.model.payments_of(call.account)]


def invoice(payment: Payment, now: int) -> dict[str, object]:
    """Show a payment as the list of payments does."""
    return {
        "method": payment.method.value,
        "sesid": payment.session,
        "payId": payment.id,
        "amount": payment.cents,
        "created": stamp(payment.created),
        "expires_at": stamp(payment.expires),
        "status": INVOICE_STATES[payment.state(now)],
        "userId": payment.user,
    }


# The account.


def get_balance(call: Call) -> object:
    """Show the balance and the discount of the account."""
    account = call.account
    return {
        "userId": account.user,
        "stripeId": f"cus_{account.user}",
        "cryptomusId": None,
        "balance": account.balance,
        "status": None,
        "lang": None,
        "referral": None,
        "totalCharges": str(account.charges),
        "couponCount": sum(not coupon.used for coupon in call.model.coupons_of(account)),
        "currentDiscountRate": tier_of(account.charges)[2],
        "vipSupport": False,
        "vipTelegram": "",
        "discountRates": discount_rates(),
    }


def discount_rates() -> list[list[object]]:
    """Write the discount tiers as both versions document them."""
    return [[charges, 1 if rate == 100 else rate / 100, label] for charges, rate, label in TIERS]


def get_coupons(call: Call) -> object:
    """List the coupons of the account, and the cents they have brought."""
    coupons = call.model.coupons_of(call.account)
    return {"totalReceived": sum(coupon.received for coupon in coupons), "codes": [coupon_item(c) for c in coupons]}


def coupon_item(coupon: Coupon) -> dict[str, object]:
    """Show a coupon."""
    return {
        "userId": coupon.user,
        "code": coupon.code,
        "issuedAt": stamp(coupon.issued),
        "expiredAt": stamp(coupon.expires),
        "status": "burnt" if coupon.used else "issued",
        "timing": (coupon.expires - coupon.issued) // 86_400,
        "percentage": coupon.percentage,
        "targetPay": coupon.target,
    }


def get_favourites(call: Call) -> object:
    """List the favourites of the account."""
    favourites = call.account.favourites
    return {"starred": {"total": len(favourites), "pairs": [f"{country}-{service}" for country, service in favourites]}}


def toggle_favourite(call: Call) -> object:
    """Put a favourite on the list or off it."""
    country, service = split_pair(call.text("pair"))
    return {"pair": f"{country}-{service}", "starred": call.model.toggle_favourite(call.account, country, service)}


# Lookups.


def get_countries(call: Call) -> object:
    """Show the countries and their carriers, keyed by code."""
    return {
        "countries": {
            code: {"label": country.name, "operators": [{"slug": slug} for slug in (ANY, *country.carriers)]}
            for code, country in COUNTRIES.items()
        }
    }


def list_services(call: Call) -> object:
    """List the services of a country and a carrier."""
    quotes = call.model.quotes(call.account, call.text("country"), call.text("carrier"))
    return {"items": [service_item(quote) for quote in quotes]}


def service_item(quote: Quote) -> dict[str, object]:
    """Show a service in a list."""
    return {
        "pair": f"{quote.country}-{quote.service}",
        "title": SERVICES[quote.service],
        "cost": dollars(quote.price),
        "left": quote.available,
    }


def get_service_detail(call: Call) -> object:
    """Quote a service."""
    quote = call.model.quote(call.account, call.text("country"), call.text("service"), call.text("carrier"))
    return {"quote": quote_item(quote)}


def quote_item(quote: Quote) -> dict[str, object]:
    """Show a quote."""
    return {
        **service_item(quote),
        "place": COUNTRIES[quote.country].name,
        "via": quote.carrier,
        "delivered": f"{quote.rate}%",
        "proof": {"first": quote.first, "second": quote.second},
    }


def get_popular(call: Call) -> object:
    """Rank the offers by the orders made."""
    model = call.model
    ranked = sorted(model.offers, key=lambda pair: -model.sold(*pair))
    quotes = [model.quote(call.account, country, service, ANY) for country, service in ranked]
    return {
        "ranking": [
            {
                "pair": f"{quote.country}-{quote.service}",
                "title": f"{SERVICES[quote.service]}, {COUNTRIES[quote.country].name}",
                "cents": quote.price,
                "left": quote.available,
                "sold": model.sold(quote.country, quote.service),
            }
            for quote in quotes
        ]
    }


# Orders.


def order_number(call: Call) -> object:
    """Sell a number."""
    request = OrderRequest(
        country=call.text("country"),
        service=call.text("service"),
        carrier=call.text("carrier"),
        maximum=call.dollars("maximumPrice"),
        first=call.text("m"),
        second=call.text("n"),
        failover=call.flag("failover", True),
    )
    order = call.model.order(call.account, request)
    return {
        "orderId": order.id,
        "phoneNumber": order.phone,
        "expiredAtUTC": stamp(order.ends),
        "purchasePrice": order.price,
    }


def get_order(call: Call) -> object:
    """Show one order, as a list."""
    return [order_item(call.model.order_of(call.account, call.text("orderId")), call.model.now)]


def order_item(order: Order, now: int) -> dict[str, object]:
    """Show an order: the documented fields, then the stand-in's own."""
    return {
        "sShort": order.service,
        "cShort": order.country,
        "orderId": order.id,
        "country": COUNTRIES[order.country].name,
        "service": SERVICES[order.service],
        "carrier": order.carrier,
        "phoneNumber": order.phone,
        "purchasePrice": order.price,
        "status": STATES[order.state(now)],
        "boughtAt": order.bought,
        "endsAt": iso(order.ends),
        "sms": [sms_item(message) for message in order.messages],
    }


def sms_item(message: Message) -> dict[str, object]:
    """Show an SMS."""
    return {"content": message.text, "pin": message.code, "arrived": iso(message.at)}


def get_inventory(call: Call) -> object:
    """List the running orders and some expired ones."""
    orders = call.model.inventory(call.account, call.whole("limit"))
    return [inventory_item(order, call.model.now) for order in orders]


def inventory_item(order: Order, now: int) -> dict[str, object]:
    """Show an order in the inventory."""
    return {
        "id": order.id,
        "pair": f"{order.country}-{order.service}",
        "number": {"value": order.phone, "operator": order.carrier},
        "state": STATES[order.state(now)],
        "paid": dollars(order.price),
        "window": {"from": order.bought, "to": order.ends},
        "inbox": {"count": len(order.messages), "sms": [sms_item(message) for message in order.messages]},
    }


def change_order_status(call: Call) -> object:
    """Return a number, or ask for another SMS on it."""
    changes = {
        "refund": (call.model.refund, "refund-completed"),
        "requestAnother": (call.model.another, "another-sms-awaited"),
    }
    if call.text("next") not in changes:
        raise RefusedError(Fault.BAD_REQUEST)
    change, answer = changes[call.text("next")]
    change(call.account, call.text("orderId"))
    return answer


# Statistics.


def get_statistics(call: Call) -> object:
    """Sum up the orders made in a span of time given in Unix seconds."""
    since, until = call.whole_or("since", 0), call.whole_or("until", call.model.now)
    orders = [order for order in call.model.orders_of(call.account) if since <= order.bought <= until]
    services = sorted({order.service for order in orders})
    return {
        "report": {
            **summary(orders, call.model.now),
            "perService": {
                service: {
                    "title": SERVICES[service],
                    **summary([order for order in orders if order.service == service], call.model.now),
                }
                for service in services
            },
        }
    }


def summary(orders: list[Order], now: int) -> dict[str, object]:
    """Count some orders by state, and their money."""
    counts = Counter(order.state(now) for order in orders)
    return {
        "counts": {"all": len(orders), **{word: counts[state] for state, word in STATES.items()}},
        "money": {
            "out": dollars(sum(order.charged for order in orders)),
            "back": dollars(sum(order.returned for order in orders)),
        },
        "delivered": f"{percent(sum(bool(order.messages) for order in orders), len(orders))}%",
    }


# The table.


def success(result: object) -> object:
    """Wrap an answer."""
    return {"ok": True, "body": result}


def failure(refused: RefusedError) -> Response:
    """Write a refusal; a stale quote comes with the new one."""
    status, code = FAILURES[refused.fault]
    body: dict[str, object] = {"ok": False, "error": {"code": code, "text": refused.fault.value}}
    if refused.quote is not None:
        body["quote"] = quote_item(refused.quote)
    return JSONResponse(body, status_code=status)


DIALECT = Dialect("userId", "apiKey", success, failure)
OPERATIONS = (
    Operation("PUT", "/customers/{userId}/cryptomus/invoice/{amount}", create_cryptomus_invoice),
    Operation("PUT", "/customers/{userId}/cryptomus/direct/{currency}/{network}/{amount}", create_cryptomus_wallet),
    Operation("GET", "/customers/{userId}/cryptomus/transaction/{order_id}", get_cryptomus_transaction),
    Operation("PUT", "/customers/{userId}/pay4bit/invoice/{amount}", create_pay4bit_invoice),
    Operation("GET", "/customers/{userId}/starred", get_favourites),
    Operation("POST", "/customers/{userId}/starred", toggle_favourite),
    Operation("GET", "/customers/{userId}/balance", get_balance),
    Operation("GET", "/customers/{userId}/payments", get_invoices),
    Operation("GET", "/customers/{userId}/coupons", get_coupons),
    Operation("GET", "/numbers/{userId}/services", list_services),
    Operation("GET", "/numbers/{userId}/quote", get_service_detail),
    Operation("GET", "/numbers/{userId}/inventory/{limit}", get_inventory),
    Operation("PUT", "/numbers/{userId}/order", order_number),
    Operation("GET", "/numbers/{userId}/order/{orderId}", get_order),
    Operation("PATCH", "/numbers/{userId}/order/{orderId}/{next}", change_order_status),
    Operation("GET", "/numbers/{userId}/ranking", get_popular),
    Operation("GET", "/geo/{userId}", get_countries),
    Operation("GET", "/report", get_statistics),
)
