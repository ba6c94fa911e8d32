"""The 12 operations of V2 as the second stand-in has them."""

from starlette.responses import JSONResponse, Response

from tests.secondvendor.goods import COUNTRIES, EVERY, SERVICES
from tests.secondvendor.refusal import No, Why
from tests.secondvendor.shop import Offer, Order
from tests.secondvendor.v3 import AGAIN
from tests.secondvendor.wire import Ask, Version, address, label, page, ratio, tiers, utc

LETTERS = {"waiting": "W", "completed": "G", "refunded": "R", "expired": "X"}
STATES = {letter: state for state, letter in LETTERS.items()}
CHAINS = ("BSC", "TRON", "ETH", "POLYGON", "ARBITRUM", "AVALANCHE", "SOL", "TON")

REFUSALS = {
    Why.UNREADABLE: (400, "1003"),
    Why.TOO_LARGE: (413, "1004"),
    Why.NOT_JSON: (415, "1005"),
    Why.NOBODY: (401, "1001"),
    Why.SOMEBODY_ELSE: (403, "1002"),
    Why.SLOW_DOWN: (429, "1007"),
    Why.SOLD_OUT: (400, "NO_NUMBERS"),
    Why.REPRICED: (400, "Additional user action required"),
    Why.POOR: (400, "2001"),
    Why.NO_ORDER: (400, "2002"),
    Why.OVER: (400, "2003"),
    Why.FINAL: (400, "2004"),
    Why.SILENT: (400, "2005"),
    Why.NO_COUNTRY: (400, "3001"),
    Why.NO_SERVICE: (400, "3002"),
    Why.NO_CARRIER: (400, "3003"),
    Why.NO_COIN: (400, "4001"),
}


def refuse(no: No) -> Response:
    """Write a refusal."""
    status, code = REFUSALS[no.why]
    error = {"no": code, "says": no.why.name.replace("_", " ").capitalize()}
    headers = {"retry-after": AGAIN[no.why]} if no.why in AGAIN else None
    return JSONResponse({"error": True, "errors": [error]}, status, headers)


VERSION = Version("userId", "key", bearer=False, refuse=refuse)


def paid(payload: object) -> object:
    """Write the envelope of all answers but those that are documented."""
    return {"error": False, "payload": payload}


def ct(cents: int) -> str:
    """Write money."""
    return f"{cents} ct"


def get_balance(ask: Ask) -> object:
    """Show the account."""
    account = ask.account
    body = {
        "userId": account.name,
        "balance": account.balance,
        "totalCharges": str(account.charges),
        "currentDiscountRate": label(account.discount),
        "discountRates": tiers(),
    }
    return {"error": False, "body": body}


def top_up_crypto(ask: Ask) -> object:
    """Open an invoice to pay in coins."""
    cents = ask.number("amount", digits=8)
    if not 1 <= cents <= 10_000_000:
        raise No(Why.UNREADABLE)
    return paid({"url": page(ask.shop.top_up(ask.account, "crypto", cents, ""))})


def top_up_crypto_wallet(ask: Ask) -> object:
    """Open a wallet."""
    asset, cents = ask.text("asset"), ask.cents("usd")
    chain, _, coin = asset.partition(".")
    if coin != "USDT" or chain not in CHAINS:
        raise No(Why.NO_COIN)
    top_up = ask.shop.top_up(ask.account, "crypto", cents, "", coin, chain)
    return paid({"wallet": address(top_up), "asset": asset, "due": ct(top_up.cents), "until": utc(top_up.ends)})


def get_countries(_: Ask) -> object:
    """List the countries."""
    return paid(
        [
            {"country": f"{each.code} {each.name}", "carriers": [EVERY, *each.carriers], "any": 1 + len(each.carriers)}
            for each in COUNTRIES.values()
        ]
    )


def get_services(ask: Ask) -> object:
    """List what a country has on offer."""
    offers = ask.shop.offers(ask.text("country"), ask.text("carrier", EVERY))
    return paid([[each.service, SERVICES[each.service], ct(each.price), each.left] for each in offers])


def get_service_detail(ask: Ask) -> object:
    """Quote a price."""
    offer = ask.shop.offer(ask.text("c"), ask.text("s"), ask.text("op", EVERY))
    m, n = offer.halves
    return paid(
        {
            "country_code": offer.country.code,
            "country_name": offer.country.name,
            "service_code": offer.service,
            "service_name": SERVICES[offer.service],
            "op": offer.carrier,
            "price": ct(offer.price),
            "qty": str(offer.left),
            "success": offer.success,
            "m": m,
            "n": n,
        }
    )


def get_country_stats(ask: Ask) -> object:
    """Compare the countries for a service."""
    return paid([place(each) for each in ask.shop.offers_of(ask.text("service"))])


def place(offer: Offer) -> dict[str, str]:
    """Show a country in the comparison."""
    country = offer.country
    return {"where": f"{country.name} ({country.code})", "success": ratio(offer.success), "sold": str(offer.sold)}


def purchase(ask: Ask) -> object:
    """Sell a number."""
    country, service, carrier = (ask.text(name) for name in ("country", "service", "carrier"))
    whole, _, part = ask.text("maximumPrice", pattern=r"[0-9]{1,6}(\.[0-9]{1,2})?").partition(".")
    m, n = (ask.text(name, pattern=r"[^\0]{0,128}") for name in ("m", "n"))
    offer = ask.shop.offer(country, service, carrier)
    order = ask.shop.buy(ask.account, offer, int(whole) * 100 + int(part.ljust(2, "0")), (m, n), others=True)
    return {
        "error": False,
        "orderId": str(order.id),
        "phoneNumber": order.phone,
        "expiredAtUTC": utc(order.ends),
        "purchasePrice": order.paid / 100,
    }


def refund(ask: Ask) -> object:
    """Take a number back."""
    if isinstance(ask.given.get("number"), str):
        raise No(Why.UNREADABLE)
    order = ask.shop.cancel(ask.account, ask.number("number", digits=19))
    return paid({"refunded": ct(order.paid), "balance": ct(ask.account.balance)})


def request_another(ask: Ask) -> object:
    """Sell another SMS."""
    order = ask.shop.more(ask.account, ask.number("number", digits=19))
    return paid({"charged": ct(order.paid), "until_ms": order.ends})


def get_phone_status(ask: Ask) -> object:
    """Show a number."""
    return paid(item(ask.shop.number(ask.account, ask.number("id", digits=19))))


def item(order: Order) -> dict[str, object]:
    """Write a number."""
    return {
        "number": order.id,
        "plus": f"+{order.phone}",
        "offer": f"{order.offer.country.code}:{order.offer.service}:{order.offer.carrier}",
        "paid": ct(order.paid),
        "state": LETTERS[order.state],
        "bought": utc(order.placed),
        "ends_ms": order.ends,
        "sms": [[at, text, code] for at, text, code in order.sms],
    }


def get_bulk_phone_status(ask: Ask) -> object:
    """List the numbers that meet all conditions."""
    country = ask.shop.country(ask.text("c")).code if "c" in ask.given else None
    service = ask.text("s", None) if "s" in ask.given else None
    if service is not None and service not in SERVICES:
        raise No(Why.NO_SERVICE)
    letter = ask.text("st", pattern="[WGRX]") if "st" in ask.given else None
    since, until = ask.number("from_ms", 0), ask.number("to_ms", 10**14 - 1)

    def wanted(order: Order) -> bool:
        return (
            country in (None, order.offer.country.code)
            and service in (None, order.offer.service)
            and letter in (None, LETTERS[order.state])
            and since <= order.ends <= until
        )

    orders = ask.shop.numbers(ask.account, wanted)
    return paid({"found": len(orders), "orders": [item(each) for each in orders]})


OPERATIONS = (
    ("GET", "/getBalance", get_balance),
    ("GET", "/checkout/crypto", top_up_crypto),
    ("GET", "/checkout/cryptoV2", top_up_crypto_wallet),
    ("GET", "/catalog/countries", get_countries),
    ("POST", "/catalog/services", get_services),
    ("GET", "/getServiceDetail", get_service_detail),
    ("GET", "/catalog/{service}/stats", get_country_stats),
    ("POST", "/purchase", purchase),
    ("POST", "/refund", refund),
    ("PATCH", "/orders/{number}/another", request_another),
    ("GET", "/getPhoneStatus", get_phone_status),
    ("GET", "/getBulkPhoneStatus", get_bulk_phone_status),
)
