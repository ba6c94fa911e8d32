"""Flows of V3 about numbers."""

from tests.secondvendor.client import V3
from tests.secondvendor.repertoire import LIFETIME, MINUTE, RENEWAL, Backstage, Customer, flow, refused


@flow()
def number_is_paid(_: Backstage, me: Customer) -> None:
    bought = me.v3.buy("12", "tg")
    assert bought["purchasePrice"] == 120
    assert bought["orderId"].isdigit()
    order = me.v3.look(bought["orderId"])
    assert (order["sShort"], order["cShort"], order["carrier"]) == ("tg", "12", "any")
    assert (order["service"], order["country"]) == ("Telegram", "United States")
    assert (order["phoneNumber"], order["purchasePrice"]) == (bought["phoneNumber"], 120)
    assert (order["status"], order["inbox"]) == ("active", {})
    assert me.v3.balance() == 880


@flow()
def number_lives_twenty_five_minutes(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    order = me.v3.look(number)
    assert order["expires_ms"] - order["placed_ms"] == LIFETIME * 1000
    backstage.advance(LIFETIME - MINUTE)
    assert me.v3.look(number)["status"] == "active"
    backstage.advance(2 * MINUTE)
    assert me.v3.look(number)["status"] == "cancelled"


@flow()
def silence_is_paid_back(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy("16", "ig")["orderId"]
    assert me.v3.balance() == 952
    backstage.advance(LIFETIME + 1)
    assert me.v3.balance() == 1_000
    error = refused(lambda: me.v3.refund(number))
    assert (error.status, error.code) == (422, "order/final")


@flow()
def code_comes(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy("6", "wa")["orderId"]
    backstage.advance(40)
    backstage.deliver(number, "WhatsApp code 284-119", "284-119")
    order = me.v3.look(number)
    assert order["status"] == "complete"
    assert list(order["inbox"].values()) == [{"body": "WhatsApp code 284-119", "passcode": "284-119"}]


@flow()
def code_is_worth_its_money(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    backstage.deliver(number, "Discord: 5501", "5501")
    assert refused(lambda: me.v3.refund(number)).code == "order/final"
    backstage.advance(LIFETIME + 1)
    assert me.v3.look(number)["status"] == "closed"
    assert me.v3.balance() == 984


@flow()
def two_codes(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy("12", "go")["orderId"]
    backstage.deliver(number, "G-100200", "100200")
    before = me.v3.look(number)["expires_ms"]
    backstage.advance(2 * MINUTE)
    assert me.v3.another(number) == "requestAnother-accepted"
    order = me.v3.look(number)
    assert (order["status"], order["expires_ms"] - before) == ("active", RENEWAL * 1000)
    backstage.advance(MINUTE)
    backstage.deliver(number, "G-300400", "300400")
    assert [each["passcode"] for each in me.v3.look(number)["inbox"].values()] == ["100200", "300400"]
    assert me.v3.balance() == 1_000 - 2 * 33


@flow()
def second_code_never_comes(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    backstage.deliver(number, "Discord: 1", "1")
    me.v3.another(number)
    backstage.advance(LIFETIME + RENEWAL + 1)
    assert me.v3.look(number)["status"] == "closed"
    assert me.v3.balance() == 1_000 - 2 * 16


@flow()
def another_before_the_first(_: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    error = refused(lambda: me.v3.another(number))
    assert (error.status, error.code) == (425, "order/silent")
    assert me.v3.balance() == 984


@flow()
def another_after_the_end(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    backstage.deliver(number, "Discord: 1", "1")
    backstage.advance(LIFETIME + 1)
    error = refused(lambda: me.v3.another(number))
    assert (error.status, error.code) == (409, "order/over")


@flow(balance=20)
def another_is_too_dear(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    backstage.deliver(number, "Discord: 1", "1")
    error = refused(lambda: me.v3.another(number))
    assert (error.status, error.code) == (403, "balance/low")
    assert (me.v3.balance(), me.v3.look(number)["status"]) == (4, "complete")


@flow()
def number_is_given_back(_: Backstage, me: Customer) -> None:
    number = me.v3.buy("16", "tg")["orderId"]
    assert me.v3.balance() == 915
    assert me.v3.refund(number) == "refund-completed"
    assert (me.v3.balance(), me.v3.look(number)["status"]) == (1_000, "cancelled")
    assert refused(lambda: me.v3.refund(number)).status == 422
    assert me.v3.balance() == 1_000


@flow()
def number_of_nobody(backstage: Backstage, me: Customer) -> None:
    number = me.v3.buy()["orderId"]
    error = refused(lambda: me.v3.look("1"))
    assert (error.status, error.code) == (404, "order/unknown")
    assert refused(lambda: me.v3.refund("1")).code == "order/unknown"
    other = V3(me.v3.http, me.v3.url, *backstage.second_account())
    assert refused(lambda: other.look(number)).code == "order/unknown"


@flow(balance=100)
def number_is_too_dear(_: Backstage, me: Customer) -> None:
    error = refused(lambda: me.v3.buy("12", "tg"))
    assert (error.status, error.media, error.code) == (403, "application/problem+json", "balance/low")
    assert me.v3.balance() == 100


@flow()
def price_has_changed(backstage: Backstage, me: Customer) -> None:
    quote = me.v3.quote("6", "wa")
    backstage.market("6", "wa", price=11)
    error = refused(lambda: me.v3.order(quote, 50))
    assert (error.status, error.code, error.more["price"]) == (222, "requote", "0.11")
    bought = me.v3.order({**quote, "hash": error.more["hash"]}, 11)
    assert bought["purchasePrice"] == 11


@flow()
def maximum_holds(_: Backstage, me: Customer) -> None:
    quote = me.v3.quote("16", "ig")
    error = refused(lambda: me.v3.order(quote, 47))
    assert (error.status, error.more["price"]) == (222, "0.48")
    assert me.v3.balance() == 1_000


@flow()
def nothing_is_left(backstage: Backstage, me: Customer) -> None:
    backstage.market("6", "ds", left=0)
    quote = me.v3.quote("6", "ds")
    assert quote["available"] == 0
    error = refused(lambda: me.v3.order(quote))
    assert (error.status, error.code) == (503, "stock/empty")
    backstage.market("6", "ds", left=1)
    me.v3.order(quote)
    assert refused(lambda: me.v3.order(quote)).code == "stock/empty"


@flow()
def comes_again_in_time(backstage: Backstage, me: Customer) -> None:
    backstage.market("6", "ds", left=0)
    error = refused(lambda: me.v3.buy("6", "ds"))
    assert error.headers["retry-after"] == "20"


@flow()
def stock_goes_down(_: Backstage, me: Customer) -> None:
    me.v3.buy("6", "wa")
    assert me.v3.services("6")["wa"]["available"] == 39


@flow(charges=4_500)
def discount_is_taken_off(_: Backstage, me: Customer) -> None:
    account = me.v3.account()
    assert (account["currentDiscountRate"], account["totalCharges"]) == ("-10%", "4500")
    quote = me.v3.quote("12", "tg")
    assert quote["price"]["amount"] == "1.20"
    assert me.v3.order(quote, 108)["purchasePrice"] == 108
    assert me.v3.balance() == 892


@flow()
def inventory_shows_what_runs(backstage: Backstage, me: Customer) -> None:
    first, second = me.v3.buy("12", "ds"), me.v3.buy("6", "wa")
    backstage.deliver(first["orderId"], "Discord: 7", "7")
    inventory = me.v3.inventory()
    assert inventory["paging"] == {"page": 1, "of": 1, "total": 2}
    newest, oldest = inventory["numbers"]
    assert (newest["id"], newest["msisdn"]) == (int(second["orderId"]), f"+{second['phoneNumber']}")
    assert (newest["what"], newest["state"], newest["texts"], newest["unread"]) == ("wa@6~any", 10, [], 0)
    assert newest["price"] == {"amount": "0.09", "currency": "USD"}
    assert (oldest["state"], oldest["texts"], oldest["unread"]) == (20, ["Discord: 7"], 1)
    assert int(oldest["until"]) == me.v3.look(first["orderId"])["expires_ms"]


@flow()
def inventory_limits_what_is_over(backstage: Backstage, me: Customer) -> None:
    for _number in range(3):
        backstage.deliver(me.v3.buy()["orderId"], "Discord: 7", "7")
    backstage.advance(LIFETIME + 1)
    assert [each["state"] for each in me.v3.inventory(2)["numbers"]] == [40, 40]
    assert me.v3.inventory(0)["paging"]["total"] == 0


@flow()
def statistics_add_up(backstage: Backstage, me: Customer) -> None:
    heard, given_back, _ = (me.v3.buy("12", service)["orderId"] for service in ("ds", "go", "ds"))
    backstage.deliver(heard, "Discord: 7", "7")
    me.v3.refund(given_back)
    statistics = me.v3.statistics()
    assert (statistics["orders"], statistics["success_percent"]) == (3, 33)
    assert statistics["states"] == {"10": 1, "20": 1, "30": 1, "40": 0}
    assert statistics["usd"] == {"spent": 0.65, "refunded": 0.33}
    assert statistics["services"] == [
        {"code": "ds", "orders": 2, "spent": 0.32},
        {"code": "go", "orders": 1, "spent": 0.33},
    ]


@flow()
def statistics_of_a_span(backstage: Backstage, me: Customer) -> None:
    first = me.v3.look(me.v3.buy()["orderId"])["placed_ms"]
    backstage.advance(MINUTE)
    me.v3.buy("6", "wa")
    assert me.v3.statistics(to_ms=first)["orders"] == 1
    assert me.v3.statistics(from_ms=first + 1)["services"] == [{"code": "wa", "orders": 1, "spent": 0.09}]
    assert me.v3.statistics(to_ms=first - 1)["usd"] == {"spent": 0, "refunded": 0}


@flow()
def another_carrier_serves(backstage: Backstage, me: Customer) -> None:
    backstage.market("16", "ig", left=1)
    quote = me.v3.quote("16", "ig", "ee")
    numbers = [me.v3.order(quote)["orderId"], me.v3.order(quote)["orderId"]]
    assert [me.v3.look(number)["carrier"] for number in numbers] == ["ee", "three"]
    assert refused(lambda: me.v3.order(quote)).code == "stock/empty"


@flow()
def no_other_carrier_is_wanted(backstage: Backstage, me: Customer) -> None:
    backstage.market("16", "ig", left=1)
    quote = me.v3.quote("16", "ig", "ee")
    me.v3.order(quote, failover=False)
    assert refused(lambda: me.v3.order(quote, failover=False)).code == "stock/empty"
    assert me.v3.balance() == 952
