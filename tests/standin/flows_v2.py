"""Flows of V2, and of both versions over the same account."""

from dataclasses import replace
from functools import partial

from tests.standin.registry import Customer, flow, refused, without_keys
from tests.standin.world import World

MINUTE = 60
HOUR = 60 * MINUTE
LIFE = 15 * MINUTE
EXTENSION = 5 * MINUTE

# The account.


@flow(balance=500, charges=2500)
def v2_balance_is_read(world: World, me: Customer) -> None:
    balance = me.v2.balance()
    assert (balance.cents, balance.charges, balance.rate) == (500, 2500, "-5%")
    assert balance.tiers == me.v3.balance().tiers


@flow()
def v2_invoice_is_paid(world: World, me: Customer) -> None:
    assert me.v2.crypto_invoice(2050).startswith("https://")
    (payment,) = me.v3.payments()
    assert (payment.cents, payment.status) == (2050, "new")
    world.settle(payment.id, "paid")
    balance = me.v2.balance()
    assert (balance.cents, balance.charges, balance.rate) == (12_050, 2050, "-5%")


@flow()
def v2_wallet_is_paid(world: World, me: Customer) -> None:
    wallet = me.v2.wallet("USDT", "TON", 515)
    assert (wallet.coin, wallet.network, wallet.cents) == ("USDT", "TON", 515)
    assert wallet.address
    world.settle(wallet.id, "paid")
    assert me.v2.balance().cents == 10_515


@flow()
def v2_wallet_lapses_after_an_hour(world: World, me: Customer) -> None:
    wallet = me.v2.wallet("USDT", "TRON", 700)
    assert me.v3.transaction(wallet.id) == (wallet, "awaiting-funds")
    world.advance(HOUR + MINUTE)
    assert me.v3.transaction(wallet.id)[1] == "lapsed"
    assert me.v2.balance().cents == 10_000


@flow()
def v2_wallet_takes_only_usdt(world: World, me: Customer) -> None:
    for currency, network in (("BTC", "BTC"), ("USDT", "BTC")):
        error = refused(partial(me.v2.wallet, currency, network, 515))
        assert (error.status, error.code) == (422, "coin-refused")


# Lookups.


@flow()
def v2_countries_are_those_of_v3(world: World, me: Customer) -> None:
    countries = me.v2.countries()
    assert countries["12"][0] == "United States"
    assert {code: (name, sorted(carriers)) for code, (name, carriers) in countries.items()} == {
        code: (name, sorted(carriers)) for code, (name, carriers) in me.v3.countries().items()
    }


@flow()
def v2_services_are_those_of_v3(world: World, me: Customer) -> None:
    assert {code: offer.price for code, offer in me.v2.services("16").items()} == {"ds": 30, "tg": 55}
    assert me.v2.services("12") == me.v3.services("12")
    assert me.v2.services("12", operator="att")["ds"].left == 50


@flow(charges=4000)
def v2_quote_is_net(world: World, me: Customer) -> None:
    quote = me.v2.quote("12", "wa")
    assert (quote.country, quote.service, quote.carrier, quote.price) == ("12", "wa", "any", 36)
    assert 0 <= quote.percent <= 100
    assert me.v2.order(quote).price == 36
    assert me.v2.balance().cents == 10_000 - 36


@flow()
def v2_country_stats_name_the_right_countries(world: World, me: Customer) -> None:
    stats = me.v2.country_stats("ds")
    assert {"12", "16"} <= set(stats)
    assert all(0 <= rate <= 100 for rate in stats.values())


@flow()
def v2_unknown_places_are_not_found(world: World, me: Customer) -> None:
    found = [
        refused(lambda: me.v2.services("999")),
        refused(lambda: me.v2.quote("12", "nosuch")),
        refused(lambda: me.v2.quote("12", "ds", operator="nosuch")),
    ]
    assert [error.status for error in found] == [404, 404, 404]
    assert [error.code for error in found] == ["no-such-country", "no-such-service", "no-such-operator"]


# Orders.


@flow()
def v2_order_waits(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "ds"))
    assert receipt.price == 16
    order = me.v2.get(receipt.id)
    assert (order.country, order.service, order.carrier) == ("12", "ds", "any")
    assert (order.phone, order.price, order.state, order.messages) == (receipt.phone, 16, "WAIT", [])
    assert (order.ends, order.ends - order.bought) == (receipt.ends, LIFE)
    assert me.v2.balance().cents == 10_000 - 16


@flow()
def v2_code_is_read(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "wa"))
    world.deliver_sms(receipt.id, "WhatsApp 9876", "9876")
    order = me.v2.get(receipt.id)
    assert (order.state, order.codes) == ("GOT", ["9876"])
    assert order.messages[0].text == "WhatsApp 9876"


@flow()
def v2_another_sms_is_charged(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "wa"))
    world.deliver_sms(receipt.id, "WhatsApp 1", "1")
    assert me.v2.another(receipt.id) == (40, receipt.ends + EXTENSION)
    assert me.v2.get(receipt.id).state == "WAIT"
    world.deliver_sms(receipt.id, "WhatsApp 2", "2")
    assert me.v2.get(receipt.id).codes == ["1", "2"]
    assert me.v2.balance().cents == 10_000 - 80


@flow()
def v2_another_sms_needs_a_first_one_in_time(world: World, me: Customer) -> None:
    silent = me.v2.order(me.v2.quote("12", "wa"))
    error = refused(lambda: me.v2.another(silent.id))
    assert (error.status, error.code) == (409, "nothing-received")
    world.deliver_sms(silent.id, "WhatsApp 1", "1")
    world.advance(LIFE + 1)
    error = refused(lambda: me.v2.another(silent.id))
    assert (error.status, error.code) == (410, "time-over")
    assert me.v2.balance().cents == 10_000 - 40


@flow()
def v2_refund_pays_back_once(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "go"))
    assert me.v2.refund(receipt.id) == 25
    assert me.v2.get(receipt.id).state == "BACK"
    error = refused(lambda: me.v2.refund(receipt.id))
    assert (error.status, error.code) == (409, "not-returnable")
    assert me.v2.balance().cents == 10_000


@flow()
def v2_refund_after_an_sms_is_refused(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "go"))
    world.deliver_sms(receipt.id, "G-123456", "123456")
    error = refused(lambda: me.v2.refund(receipt.id))
    assert (error.status, error.code) == (409, "not-returnable")
    assert me.v2.balance().cents == 10_000 - 25


@flow()
def v2_expiry_pays_back_by_itself(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "go"))
    world.advance(LIFE + 1)
    assert me.v2.get(receipt.id).state == "LATE"
    assert me.v2.balance().cents == 10_000


@flow()
def v2_order_above_the_maximum_finds_no_numbers(world: World, me: Customer) -> None:
    error = refused(lambda: me.v2.order(me.v2.quote("12", "ds"), maximum=15))
    assert (error.status, error.code) == (503, "NO_NUMBERS")
    assert me.v2.balance().cents == 10_000


@flow()
def v2_order_without_keys_pays_the_present_price(world: World, me: Customer) -> None:
    quote = without_keys(me.v2.quote("12", "ds"))
    world.set_offer("12", "ds", price_cents=13)
    assert me.v2.order(quote).price == 13
    assert me.v2.balance().cents == 10_000 - 13


@flow()
def v2_stale_quote_needs_action(world: World, me: Customer) -> None:
    old = me.v2.quote("12", "ds")
    world.set_offer("12", "ds", price_cents=29)
    error = refused(lambda: me.v2.order(old, maximum=100))
    assert (error.status, error.code) == (412, "Additional user action required")
    assert me.v2.order(me.v2.quote("12", "ds")).price == 29
    assert me.v2.balance().cents == 10_000 - 29


@flow()
def v2_out_of_stock(world: World, me: Customer) -> None:
    quote = me.v2.quote("12", "ds")
    world.set_offer("12", "ds", stock=0)
    error = refused(lambda: me.v2.order(quote))
    assert (error.status, error.code) == (503, "NO_NUMBERS")
    world.advance(30)
    world.set_offer("12", "ds", stock=5)
    assert me.v2.order(quote).price == 16
    assert me.v2.balance().cents == 10_000 - 16


@flow(balance=10)
def v2_order_costs_too_much(world: World, me: Customer) -> None:
    error = refused(lambda: me.v2.order(me.v2.quote("12", "ds")))
    assert (error.status, error.code) == (402, "balance-too-low")
    assert me.v2.balance().cents == 10


# Many orders at once.


@flow()
def v2_bulk_by_country_and_service(world: World, me: Customer) -> None:
    ids = {offer: me.v2.order(me.v2.quote(*offer)).id for offer in (("12", "ds"), ("12", "go"), ("16", "ds"))}
    assert {order.id for order in me.v2.find()} == set(ids.values())
    assert {order.id for order in me.v2.find(country_id="12")} == {ids["12", "ds"], ids["12", "go"]}
    assert {order.id for order in me.v2.find(service_id="ds")} == {ids["12", "ds"], ids["16", "ds"]}
    assert [order.id for order in me.v2.find(country_id="16", service_id="ds")] == [ids["16", "ds"]]
    assert me.v2.find(country_id="16", service_id="go") == []


@flow()
def v2_bulk_by_state(world: World, me: Customer) -> None:
    quote = me.v2.quote("12", "ds")
    waiting, got, back = (me.v2.order(quote).id for _ in range(3))
    world.deliver_sms(got, "Discord: 1234", "1234")
    me.v2.refund(back)
    found = {state: [order.id for order in me.v2.find(state=state)] for state in ("WAIT", "GOT", "BACK", "LATE")}
    assert found == {"WAIT": [waiting], "GOT": [got], "BACK": [back], "LATE": []}
    world.advance(LIFE + 1)
    assert waiting in [order.id for order in me.v2.find(state="LATE")]
    assert me.v2.find(state="WAIT") == []
    assert me.v2.balance().cents == 10_000 - 16


@flow()
def v2_bulk_by_end(world: World, me: Customer) -> None:
    quote = me.v2.quote("12", "ds")
    early = me.v2.order(quote)
    world.advance(10 * MINUTE)
    late = me.v2.order(quote)
    middle = early.ends + 5 * MINUTE
    assert [order.id for order in me.v2.find(ends_before=middle)] == [early.id]
    assert [order.id for order in me.v2.find(ends_after=middle)] == [late.id]
    assert me.v2.find(ends_after=middle, ends_before=middle + MINUTE) == []
    assert len(me.v2.find(ends_after=early.ends - MINUTE, ends_before=late.ends + MINUTE)) == 2


@flow()
def v2_bulk_shows_what_one_shows(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("12", "ds", operator="tmobile"))
    world.deliver_sms(receipt.id, "Discord: 1234", "1234")
    assert me.v2.find() == [me.v2.get(receipt.id)]
    assert me.v2.login(*world.second_account()).find() == []


# What is refused.


@flow()
def v2_wrong_key_is_answered_with_a_page(world: World, me: Customer) -> None:
    stranger = me.v2.login(world.user, "not-a-key")
    quote = me.v2.quote("12", "ds")
    for call in (stranger.balance, stranger.countries, lambda: stranger.order(quote)):
        error = refused(call)
        assert error.status == 401
        assert error.response.headers["content-type"].startswith("text/html")
    assert me.v2.balance().cents == 10_000


@flow()
def v2_foreign_key_is_forbidden(world: World, me: Customer) -> None:
    _, key = world.second_account()
    intruder = me.v2.login(world.user, key)
    for call in (intruder.balance, intruder.find):
        error = refused(call)
        assert (error.status, error.code) == (403, "foreign-key")


@flow()
def v2_unknown_order_is_not_found(world: World, me: Customer) -> None:
    for call in (
        lambda: me.v2.get("999999999"),
        lambda: me.v2.refund("999999999"),
        lambda: me.v2.another("999999999"),
    ):
        error = refused(call)
        assert (error.status, error.code) == (404, "no-such-order")


@flow()
def v2_incomplete_request_is_not_understood(world: World, me: Customer) -> None:
    found = [
        refused(lambda: me.v2.call("POST", "/purchase", country="12", service="ds")),
        refused(lambda: me.v2.call("POST", "/refund")),
        refused(lambda: me.v2.call("GET", "/getPhoneStatus")),
        refused(lambda: me.v2.call("GET", "/checkout/crypto", amount="much")),
    ]
    assert {(error.status, error.code) for error in found} == {(422, "bad-request")}


# Both versions, one account.


@flow()
def order_of_v3_is_returned_in_v2(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    seen = me.v2.get(receipt.id)
    assert (seen.state, seen.phone) == ("WAIT", receipt.phone)
    assert replace(seen, state="pending") == me.v3.get(receipt.id)
    assert me.v2.refund(receipt.id) == 16
    assert me.v3.get(receipt.id).state == "returned"
    assert me.v3.balance().cents == me.v2.balance().cents == 10_000


@flow()
def order_of_v2_is_continued_in_v3(world: World, me: Customer) -> None:
    receipt = me.v2.order(me.v2.quote("16", "tg"))
    assert [order.id for order in me.v3.inventory(5)] == [receipt.id]
    world.deliver_sms(receipt.id, "Telegram 1", "1")
    me.v3.change(receipt.id, "requestAnother")
    world.deliver_sms(receipt.id, "Telegram 2", "2")
    assert me.v2.get(receipt.id).codes == me.v3.get(receipt.id).codes == ["1", "2"]
    assert me.v2.balance().cents == 10_000 - 110
