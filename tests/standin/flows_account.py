"""Flows of V3 about money, payments, coupons, favourites, lookups and statistics."""

from functools import partial
from urllib.parse import parse_qs, urlsplit

from tests.standin.registry import Customer, flow, refused
from tests.standin.world import World

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LIFE = 15 * MINUTE
TIERS = [[8000, 0.8, "-20%"], [6000, 0.85, "-15%"], [4000, 0.9, "-10%"], [2000, 0.95, "-5%"], [0, 1, "0%"]]


def pay_in(world: World, me: Customer, whole_dollars: int, coupon: str | None = None) -> None:
    """Pay in by a crypto invoice."""
    before = {payment.id for payment in me.v3.payments()}
    me.v3.crypto_invoice(whole_dollars, coupon)
    (new,) = [payment.id for payment in me.v3.payments() if payment.id not in before]
    world.settle(new, "paid")


# The account.


@flow()
def balance_is_read(world: World, me: Customer) -> None:
    balance = me.v3.balance()
    assert (balance.cents, balance.charges, balance.rate, balance.coupons) == (10_000, 0, "0%", 0)
    assert balance.tiers == TIERS


@flow(balance=1, charges=4000)
def balance_names_the_tier(world: World, me: Customer) -> None:
    balance = me.v3.balance()
    assert (balance.cents, balance.charges, balance.rate) == (1, 4000, "-10%")


@flow()
def tier_follows_what_was_paid_in(world: World, me: Customer) -> None:
    assert me.v3.quote("12", "wa").price == 40
    pay_in(world, me, 20)
    balance = me.v3.balance()
    assert (balance.cents, balance.charges, balance.rate) == (12_000, 2000, "-5%")
    assert me.v3.quote("12", "wa").price == 38
    assert me.v3.order(me.v3.quote("12", "wa")).price == 38
    assert me.v3.balance().cents == 12_000 - 38


@flow()
def highest_tier_is_reached(world: World, me: Customer) -> None:
    pay_in(world, me, 45)
    pay_in(world, me, 35)
    balance = me.v3.balance()
    assert (balance.cents, balance.charges, balance.rate) == (18_000, 8000, "-20%")
    assert me.v3.quote("12", "wa").price == 32


@flow()
def quote_of_the_old_tier_is_stale(world: World, me: Customer) -> None:
    old = me.v3.quote("12", "wa")
    pay_in(world, me, 20)
    error = refused(lambda: me.v3.order(old))
    assert (error.status, error.code) == (222, "E_QUOTE")
    assert me.v3.balance().cents == 12_000


# Payments.


@flow()
def crypto_invoice_is_paid(world: World, me: Customer) -> None:
    assert me.v3.crypto_invoice(20).startswith("https://pay.cryptomus.com/pay/")
    (payment,) = me.v3.payments()
    assert (payment.cents, payment.status) == (2000, "new")
    assert me.v3.balance().cents == 10_000
    world.settle(payment.id, "paid")
    (payment,) = me.v3.payments()
    assert payment.status == "done"
    balance = me.v3.balance()
    assert (balance.cents, balance.charges) == (12_000, 2000)


@flow()
def invoice_lives_one_hour(world: World, me: Customer) -> None:
    me.v3.crypto_invoice(5)
    (payment,) = me.v3.payments()
    assert payment.expires - payment.created == HOUR
    world.advance(HOUR - MINUTE)
    assert [payment.status for payment in me.v3.payments()] == ["new"]
    world.advance(2 * MINUTE)
    assert [payment.status for payment in me.v3.payments()] == ["cancel"]
    assert me.v3.balance().cents == 10_000


@flow()
def cancelled_invoice_brings_nothing(world: World, me: Customer) -> None:
    me.v3.crypto_invoice(5)
    (payment,) = me.v3.payments()
    world.settle(payment.id, "cancel")
    assert [payment.status for payment in me.v3.payments()] == ["cancel"]
    balance = me.v3.balance()
    assert (balance.cents, balance.charges) == (10_000, 0)


@flow()
def card_invoice_is_paid(world: World, me: Customer) -> None:
    url = urlsplit(me.v3.card_invoice(7))
    assert (url.scheme, url.netloc, url.path) == ("https", "api.pay4bit.net", "/pay")
    assert {"public_key", "sum", "account", "desc", "currency", "sign"} <= set(parse_qs(url.query))
    (payment,) = me.v3.payments()
    assert payment.cents == 700
    world.settle(payment.id, "paid")
    balance = me.v3.balance()
    assert (balance.cents, balance.charges) == (10_700, 700)


@flow()
def two_invoices_are_told_apart(world: World, me: Customer) -> None:
    me.v3.crypto_invoice(3)
    me.v3.card_invoice(4)
    by_amount = {payment.cents: payment for payment in me.v3.payments()}
    assert set(by_amount) == {300, 400}
    assert by_amount[300].method != by_amount[400].method
    world.settle(by_amount[400].id, "paid")
    assert {payment.cents: payment.status for payment in me.v3.payments()} == {300: "new", 400: "done"}
    assert me.v3.balance().cents == 10_400


@flow()
def wallet_is_paid(world: World, me: Customer) -> None:
    wallet = me.v3.wallet("USDT", "BSC", "5.15")
    assert (wallet.coin, wallet.network, wallet.cents) == ("USDT", "BSC", 515)
    assert me.v3.transaction(wallet.id) == (wallet, "awaiting-funds")
    world.settle(wallet.id, "paid")
    assert me.v3.transaction(wallet.id) == (wallet, "funded")
    balance = me.v3.balance()
    assert (balance.cents, balance.charges) == (10_515, 515)


@flow()
def wallet_lapses_after_an_hour(world: World, me: Customer) -> None:
    wallet = me.v3.wallet("LTC", "LTC", "12")
    assert wallet.cents == 1200
    world.advance(HOUR + MINUTE)
    assert me.v3.transaction(wallet.id)[1] == "lapsed"
    assert me.v3.balance().cents == 10_000


@flow()
def coin_must_fit_its_network(world: World, me: Customer) -> None:
    for currency, network in (("USDT", "BTC"), ("GOLD", "BSC")):
        error = refused(partial(me.v3.wallet, currency, network, "5.00"))
        assert (error.status, error.code) == (422, "E_COIN")


@flow()
def unknown_transaction_is_not_found(world: World, me: Customer) -> None:
    error = refused(lambda: me.v3.transaction("6f9619ff-8b86-4011-b42d-00cf4fc964ff"))
    assert (error.status, error.code) == (404, "E_TRANSACTION")


@flow()
def foreign_transaction_is_not_found(world: World, me: Customer) -> None:
    wallet = me.v3.wallet("USDT", "TRON", "9.99")
    error = refused(lambda: me.v3.login(*world.second_account()).transaction(wallet.id))
    assert (error.status, error.code) == (404, "E_TRANSACTION")


# Coupons.


@flow()
def coupon_adds_credit_once(world: World, me: Customer) -> None:
    code = world.coupon("SPRING", 10, "crypto")
    pay_in(world, me, 20, code)
    assert me.v3.balance().cents == 12_200
    error = refused(lambda: me.v3.crypto_invoice(20, code))
    assert (error.status, error.code) == (409, "E_COUPON")
    pay_in(world, me, 20)
    assert me.v3.balance().cents == 14_200


@flow()
def coupons_are_listed(world: World, me: Customer) -> None:
    code = world.coupon("SUMMER", 25, "crypto")
    (coupon,) = me.v3.coupons()
    assert (coupon.code, coupon.percentage, coupon.status) == (code, 25, "issued")
    assert me.v3.balance().coupons == 1
    pay_in(world, me, 4, code)
    assert [coupon.status for coupon in me.v3.coupons() if coupon.code == code] == ["burnt"]
    assert me.v3.balance().coupons == 0
    assert me.v3.balance().cents == 10_500


@flow()
def coupon_works_on_a_wallet(world: World, me: Customer) -> None:
    code = world.coupon("WALLET", 20, "crypto")
    wallet = me.v3.wallet("ETH", "ETH", "5.50", code)
    world.settle(wallet.id, "paid")
    assert me.v3.balance().cents == 10_000 + 550 + 110


@flow()
def unknown_coupon_is_refused(world: World, me: Customer) -> None:
    error = refused(lambda: me.v3.crypto_invoice(20, "NOSUCHCODE"))
    assert (error.status, error.code) == (409, "E_COUPON")
    assert me.v3.payments() == []


# Favourites.


@flow()
def favourite_is_toggled_twice(world: World, me: Customer) -> None:
    assert me.v3.favourites() == []
    assert me.v3.toggle_favourite("12", "ds") is True
    assert me.v3.favourites() == [("12", "ds")]
    assert me.v3.toggle_favourite("12", "ds") is False
    assert me.v3.favourites() == []


@flow()
def favourites_are_kept_apart(world: World, me: Customer) -> None:
    me.v3.toggle_favourite("12", "ds")
    me.v3.toggle_favourite("16", "tg")
    assert sorted(me.v3.favourites()) == [("12", "ds"), ("16", "tg")]
    me.v3.toggle_favourite("12", "ds")
    assert me.v3.favourites() == [("16", "tg")]
    assert me.v3.login(*world.second_account()).favourites() == []


# Lookups.


@flow()
def countries_are_keyed_by_code(world: World, me: Customer) -> None:
    countries = me.v3.countries()
    assert {code: name for code, (name, _) in countries.items()} == {
        "12": "United States",
        "16": "United Kingdom",
        "174": "Norway",
    }
    assert set(countries["12"][1]) == {"any", "tmobile", "att"}


@flow()
def services_are_listed(world: World, me: Customer) -> None:
    services = me.v3.services("12")
    assert {code: offer.price for code, offer in services.items()} == {"ds": 16, "go": 25, "wa": 40}
    assert services["ds"].title == "Discord"
    assert {offer.country for offer in services.values()} == {"12"}


@flow()
def any_carrier_counts_all_of_them(world: World, me: Customer) -> None:
    counts = {carrier: me.v3.services("16", carrier)["tg"].left for carrier in ("any", "vodafone", "o2")}
    assert counts == {"any": 100, "vodafone": 50, "o2": 50}


@flow(charges=8000)
def shown_prices_are_already_net(world: World, me: Customer) -> None:
    assert me.v3.services("12")["wa"].price == 32
    quote = me.v3.quote("12", "wa")
    assert quote.price == 32
    assert me.v3.order(quote).price == 32
    assert me.v3.balance().cents == 10_000 - 32


@flow()
def quote_has_a_price_and_its_proof(world: World, me: Customer) -> None:
    quote = me.v3.quote("12", "ds", "att")
    assert (quote.country, quote.service, quote.carrier, quote.price, quote.left) == ("12", "ds", "att", 16, 50)
    assert 0 <= quote.percent <= 100
    assert quote.first
    assert quote.second


@flow()
def quote_follows_the_offer(world: World, me: Customer) -> None:
    old = me.v3.quote("16", "tg", "o2")
    world.set_offer("16", "tg", price_cents=90, stock=3)
    new = me.v3.quote("16", "tg", "o2")
    assert (old.price, new.price, new.left) == (55, 90, 3)
    assert (old.first, old.second) != (new.first, new.second)


@flow()
def unknown_places_are_not_found(world: World, me: Customer) -> None:
    found = [
        refused(lambda: me.v3.services("999")),
        refused(lambda: me.v3.quote("12", "nosuch")),
        refused(lambda: me.v3.quote("12", "ds", "nosuch")),
    ]
    assert [error.status for error in found] == [404, 404, 404]
    assert [error.code for error in found] == ["E_COUNTRY", "E_SERVICE", "E_CARRIER"]


@flow()
def popular_offers_have_prices(world: World, me: Customer) -> None:
    me.v3.order(me.v3.quote("16", "ds"))
    ranking = me.v3.popular()
    assert ranking
    assert all(offer.title and offer.price > 0 for offer in ranking)
    assert all(offer.price == me.v3.quote(offer.country, offer.service).price for offer in ranking)


# Statistics.


@flow()
def statistics_of_nothing(world: World, me: Customer) -> None:
    report = me.v3.statistics()
    assert report.counts == {"all": 0, "pending": 0, "complete": 0, "returned": 0, "timeout": 0}
    assert (report.out, report.back, report.percent, report.services) == (0, 0, 0, {})


@flow()
def statistics_count_states(world: World, me: Customer) -> None:
    quote = me.v3.quote("12", "ds")
    done, returned, _ = (me.v3.order(quote).id for _ in range(3))
    world.deliver_sms(done, "Your code is 1234", "1234")
    me.v3.change(returned, "refund")
    assert me.v3.statistics().counts == {"all": 3, "pending": 1, "complete": 1, "returned": 1, "timeout": 0}
    assert me.v3.statistics().back == 16
    assert me.v3.balance().cents == 10_000 - 32


@flow()
def statistics_count_timeouts(world: World, me: Customer) -> None:
    me.v3.order(me.v3.quote("12", "ds"))
    world.advance(LIFE + 1)
    assert me.v3.statistics().counts == {"all": 1, "pending": 0, "complete": 0, "returned": 0, "timeout": 1}


@flow()
def statistics_by_service(world: World, me: Customer) -> None:
    for country, service in (("12", "ds"), ("16", "ds"), ("12", "wa")):
        order = me.v3.order(me.v3.quote(country, service))
        world.deliver_sms(order.id, "Code 42", "42")
    report = me.v3.statistics()
    assert (report.out, report.back, report.percent) == (86, 0, 100)
    assert {service: part.out for service, part in report.services.items()} == {"ds": 46, "wa": 40}
    assert {service: part.counts["complete"] for service, part in report.services.items()} == {"ds": 2, "wa": 1}
    assert me.v3.balance().cents == 10_000 - 86


@flow()
def statistics_of_a_span(world: World, me: Customer) -> None:
    first = me.v3.get(me.v3.order(me.v3.quote("12", "ds")).id)
    world.deliver_sms(first.id, "Code 42", "42")
    world.advance(4 * DAY)
    second = me.v3.get(me.v3.order(me.v3.quote("12", "go")).id)
    world.deliver_sms(second.id, "Code 43", "43")
    middle = first.bought + 2 * DAY
    assert me.v3.statistics().counts["all"] == 2
    assert me.v3.statistics(until=middle).out == 16
    assert me.v3.statistics(since=middle).out == 25
    assert me.v3.statistics(since=middle, until=middle + DAY).counts["all"] == 0
    assert me.v3.statistics(since=first.bought - DAY, until=second.bought + DAY).out == 41
