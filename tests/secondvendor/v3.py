"""The 18 operations of V3 as the second stand-in has them."""

import itertools
import uuid
import zlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from tests.secondvendor.goods import COUNTRIES, EVERY, SERVICES
from tests.secondvendor.refusal import No, Why
from tests.secondvendor.shop import Coupon, Offer, Order, TopUp
from tests.secondvendor.wire import Ask, Version, address, dollars, label, page, ratio, tiers, utc

WORDS = {"waiting": "active", "completed": "complete", "refunded": "cancelled", "expired": "closed"}
NUMBERS = {"waiting": 10, "completed": 20, "refunded": 30, "expired": 40}
TOP_UPS = {"open": "open", "paid": "settled", "cancelled": "cancel"}
WALLETS = {"open": 0, "paid": 1, "cancelled": 2}
METHODS = {"crypto": "cryptomus", "card": "pay4bit"}

REFUSALS = {
    Why.UNREADABLE: (400, "request/invalid"),
    Why.TOO_LARGE: (413, "request/too-large"),
    Why.NOT_JSON: (415, "request/not-json"),
    Why.NOBODY: (401, "key/unknown"),
    Why.SOMEBODY_ELSE: (403, "key/foreign"),
    Why.SLOW_DOWN: (429, "service/slow-down"),
    Why.SOLD_OUT: (503, "stock/empty"),
    Why.POOR: (403, "balance/low"),
    Why.NO_ORDER: (404, "order/unknown"),
    Why.FINAL: (422, "order/final"),
    Why.SILENT: (425, "order/silent"),
    Why.OVER: (409, "order/over"),
    Why.NO_COUNTRY: (422, "country/unknown"),
    Why.NO_SERVICE: (422, "service/unknown"),
    Why.NO_CARRIER: (422, "carrier/unknown"),
    Why.NO_COUPON: (410, "coupon/void"),
    Why.NO_COIN: (406, "coin/unknown"),
    Why.NO_WALLET: (410, "wallet/unknown"),
}
AGAIN = {Why.SOLD_OUT: "20", Why.SLOW_DOWN: "3"}
"""Seconds after which a request may be repeated."""

_requests = itertools.count()


def refuse(no: No) -> Response:
    """Write a refusal."""
    if no.why is Why.REPRICED and no.offer is not None:
        new = {"price": dollars(no.offer.price), "hash": ".".join(no.offer.halves)}
        return JSONResponse({"ok": False, "requote": new}, 222)
    status, code = REFUSALS[no.why]
    problem = {"type": f"https://problems.smsonline.cloud/{code}", "title": no.why.name.replace("_", " ").lower()}
    headers = {"retry-after": AGAIN[no.why]} if no.why in AGAIN else None
    return JSONResponse(problem, status, headers, "application/problem+json")


VERSION = Version("userId", "apiKey", bearer=True, refuse=refuse)


def documented(body: object) -> object:
    """Write the envelope of the documented answers."""
    return {"ok": True, "body": body}


def good(ask: Ask, data: object) -> object:
    """Write the envelope of all other answers."""
    request = str(uuid.uuid5(uuid.NAMESPACE_URL, str(next(_requests))))
    at = datetime.fromtimestamp(ask.shop.now // 1000, UTC).isoformat()
    return {"status": "OK", "data": data, "meta": {"request": request, "at": at}}


def price(cents: int) -> dict[str, str]:
    """Write money."""
    return {"amount": dollars(cents), "currency": "USD"}


# Top-ups.


def create_cryptomus_invoice(ask: Ask) -> object:
    """Open an invoice to pay in coins."""
    return documented(page(ask.shop.top_up(ask.account, "crypto", invoice_cents(ask), coupon_code(ask))))


def create_pay4bit_invoice(ask: Ask) -> object:
    """Open an invoice to pay by card."""
    top_up = ask.shop.top_up(ask.account, "card", invoice_cents(ask), coupon_code(ask))
    fields = {"sum": dollars(top_up.cents), "account": top_up.account, "desc": top_up.id, "currency": "USD"}
    sign = f"{zlib.adler32(urlencode(fields).encode()):x}"
    return documented("https://api.pay4bit.net/pay?" + urlencode({"public_key": "pk-2", **fields, "sign": sign}))


def invoice_cents(ask: Ask) -> int:
    """Return the amount of an invoice."""
    cents = ask.number("amount", digits=8)
    if not 1 <= cents <= 10_000_000:
        raise No(Why.UNREADABLE)
    return cents


def coupon_code(ask: Ask) -> str:
    """Return the coupon of a top-up, if there is one."""
    return ask.text("couponCode", "", r"[^\0]{0,64}")


def create_cryptomus_wallet(ask: Ask) -> object:
    """Open a wallet."""
    coin, chain = ask.text("currency"), ask.text("network")
    top_up = ask.shop.top_up(ask.account, "crypto", ask.cents("amount"), coupon_code(ask), coin, chain)
    return good(
        ask,
        {
            "ref": top_up.id,
            "pay_to": {"address": address(top_up), "coin": f"{chain}:{coin}"},
            "usd": top_up.cents / 100,
            "deadline_ms": top_up.ends,
        },
    )


def get_cryptomus_transaction(ask: Ask) -> object:
    """Show a wallet."""
    top_up = ask.shop.wallet(ask.account, ask.text("order_id"))
    return documented(
        {
            "to_address": address(top_up),
            "currency": top_up.coin,
            "network": top_up.chain.lower(),
            "amountInUSD": dollars(top_up.cents),
            "amountInCrypto": f"{top_up.cents / 100 * 0.997:.6f}",
            "expire_at": top_up.ends // 1000,
            "url": page(top_up),
            "order_id": top_up.id,
            "state": WALLETS[top_up.state],
        }
    )


def get_invoices(ask: Ask) -> object:
    """List the invoices."""
    return documented([invoice(each) for each in ask.shop.invoices(ask.account)])


def invoice(top_up: TopUp) -> dict[str, object]:
    """Show an invoice."""
    return {
        "method": METHODS[top_up.by],
        "sesid": f"ses-{top_up.id[:8]}",
        "payId": top_up.id,
        "amount": top_up.cents,
        "created": utc(top_up.opened),
        "expires_at": utc(top_up.ends),
        "status": TOP_UPS[top_up.state],
        "userId": top_up.account,
    }


# The account.


def get_balance(ask: Ask) -> object:
    """Show the account."""
    account, coupons = ask.account, ask.shop.coupons_of(ask.account)
    return documented(
        {
            "userId": account.name,
            "stripeId": f"cus_{zlib.crc32(account.name.encode()):08x}",
            "cryptomusId": None,
            "balance": account.balance,
            "status": None,
            "lang": None,
            "referral": None,
            "totalCharges": str(account.charges),
            "couponCount": sum(each.word(ask.shop.now) == "issued" for each in coupons),
            "currentDiscountRate": label(account.discount),
            "vipSupport": False,
            "vipTelegram": "",
            "discountRates": tiers(),
        }
    )


def get_coupons(ask: Ask) -> object:
    """List the coupons."""
    coupons = ask.shop.coupons_of(ask.account)
    return documented({"totalReceived": len(coupons), "codes": [coupon_item(each, ask.shop.now) for each in coupons]})


def coupon_item(coupon: Coupon, now: int) -> dict[str, object]:
    """Show a coupon."""
    return {
        "userId": coupon.account,
        "code": coupon.code,
        "issuedAt": utc(coupon.issued),
        "expiredAt": utc(coupon.ends),
        "status": coupon.word(now),
        "timing": (coupon.ends - coupon.issued) // 86_400_000,
        "percentage": coupon.percent,
        "targetPay": coupon.by,
    }


def get_favourites(ask: Ask) -> object:
    """List the favourites."""
    return good(ask, {"marked": " ".join(f"{country}:{service}" for country, service in ask.account.stars)})


def toggle_favourite(ask: Ask) -> object:
    """Mark or unmark a favourite."""
    marked = ask.shop.star(ask.account, ask.text("country_code"), ask.text("service_code"))
    return good(ask, {"mark": "on" if marked else "off"})


# Looking.


def list_services(ask: Ask) -> object:
    """List what a country has on offer."""
    offers = ask.shop.offers(ask.text("country"), ask.text("carrier"))
    return good(
        ask,
        {each.service: {"name": SERVICES[each.service], "price": price(each.price), "available": each.left}
         for each in offers}
    )  # fmt: skip


def get_service_detail(ask: Ask) -> object:
    """Quote a price."""
    service, at, rest = ask.text("offer", pattern=r"[^\0]{1,200}").partition("@")
    country, wave, carrier = rest.partition("~")
    if not (at and wave and service and country and carrier):
        raise No(Why.UNREADABLE)
    return good(ask, quote(ask.shop.offer(country, service, carrier)))


def quote(offer: Offer) -> dict[str, object]:
    """Show an offer and its hash."""
    return {
        "country": {"code": offer.country.code, "name": offer.country.name},
        "service": {"code": offer.service, "name": SERVICES[offer.service]},
        "carrier": offer.carrier,
        "price": price(offer.price),
        "available": offer.left,
        "success": ratio(offer.success),
        "hash": ".".join(offer.halves),
    }


def get_popular(ask: Ask) -> object:
    """List what is ordered most."""
    return good(
        ask,
        [[each.country.code, each.service, SERVICES[each.service], each.price, each.sold]
         for each in ask.shop.ranking()]
    )  # fmt: skip


def get_countries(ask: Ask) -> object:
    """List the countries."""
    return good(
        ask,
        {each.name: {"code": each.code, "carriers": "|".join((EVERY, *each.carriers))} for each in COUNTRIES.values()},
    )


# Numbers.


def order_number(ask: Ask) -> object:
    """Sell a number."""
    country, service, carrier = (ask.text(name) for name in ("country", "service", "carrier"))
    maximum = ask.text("maximumPrice", pattern="[0-9]{1,9} cents").partition(" ")[0]
    m, n = (ask.text(name, pattern=r"[^\0]{0,128}") for name in ("m", "n"))
    others = ask.flag("failover", True)
    offer = ask.shop.offer(country, service, carrier)
    order = ask.shop.buy(ask.account, offer, int(maximum), (m, n), others)
    return documented(
        {
            "orderId": str(order.id),
            "phoneNumber": order.phone,
            "expiredAtUTC": utc(order.ends),
            "purchasePrice": order.paid,
        }
    )


def get_order(ask: Ask) -> object:
    """Show a number."""
    order = ask.shop.number(ask.account, ask.number("orderId", digits=19))
    return documented([order_item(order)])


def order_item(order: Order) -> dict[str, object]:
    """Show a number, as it is documented and with what else there is."""
    return {
        "sShort": order.offer.service,
        "cShort": order.offer.country.code,
        "orderId": str(order.id),
        "country": order.offer.country.name,
        "service": SERVICES[order.offer.service],
        "carrier": order.offer.carrier,
        "phoneNumber": order.phone,
        "purchasePrice": order.paid,
        "status": WORDS[order.state],
        "placed_ms": order.placed,
        "expires_ms": order.ends,
        "inbox": {utc(at): {"body": text, "passcode": code} for at, text, code in order.sms},
    }


def get_inventory(ask: Ask) -> object:
    """List the numbers that run, and some that are over."""
    mine = ask.shop.numbers(ask.account)
    over = [each for each in mine if each.state == "expired"][: ask.number("limit", digits=4)]
    shown = [each for each in mine if each.state in ("waiting", "completed")] + over
    return good(ask, {"paging": {"page": 1, "of": 1, "total": len(shown)}, "numbers": [number(each) for each in shown]})


def number(order: Order) -> dict[str, object]:
    """Show a number in the list."""
    return {
        "id": order.id,
        "msisdn": f"+{order.phone}",
        "what": f"{order.offer.service}@{order.offer.country.code}~{order.offer.carrier}",
        "state": NUMBERS[order.state],
        "price": price(order.paid),
        "until": str(order.ends),
        "texts": [text for _, text, _ in order.sms],
        "unread": len(order.sms),
    }


def change_order_status(ask: Ask) -> object:
    """Take a number back, or sell another SMS on it."""
    number, change = ask.number("orderId", digits=19), ask.text("next")
    if change == "refund":
        ask.shop.cancel(ask.account, number)
        return documented("refund-completed")
    if change == "requestAnother":
        ask.shop.more(ask.account, number)
        return documented("requestAnother-accepted")
    raise No(Why.UNREADABLE)


def get_statistics(ask: Ask) -> object:
    """Count the orders and their money."""
    since, until = ask.number("from_ms", 0), ask.number("to_ms", 10**14 - 1)
    orders = ask.shop.numbers(ask.account, lambda each: since <= each.placed <= until)
    by_service: dict[str, list[Order]] = {}
    for each in orders:
        by_service.setdefault(each.offer.service, []).append(each)
    ranked = sorted(by_service.items(), key=lambda row: (-len(row[1]), row[0]))
    heard = sum(bool(each.sms) for each in orders)
    states = [NUMBERS["completed" if each.sms else each.state] for each in orders]
    data: dict[str, Any] = {
        "orders": len(orders),
        "states": {str(state): states.count(state) for state in NUMBERS.values()},
        "usd": {
            "spent": sum(each.charged for each in orders) / 100,
            "refunded": sum(each.returned for each in orders) / 100,
        },
        "success_percent": round(100 * heard / len(orders)) if orders else 0,
        "services": [
            {"code": service, "orders": len(group), "spent": sum(each.charged for each in group) / 100}
            for service, group in ranked
        ],
    }
    return good(ask, data)


CUSTOMER, PHONES = "/customers/{userId}", "/numbers/{userId}"
OPERATIONS = (
    ("PUT", CUSTOMER + "/cryptomus/invoice/{amount}", create_cryptomus_invoice),
    ("PUT", CUSTOMER + "/cryptomus/direct/{currency}/{network}/{amount}", create_cryptomus_wallet),
    ("GET", CUSTOMER + "/cryptomus/transaction/{order_id}", get_cryptomus_transaction),
    ("PUT", CUSTOMER + "/pay4bit/invoice/{amount}", create_pay4bit_invoice),
    ("GET", CUSTOMER + "/favourites/list", get_favourites),
    ("PUT", CUSTOMER + "/favourites/toggle", toggle_favourite),
    ("GET", CUSTOMER + "/balance", get_balance),
    ("GET", CUSTOMER + "/payments", get_invoices),
    ("GET", CUSTOMER + "/coupons", get_coupons),
    ("POST", PHONES + "/search", list_services),
    ("GET", PHONES + "/offers/{offer}", get_service_detail),
    ("GET", PHONES + "/inventory/{limit}", get_inventory),
    ("PUT", PHONES + "/order", order_number),
    ("GET", PHONES + "/order/{orderId}", get_order),
    ("PATCH", PHONES + "/order/{orderId}/{next}", change_order_status),
    ("GET", "/numbers/top/{userId}", get_popular),
    ("GET", "/world", get_countries),
    ("POST", "/statistics/{userId}/query", get_statistics),
)
