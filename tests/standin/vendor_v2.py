"""The 12 operations of V2, with every undocumented detail decided in the stand-in's own way."""

from starlette.responses import JSONResponse, Response

from tests.standin.records import (
    ANY,
    COUNTRIES,
    SERVICES,
    Fault,
    Message,
    Method,
    Order,
    OrderRequest,
    Quote,
    RefusedError,
    State,
    tier_of,
)
from tests.standin.vendor_v3 import address, checkout_url, discount_rates
from tests.standin.web import Call, Dialect, Operation, dollars, iso, stamp

STATES = {State.WAITING: "WAIT", State.COMPLETED: "GOT", State.REFUNDED: "BACK", State.EXPIRED: "LATE"}
FAILURES: dict[Fault, tuple[int, str]] = {
    Fault.BAD_REQUEST: (422, "bad-request"),
    Fault.FOREIGN_KEY: (403, "foreign-key"),
    Fault.NO_NUMBERS: (503, "NO_NUMBERS"),
    Fault.STALE_QUOTE: (412, "Additional user action required"),
    Fault.POOR: (402, "balance-too-low"),
    Fault.NO_ORDER: (404, "no-such-order"),
    Fault.NO_REFUND: (409, "not-returnable"),
    Fault.NO_SMS_YET: (409, "nothing-received"),
    Fault.OVER: (410, "time-over"),
    Fault.NO_COUNTRY: (404, "no-such-country"),
    Fault.NO_SERVICE: (404, "no-such-service"),
    Fault.NO_CARRIER: (404, "no-such-operator"),
    Fault.BAD_COIN: (422, "coin-refused"),
}


def get_balance(call: Call) -> object:
    """Show the balance and the discount of the account."""
    account = call.account
    return {
        "body": {
            "userId": account.user,
            "balance": account.balance,
            "totalCharges": str(account.charges),
            "currentDiscountRate": tier_of(account.charges)[2],
            "discountRates": discount_rates(),
        }
    }


def top_up_crypto(call: Call) -> object:
    """Open a crypto invoice over cents."""
    return {"link": checkout_url(call.model.pay(call.account, Method.CRYPTO_INVOICE, call.whole("amount")))}


def top_up_crypto_wallet(call: Call) -> object:
    """Open a wallet address over cents; only USDT is taken."""
    if call.text("coin") != "USDT":
        raise RefusedError(Fault.BAD_COIN)
    payment = call.model.open_wallet(call.account, ("USDT", call.text("chain")), call.whole("cents"))
    return {
        "deposit": {
            "address": address(payment),
            "asset": f"{payment.network}:{payment.currency}",
            "due": dollars(payment.cents),
            "until": iso(payment.expires),
            "id": payment.id,
        }
    }


def get_countries(call: Call) -> object:
    """Show the countries and their carriers, keyed by code."""
    return {
        "result": {
            code: {"title": country.name, "operators": ",".join((ANY, *country.carriers))}
            for code, country in COUNTRIES.items()
        }
    }


def get_services(call: Call) -> object:
    """Show the services of a country, keyed by code."""
    quotes = call.model.quotes(call.account, call.text("country_id"), call.text_or("operator", ANY))
    return {"result": {quote.service: service_item(quote) for quote in quotes}}


def service_item(quote: Quote) -> dict[str, object]:
    """Show a service."""
    return {"title": SERVICES[quote.service], "cents": quote.price, "in_stock": quote.available}


def get_service_detail(call: Call) -> object:
    """Quote a service."""
    quote = call.model.quote(
        call.account, call.text("country_id"), call.text("service_id"), call.text_or("operator", ANY)
    )
    return {
        "result": {
            "offer": f"{quote.country}-{quote.service}",
            "operator": quote.carrier,
            **service_item(quote),
            "percent_ok": quote.rate,
            "hash": [quote.first, quote.second],
        }
    }


def get_country_stats(call: Call) -> object:
    """Show how well a service does in each country that has it."""
    service = call.text("service_id")
    if service not in SERVICES:
        raise RefusedError(Fault.NO_SERVICE)
    offers = {country: offer for (country, offered), offer in call.model.offers.items() if offered == service}
    return {
        "result": {
            country: {
                "title": COUNTRIES[country].name,
                "percent_ok": offer.rate,
                "sold": call.model.sold(country, service),
            }
            for country, offer in offers.items()
        }
    }


def purchase(call: Call) -> object:
    """Sell a number; the maximum price is given in cents."""
    request = OrderRequest(
        country=call.text("country"),
        service=call.text("service"),
        carrier=call.text("carrier"),
        maximum=call.whole("maximumPrice"),
        first=call.text("m"),
        second=call.text("n"),
    )
    order = call.model.order(call.account, request)
    return {
        "orderId": order.id,
        "phoneNumber": order.phone,
        "expiredAtUTC": stamp(order.ends),
        "purchasePrice": order.price / 100,
    }


def refund(call: Call) -> object:
    """Return a number."""
    order = call.model.refund(call.account, call.text("order_id"))
    return {"result": {"returned_cents": order.returned, "balance_cents": call.account.balance}}


def request_another(call: Call) -> object:
    """Ask for another SMS."""
    order = call.model.another(call.account, call.text("order_id"))
    return {"result": {"charged_cents": order.price, "until": order.ends}}


def get_phone_status(call: Call) -> object:
    """Show one order."""
    order = call.model.order_of(call.account, call.text("order_id"))
    return {"result": order_item(order, call.model.now)}


def get_bulk_phone_status(call: Call) -> object:
    """List the orders that fit all the given conditions."""
    if "country_id" in call.given and call.text("country_id") not in COUNTRIES:
        raise RefusedError(Fault.NO_COUNTRY)
    if "service_id" in call.given and call.text("service_id") not in SERVICES:
        raise RefusedError(Fault.NO_SERVICE)
    if "state" in call.given and call.text("state") not in STATES.values():
        raise RefusedError(Fault.BAD_REQUEST)
    now = call.model.now
    orders = [order for order in call.model.orders_of(call.account) if fits(order, call)]
    return {"result": [order_item(order, now) for order in orders]}


def fits(order: Order, call: Call) -> bool:
    """Tell whether an order fits the conditions of a request."""
    state = STATES[order.state(call.model.now)]
    return (
        call.text_or("country_id", order.country) == order.country
        and call.text_or("service_id", order.service) == order.service
        and call.text_or("state", state) == state
        and call.whole_or("ends_after", order.ends) <= order.ends <= call.whole_or("ends_before", order.ends)
    )


def order_item(order: Order, now: int) -> dict[str, object]:
    """Show an order."""
    return {
        "order": {"id": order.id, "offer": f"{order.country}-{order.service}", "cents": order.price},
        "line": {"msisdn": order.phone, "operator": order.carrier},
        "state": STATES[order.state(now)],
        "since": iso(order.bought),
        "until": order.ends,
        "received": [message_item(message) for message in order.messages],
    }


def message_item(message: Message) -> dict[str, object]:
    """Show an SMS."""
    return {"t": message.at, "msg": message.text, "otp": message.code}


def success(result: object) -> object:
    """Put the fields of an answer beside the flag."""
    assert isinstance(result, dict)
    return {"error": False, **result}


def failure(refused: RefusedError) -> Response:
    """Write a refusal."""
    status, name = FAILURES[refused.fault]
    return JSONResponse({"error": True, "fault": {"name": name, "hint": refused.fault.value}}, status_code=status)


DIALECT = Dialect("userId", "key", success, failure)
OPERATIONS = (
    Operation("GET", "/getBalance", get_balance),
    Operation("GET", "/checkout/crypto", top_up_crypto),
    Operation("GET", "/checkout/cryptoV2", top_up_crypto_wallet),
    Operation("GET", "/countries", get_countries),
    Operation("GET", "/services", get_services),
    Operation("GET", "/getServiceDetail", get_service_detail),
    Operation("GET", "/stats/countries", get_country_stats),
    Operation("POST", "/purchase", purchase),
    Operation("POST", "/refund", refund),
    Operation("POST", "/again", request_another),
    Operation("GET", "/getPhoneStatus", get_phone_status),
    Operation("GET", "/getBulkPhoneStatus", get_bulk_phone_status),
)
