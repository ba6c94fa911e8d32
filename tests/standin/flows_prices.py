"""Flows of V3 about prices and stock."""

from dataclasses import replace

from tests.standin.answers import QuoteChangedError
from tests.standin.registry import Customer, flow, refused, without_keys
from tests.standin.world import World

# Prices.


@flow()
def order_above_the_maximum_finds_no_numbers(world: World, me: Customer) -> None:
    error = refused(lambda: me.v3.order(me.v3.quote("12", "ds"), maximum=15))
    assert (error.status, error.code) == (409, "NO_NUMBERS")
    assert me.v3.balance().cents == 10_000
    assert me.v3.inventory(25) == []


@flow()
def price_may_be_below_the_maximum(world: World, me: Customer) -> None:
    assert me.v3.order(me.v3.quote("12", "ds"), maximum=2000).price == 16
    assert me.v3.balance().cents == 10_000 - 16


@flow()
def stale_quote_is_answered_with_the_new_one(world: World, me: Customer) -> None:
    old = me.v3.quote("12", "ds")
    world.set_offer("12", "ds", price_cents=20)
    error = refused(lambda: me.v3.order(old, maximum=100))
    assert isinstance(error, QuoteChangedError)
    assert (error.status, error.code) == (222, "E_QUOTE")
    assert error.quote == me.v3.quote("12", "ds")
    assert error.quote.price == 20
    assert me.v3.balance().cents == 10_000
    assert me.v3.order(error.quote).price == 20
    assert me.v3.balance().cents == 10_000 - 20


@flow()
def wrong_keys_are_answered_with_the_right_ones(world: World, me: Customer) -> None:
    quote = me.v3.quote("12", "ds")
    error = refused(lambda: me.v3.order(replace(quote, first="nonsense", second="nonsense")))
    assert isinstance(error, QuoteChangedError)
    assert error.quote == quote


@flow()
def every_change_of_price_needs_its_quote(world: World, me: Customer) -> None:
    quote = me.v3.quote("12", "ds")
    world.set_offer("12", "ds", price_cents=12)
    assert refused(lambda: me.v3.order(quote)).status == 222
    world.set_offer("12", "ds", price_cents=16)
    assert me.v3.order(me.v3.quote("12", "ds")).price == 16


@flow()
def order_without_keys_pays_the_present_price(world: World, me: Customer) -> None:
    quote = without_keys(me.v3.quote("12", "ds"))
    world.set_offer("12", "ds", price_cents=14)
    assert me.v3.order(quote).price == 14
    world.set_offer("12", "ds", price_cents=17)
    assert refused(lambda: me.v3.order(quote)).code == "NO_NUMBERS"
    assert me.v3.balance().cents == 10_000 - 14


@flow(balance=15)
def order_costs_too_much(world: World, me: Customer) -> None:
    error = refused(lambda: me.v3.order(me.v3.quote("12", "ds")))
    assert (error.status, error.code) == (402, "E_BALANCE")
    assert me.v3.balance().cents == 15


@flow(balance=16)
def order_takes_the_last_cent(world: World, me: Customer) -> None:
    me.v3.order(me.v3.quote("12", "ds"))
    assert me.v3.balance().cents == 0


# Stock.


@flow()
def out_of_stock(world: World, me: Customer) -> None:
    quote = me.v3.quote("12", "ds")
    world.set_offer("12", "ds", stock=0)
    error = refused(lambda: me.v3.order(quote))
    assert (error.status, error.code) == (409, "NO_NUMBERS")
    assert me.v3.balance().cents == 10_000
    world.set_offer("12", "ds", stock=1)
    assert me.v3.order(quote).price == 16


@flow()
def stock_goes_down(world: World, me: Customer) -> None:
    me.v3.order(me.v3.quote("12", "ds", "att"))
    assert me.v3.quote("12", "ds", "att").left == 49
    assert me.v3.quote("12", "ds").left == 99


@flow()
def failover_takes_another_carrier(world: World, me: Customer) -> None:
    world.set_offer("12", "ds", stock=1)
    quote = me.v3.quote("12", "ds", "att")
    me.v3.order(quote, failover=True)
    assert me.v3.quote("12", "ds", "tmobile").left == 1
    me.v3.order(quote, failover=True)
    assert me.v3.quote("12", "ds", "tmobile").left == 0
    error = refused(lambda: me.v3.order(quote, failover=True))
    assert error.code == "NO_NUMBERS"
    assert me.v3.balance().cents == 10_000 - 32


@flow()
def failover_is_on_unless_told(world: World, me: Customer) -> None:
    world.set_offer("12", "ds", stock=1)
    quote = me.v3.quote("12", "ds", "att")
    me.v3.order(quote)
    me.v3.order(quote)
    assert me.v3.balance().cents == 10_000 - 32


@flow()
def without_failover_a_carrier_runs_out(world: World, me: Customer) -> None:
    world.set_offer("12", "ds", stock=1)
    quote = me.v3.quote("12", "ds", "att")
    me.v3.order(quote, failover=False)
    error = refused(lambda: me.v3.order(quote, failover=False))
    assert (error.status, error.code) == (409, "NO_NUMBERS")
    assert me.v3.quote("12", "ds", "tmobile").left == 1
    assert me.v3.balance().cents == 10_000 - 16
