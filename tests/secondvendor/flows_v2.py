"""Flows of V2, and of both versions together."""

from tests.secondvendor.client import V2
from tests.secondvendor.repertoire import LIFETIME, MINUTE, RENEWAL, Backstage, Customer, flow, refused


@flow()
def v2_countries(_: Backstage, me: Customer) -> None:
    first, *_others = me.v2.countries()
    assert first == {"country": "12 United States", "carriers": ["any", "tmobile", "verizon"], "any": 3}


@flow()
def v2_services(_: Backstage, me: Customer) -> None:
    assert ["wa", "WhatsApp", "9 ct", 40] in me.v2.services("6")
    assert ["tg", "Telegram", "120 ct", 40] in me.v2.services("12", carrier="tmobile")
    assert refused(lambda: me.v2.services("999")).code == "3001"
    assert refused(lambda: me.v2.services("12", carrier="ee")).code == "3003"


@flow()
def v2_quote(_: Backstage, me: Customer) -> None:
    quote = me.v2.quote("16", "tg", op="ee")
    assert (quote["country_code"], quote["country_name"]) == ("16", "United Kingdom")
    assert (quote["service_code"], quote["service_name"], quote["op"]) == ("tg", "Telegram", "ee")
    assert (quote["price"], quote["qty"], quote["success"]) == ("85 ct", "40", 64)


@flow()
def v2_quotes_as_v3(_: Backstage, me: Customer) -> None:
    old, new = me.v2.quote("12", "go"), me.v3.quote("12", "go")
    assert f"{old['m']}.{old['n']}" == new["hash"]
    assert refused(lambda: me.v2.quote("12", "zz")).code == "3002"


@flow()
def v2_compares_countries(_: Backstage, me: Customer) -> None:
    rows = me.v2.compare("tg")
    assert [(row["where"], row["success"]) for row in rows] == [
        ("United States (12)", "0.64"),
        ("United Kingdom (16)", "0.64"),
    ]
    before = int(rows[1]["sold"])
    me.v2.buy("16", "tg")
    assert me.v2.compare("tg")[1]["sold"] == str(before + 1)
    assert refused(lambda: me.v2.compare("zz")).code == "3002"


@flow()
def v2_account(backstage: Backstage, me: Customer) -> None:
    account = me.v2.account()
    assert (account["userId"], account["balance"], account["totalCharges"]) == (backstage.user, 1_000, "0")


@flow()
def v2_number(backstage: Backstage, me: Customer) -> None:
    bought = me.v2.buy("12", "go")
    assert bought["purchasePrice"] == 0.33
    number = me.v2.look(bought["orderId"])
    assert (number["number"], number["plus"]) == (int(bought["orderId"]), f"+{bought['phoneNumber']}")
    assert (number["offer"], number["paid"], number["state"], number["sms"]) == ("12:go:any", "33 ct", "W", [])
    backstage.advance(30)
    backstage.deliver(bought["orderId"], "G-771144", "771144")
    number = me.v2.look(bought["orderId"])
    ((at, text, code),) = number["sms"]
    assert (number["state"], text, code) == ("G", "G-771144", "771144")
    assert number["ends_ms"] - at == (LIFETIME - 30) * 1000


@flow()
def v2_refund(_: Backstage, me: Customer) -> None:
    number = me.v2.buy("16", "ig")["orderId"]
    assert me.v2.refund(number) == {"refunded": "48 ct", "balance": "1000 ct"}
    assert me.v2.look(number)["state"] == "R"
    error = refused(lambda: me.v2.refund(number))
    assert (error.status, error.code) == (400, "2004")


@flow()
def v2_another(backstage: Backstage, me: Customer) -> None:
    number = me.v2.buy()["orderId"]
    assert refused(lambda: me.v2.another(number)).code == "2005"
    backstage.deliver(number, "Discord: 9", "9")
    before = me.v2.look(number)["ends_ms"]
    assert me.v2.another(number) == {"charged": "16 ct", "until_ms": before + RENEWAL * 1000}
    assert (me.v2.look(number)["state"], me.v2.account()["balance"]) == ("W", 968)
    backstage.advance(LIFETIME + RENEWAL + 1)
    assert me.v2.look(number)["state"] == "X"
    assert refused(lambda: me.v2.another(number)).code == "2003"


@flow(balance=10)
def v2_is_too_dear(_: Backstage, me: Customer) -> None:
    error = refused(me.v2.buy)
    assert (error.status, error.media, error.code) == (400, "application/json", "2001")
    assert me.v2.account()["balance"] == 10


@flow()
def v2_price_has_changed(backstage: Backstage, me: Customer) -> None:
    quote = me.v2.quote("12", "ds")
    backstage.market("12", "ds", price=18)
    error = refused(lambda: me.v2.order(quote, "1"))
    assert (error.status, error.code) == (400, "Additional user action required")
    assert me.v2.buy()["purchasePrice"] == 0.18


@flow()
def v2_nothing_is_left(backstage: Backstage, me: Customer) -> None:
    backstage.market("12", "tg", left=0)
    error = refused(lambda: me.v2.buy("12", "tg"))
    assert (error.status, error.code) == (400, "NO_NUMBERS")


@flow()
def v2_finds_numbers(backstage: Backstage, me: Customer) -> None:
    heard, _waits, third = (
        me.v2.buy(country, service)["orderId"] for country, service in (("12", "ds"), ("6", "ds"), ("6", "wa"))
    )
    backstage.deliver(heard, "Discord: 9", "9")
    assert me.v2.find()["found"] == 3
    assert [each["number"] for each in me.v2.find(st="G")["orders"]] == [int(heard)]
    assert me.v2.find(c="6")["found"] == 2
    assert [each["number"] for each in me.v2.find(c="6", s="wa")["orders"]] == [int(third)]
    ends = me.v2.look(heard)["ends_ms"]
    assert (me.v2.find(to_ms=ends)["found"], me.v2.find(from_ms=ends + 1)["found"]) == (3, 0)
    assert refused(lambda: me.v2.find(c="999")).code == "3001"


@flow()
def v2_pays_in(backstage: Backstage, me: Customer) -> None:
    assert me.v2.crypto_invoice(300).startswith("https://pay.cryptomus.com/pay/")
    wallet = me.v2.wallet("TON.USDT", "7.5")
    assert (wallet["asset"], wallet["due"]) == ("TON.USDT", "750 ct")
    assert wallet["wallet"]
    error = refused(lambda: me.v2.wallet("BTC.BTC", "7.5"))
    assert (error.status, error.code) == (400, "4001")
    backstage.settle(me.v3.invoices()[0]["payId"], "paid")
    assert me.v2.account()["balance"] == 1_300


@flow()
def v2_who_asks(backstage: Backstage, me: Customer) -> None:
    error = refused(V2(me.v2.http, me.v2.url, backstage.user, "no-such-key").account)
    assert (error.status, error.code) == (401, "1001")
    _, key = backstage.second_account()
    error = refused(V2(me.v2.http, me.v2.url, backstage.user, key).account)
    assert (error.status, error.code) == (403, "1002")


@flow()
def v2_wrong_requests(_: Backstage, me: Customer) -> None:
    error = refused(lambda: me.v2.get("/getPhoneStatus"))
    assert (error.status, error.code) == (400, "1003")
    assert refused(lambda: me.v2.look("1")).code == "2002"
    error = refused(lambda: me.v2.get("/getServices"))
    assert (error.status, error.media) == (404, "text/html")


@flow()
def both_see_the_same_number(backstage: Backstage, me: Customer) -> None:
    bought = me.v2.buy("6", "wa")
    backstage.advance(MINUTE)
    backstage.deliver(bought["orderId"], "WhatsApp 12-34", "12-34")
    new, old = me.v3.look(bought["orderId"]), me.v2.look(bought["orderId"])
    assert (new["status"], old["state"]) == ("complete", "G")
    assert (new["purchasePrice"], old["paid"]) == (9, "9 ct")
    assert new["expires_ms"] == old["ends_ms"]
    assert [each["passcode"] for each in new["inbox"].values()] == [old["sms"][0][2]]
