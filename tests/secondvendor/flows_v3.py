"""Flows of V3 about the catalogue, the credentials and the account."""

from typing import Any

from tests.secondvendor.client import V3
from tests.secondvendor.repertoire import MINUTE, Backstage, Customer, flow, refused

# Looking.


@flow()
def countries_have_their_carriers(_: Backstage, me: Customer) -> None:
    countries = me.v3.countries()
    assert countries["United States"] == {"code": "12", "carriers": "any|tmobile|verizon"}
    assert countries["Indonesia"] == {"code": "6", "carriers": "any|telkomsel"}
    assert list(countries) == ["United States", "Indonesia", "United Kingdom"]


@flow()
def services_have_prices(_: Backstage, me: Customer) -> None:
    services = me.v3.services("12")
    assert set(services) == {"ds", "tg", "go"}
    assert services["tg"] == {"name": "Telegram", "price": {"amount": "1.20", "currency": "USD"}, "available": 80}
    assert me.v3.services("12", "verizon")["ds"]["available"] == 40


@flow()
def services_of_nowhere(_: Backstage, me: Customer) -> None:
    error = refused(lambda: me.v3.services("999"))
    assert (error.status, error.media, error.code) == (422, "application/problem+json", "country/unknown")
    error = refused(lambda: me.v3.services("12", "ee"))
    assert (error.status, error.code) == (422, "carrier/unknown")


@flow()
def quote_names_everything(_: Backstage, me: Customer) -> None:
    quote = me.v3.quote("16", "ig")
    assert quote["country"] == {"code": "16", "name": "United Kingdom"}
    assert quote["service"] == {"code": "ig", "name": "Instagram"}
    assert quote["price"] == {"amount": "0.48", "currency": "USD"}
    assert (quote["carrier"], quote["available"], quote["success"]) == ("any", 80, "0.5")
    assert quote["hash"].count(".") == 1


@flow()
def quote_of_a_carrier(_: Backstage, me: Customer) -> None:
    quote = me.v3.quote("12", "ds", "verizon")
    assert (quote["carrier"], quote["available"], quote["success"]) == ("verizon", 40, "0.92")


@flow()
def quote_of_nothing(_: Backstage, me: Customer) -> None:
    assert refused(lambda: me.v3.quote("999", "ds")).code == "country/unknown"
    assert refused(lambda: me.v3.quote("12", "zz")).code == "service/unknown"
    error = refused(lambda: me.v3.quote("12", "ds", "telkomsel"))
    assert (error.status, error.code) == (422, "carrier/unknown")


@flow()
def top_counts_orders(_: Backstage, me: Customer) -> None:
    before = me.v3.top().get(("6", "wa"), ("", 0, 0))[2]
    for _number in range(2):
        me.v3.buy("6", "wa")
    assert me.v3.top()["6", "wa"] == ("WhatsApp", 9, before + 2)


# Who asks.


@flow()
def token_is_taken(backstage: Backstage, me: Customer) -> None:
    body = me.v3.with_token(f"/customers/{backstage.user}/balance")
    assert (body["userId"], body["balance"]) == (backstage.user, 1_000)


@flow()
def unknown_key(backstage: Backstage, me: Customer) -> None:
    stranger = V3(me.v3.http, me.v3.url, backstage.user, "no-such-key")
    error = refused(stranger.account)
    assert (error.status, error.media, error.code) == (401, "application/problem+json", "key/unknown")
    assert refused(stranger.countries).status == 401


@flow()
def key_of_another(backstage: Backstage, me: Customer) -> None:
    _, key = backstage.second_account()
    other = V3(me.v3.http, me.v3.url, backstage.user, key)
    error = refused(other.account)
    assert (error.status, error.code) == (403, "key/foreign")


@flow()
def wrong_requests(backstage: Backstage, me: Customer) -> None:
    error = refused(lambda: me.v3.change("POST", f"/numbers/{backstage.user}/search", country="12"))
    assert (error.status, error.code) == (400, "request/invalid")
    assert refused(lambda: me.v3.get(f"/numbers/{backstage.user}/offers/ds-12-any")).code == "request/invalid"
    assert refused(lambda: me.v3.order(me.v3.quote("12", "ds"), maximumPrice="0.16")).code == "request/invalid"


@flow()
def wrong_paths(_: Backstage, me: Customer) -> None:
    error = refused(lambda: me.v3.get("/nowhere"))
    assert (error.status, error.media) == (404, "text/html")
    error = refused(lambda: me.v3.change("PUT", "/world"))
    assert (error.status, error.media, "GET" in error.headers["allow"]) == (405, "text/html", True)


@flow()
def one_too_many(backstage: Backstage, me: Customer) -> None:
    backstage.throttle()
    error = refused(me.v3.account)
    assert (error.status, error.code) == (429, "service/slow-down")
    assert error.headers["retry-after"] == "3"
    assert me.v3.balance() == 1_000


# The account.


@flow()
def account_is_as_documented(backstage: Backstage, me: Customer) -> None:
    account: Any = me.v3.account()
    assert (account["userId"], account["balance"], account["couponCount"]) == (backstage.user, 1_000, 0)
    assert account["discountRates"][0] == [8000, 0.8, "-20%"]
    assert account["discountRates"][-1] == [0, 1, "0%"]


@flow()
def favourites_come_and_go(_: Backstage, me: Customer) -> None:
    assert me.v3.favourites() == []
    assert me.v3.toggle("12", "ds") == "on"
    assert me.v3.toggle("16", "tg") == "on"
    assert me.v3.favourites() == ["12:ds", "16:tg"]
    assert me.v3.toggle("12", "ds") == "off"
    assert me.v3.favourites() == ["16:tg"]


@flow()
def favourite_of_nowhere(_: Backstage, me: Customer) -> None:
    assert refused(lambda: me.v3.toggle("999", "ds")).code == "country/unknown"
    error = refused(lambda: me.v3.toggle("12", "zz"))
    assert (error.status, error.code) == (422, "service/unknown")


@flow()
def invoice_is_paid(backstage: Backstage, me: Customer) -> None:
    assert me.v3.crypto_invoice(500).startswith("https://pay.cryptomus.com/pay/")
    (invoice,) = me.v3.invoices()
    assert (invoice["method"], invoice["amount"], invoice["status"]) == ("cryptomus", 500, "open")
    backstage.settle(invoice["payId"], "paid")
    assert me.v3.invoices()[0]["status"] == "settled"
    account = me.v3.account()
    assert (account["balance"], account["totalCharges"]) == (1_500, "500")


@flow()
def invoices_are_over(backstage: Backstage, me: Customer) -> None:
    assert me.v3.card_invoice(2_000).startswith("https://api.pay4bit.net/pay?")
    me.v3.crypto_invoice(700)
    backstage.advance(61 * MINUTE)
    shown = [(each["method"], each["amount"], each["status"]) for each in me.v3.invoices()]
    assert shown == [("cryptomus", 700, "cancel"), ("pay4bit", 2_000, "cancel")]
    assert me.v3.balance() == 1_000


@flow()
def wallet_is_paid(backstage: Backstage, me: Customer) -> None:
    wallet = me.v3.wallet("USDT", "BSC", "5.15")
    assert (wallet["usd"], wallet["pay_to"]["coin"]) == (5.15, "BSC:USDT")
    seen = me.v3.transaction(wallet["ref"])
    assert (seen["to_address"], seen["order_id"]) == (wallet["pay_to"]["address"], wallet["ref"])
    assert (seen["currency"], seen["network"], seen["amountInUSD"], seen["state"]) == ("USDT", "bsc", "5.15", 0)
    assert seen["expire_at"] == wallet["deadline_ms"] // 1000
    backstage.settle(wallet["ref"], "paid")
    assert me.v3.transaction(wallet["ref"])["state"] == 1
    assert (me.v3.balance(), me.v3.invoices()) == (1_515, [])


@flow()
def wallet_of_another_coin(_: Backstage, me: Customer) -> None:
    error = refused(lambda: me.v3.wallet("BTC", "BSC", "20"))
    assert (error.status, error.code) == (406, "coin/unknown")
    error = refused(lambda: me.v3.transaction("cafe"))
    assert (error.status, error.code) == (410, "wallet/unknown")


@flow()
def wallet_is_over(backstage: Backstage, me: Customer) -> None:
    wallet = me.v3.wallet("LTC", "LTC", "3")
    backstage.advance(61 * MINUTE)
    assert me.v3.transaction(wallet["ref"])["state"] == 2


@flow()
def coupon_adds_to_a_payment(backstage: Backstage, me: Customer) -> None:
    backstage.coupon("SPRING", 20, "crypto")
    (coupon,) = me.v3.coupons()["codes"]
    assert (coupon["code"], coupon["percentage"], coupon["targetPay"]) == ("SPRING", 20, "crypto")
    assert (coupon["status"], me.v3.account()["couponCount"]) == ("issued", 1)
    me.v3.crypto_invoice(1_000, "SPRING")
    backstage.settle(me.v3.invoices()[0]["payId"], "paid")
    assert (me.v3.balance(), me.v3.coupons()["codes"][0]["status"]) == (2_200, "redeemed")
    assert me.v3.account()["couponCount"] == 0


@flow()
def coupon_is_void(backstage: Backstage, me: Customer) -> None:
    backstage.coupon("CARDS", 10, "card")
    error = refused(lambda: me.v3.crypto_invoice(500, "CARDS"))
    assert (error.status, error.code) == (410, "coupon/void")
    assert refused(lambda: me.v3.card_invoice(500, "NOPE")).code == "coupon/void"
    assert me.v3.invoices() == []
