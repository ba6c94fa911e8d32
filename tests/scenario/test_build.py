"""A world is as its scenario describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import DAY, HOUR, MINUTE, SECOND
from mockserver.domain.customer import Coupon, CouponStatus, Customer
from mockserver.domain.ledger import EntryKind
from mockserver.domain.order import Message, Order, State
from mockserver.domain.payment import Deposit, Status
from mockserver.domain.refusal import Refusal
from mockserver.domain.settlement import settle
from mockserver.scenario.build import build
from mockserver.scenario.load import load
from mockserver.simulation.units import instant
from mockserver.usecases.ordering import OrderRequest, order_number, refund
from mockserver.usecases.paying import CRYPTOMUS, PAY4BIT, create_invoice, invoices
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

    MakeWorld = Callable[[str], World]

WALL = 1_750_000_000_000
START = instant("2025-06-01 12:00:00")
HEAD = """\
description: A test.
clock: {mode: manual, start: "2025-06-01 12:00:00"}
"""
DEMO = f"{HEAD}accounts: [{{userId: demo, key: k, balance: 1000}}]\n"
TMOBILE, VERIZON, ATT = (StockKey("12", carrier, "ds") for carrier in ("tmobile", "verizon", "att"))


def account(text: str) -> str:
    """Write a scenario of one account with these fields."""
    return f"{HEAD}accounts: [{{userId: demo, key: k, {text}}}]\n"


def past_order(text: str = "") -> str:
    """Write an account of 500 cents with a past order of 16 cents."""
    order = f'{{orderId: "7", country: "12", service: ds, phoneNumber: "1234567890", price: 16{text}}}'
    return account(f"balance: 500, orders: [{order}]")


def buy(world: World, user: str = "demo", country: str = "12", service: str = "ds") -> Order:
    """Order a number."""
    request = OrderRequest(country, service, "any", maximum=1000, m="", n="", failover=True)
    return order_number(world, world.customers[user], request)


def wait(world: World, duration: int) -> None:
    """Let time pass, and settle."""
    world.clock.advance(duration)
    settle(world)


# --- the clock


def test_a_clock_starts_where_the_scenario_says(world_of: MakeWorld) -> None:
    assert world_of(DEMO).clock.now() == START


def test_without_a_start_the_clock_starts_now(world_of: MakeWorld) -> None:
    assert world_of("description: x\naccounts: [{userId: demo, key: k}]\n").clock.now() == WALL


@pytest.mark.parametrize(("mode", "passed"), [("", 5), ("clock: {mode: real}", 5), ("clock: {mode: manual}", 0)])
def test_a_clock_runs_with_the_wall_unless_it_is_manual(
    read: Callable[[str], Scenario], shipped: Fixtures, mode: str, passed: int
) -> None:
    times = [WALL]
    scenario = read(f"description: x\naccounts: [{{userId: demo, key: k}}]\n{mode}\n")
    world = build(scenario, shipped, lambda: times[-1], rules=DEFAULT)
    times.append(WALL + 5)
    assert world.clock.now() == WALL + passed


# --- chance


def test_the_same_seed_makes_the_same_world(world_of: MakeWorld) -> None:
    assert buy(world_of(DEMO + "seed: 7\n")) == buy(world_of(DEMO + "seed: 7\n"))


def test_another_seed_makes_another_world(world_of: MakeWorld) -> None:
    assert buy(world_of(DEMO + "seed: 7\n")).id != buy(world_of(DEMO + "seed: 8\n")).id


def test_a_given_seed_replaces_the_scenarios_own(read: Callable[[str], Scenario], shipped: Fixtures) -> None:
    replaced = build(read(DEMO + "seed: 8\n"), shipped, lambda: WALL, seed=7, rules=DEFAULT)
    assert buy(replaced) == buy(build(read(DEMO + "seed: 7\n"), shipped, lambda: WALL, rules=DEFAULT))


def test_the_seed_0_can_be_given(read: Callable[[str], Scenario], shipped: Fixtures) -> None:
    replaced = build(read(DEMO + "seed: 8\n"), shipped, lambda: WALL, seed=0, rules=DEFAULT)
    assert buy(replaced) == buy(build(read(DEMO), shipped, lambda: WALL, rules=DEFAULT))


# --- accounts


def test_an_account_is_bare_unless_it_says_more(world_of: MakeWorld) -> None:
    assert world_of(account("")).customers == {"demo": Customer("demo")}


def test_an_account_has_what_it_says(world_of: MakeWorld) -> None:
    world = world_of(
        account(
            "stripeId: s, cryptomusId: c, status: st, lang: en, referral: r, vipSupport: true, vipTelegram: t, "
            'totalCharges: 2000, tier: "-20%", couponsReceived: 30, blocked: true, '
            'favourites: [{country: "12", service: ds}]'
        )
    )
    assert world.customers["demo"] == Customer(
        id="demo",
        stripe_id="s",
        cryptomus_id="c",
        status="st",
        lang="en",
        referral="r",
        vip_support=True,
        vip_telegram="t",
        total_charges=2000,
        granted_tier="-20%",
        coupons_received=30,
        blocked=True,
        favourites=(("12", "ds"),),
    )


def test_the_key_of_an_account_opens_it(world_of: MakeWorld) -> None:
    assert world_of(DEMO).customer_with("demo", "k").id == "demo"


def test_accounts_may_share_a_key(world_of: MakeWorld) -> None:
    world = world_of(f"{HEAD}accounts: [{{userId: a, key: k}}, {{userId: b, key: k}}]\n")
    assert [world.customer_with(user, "k").id for user in "ab"] == ["a", "b"]


@pytest.mark.parametrize(("text", "balance"), [("", 0), ("balance: 500", 500)])
def test_an_account_opens_with_its_balance(world_of: MakeWorld, text: str, balance: int) -> None:
    assert world_of(account(text)).ledger.balance("demo") == balance


def test_a_balance_is_an_opening_entry_at_the_start(world_of: MakeWorld) -> None:
    assert [(entry.at, entry.kind, entry.cents) for entry in world_of(DEMO).ledger] == [
        (START, EntryKind.OPENING, 1000)
    ]


# --- coupons


def test_a_coupon_has_its_defaults(world_of: MakeWorld) -> None:
    coupon = world_of(account("coupons: [{code: TEN, percentage: 10}]")).coupon_of("demo", "TEN")
    assert coupon == Coupon("TEN", "demo", START, START + 30 * DAY, days=30, percentage=10, target="crypto")


def test_a_coupon_has_what_it_says(world_of: MakeWorld) -> None:
    text = (
        "coupons: [{code: TEN, percentage: 10, targetPay: card, timing: 7, used: true, "
        'issuedAt: "2025-05-01 00:00:00", expiredAt: "2025-05-02 00:00:00"}]'
    )
    issued = instant("2025-05-01 00:00:00")
    assert world_of(account(text)).coupon_of("demo", "TEN") == Coupon(
        "TEN", "demo", issued, issued + DAY, days=7, percentage=10, target="card", used=True
    )


def test_a_coupon_is_valid_for_its_days_from_its_issue(world_of: MakeWorld) -> None:
    text = 'coupons: [{code: TEN, percentage: 10, timing: 7, issuedAt: "2025-05-25 12:00:01"}]'
    coupon = world_of(account(text)).coupon_of("demo", "TEN")
    assert coupon is not None
    assert coupon.status(START) is CouponStatus.ISSUED
    assert coupon.status(START + SECOND) is CouponStatus.EXPIRED


def test_coupons_received_are_those_listed(world_of: MakeWorld) -> None:
    world = world_of(account("coupons: [{code: A, percentage: 1}, {code: B, percentage: 2}]"))
    assert world.customers["demo"].coupons_received == 2


# --- past orders


def test_a_past_order_has_what_it_says(world_of: MakeWorld) -> None:
    text = (
        ', carrier: att, orderedAt: "2025-06-01 11:50:00", expiresAt: "2025-06-01 12:30:00", '
        'sms: [{text: "Code 1", code: "1"}, {text: Hi}]'
    )
    ordered_at = START - 10 * MINUTE
    assert world_of(past_order(text)).order("7") == Order(
        id="7",
        customer="demo",
        country="12",
        carrier="att",
        service="ds",
        phone="1234567890",
        price=16,
        ordered_at=ordered_at,
        expires_at=START + 30 * MINUTE,
        state=State.COMPLETED,
        messages=(Message(ordered_at, "Code 1", "1"), Message(ordered_at, "Hi", None)),
    )


def test_a_past_order_has_its_defaults(world_of: MakeWorld) -> None:
    order = world_of(past_order()).order("7")
    assert (order.carrier, order.ordered_at, order.expires_at) == ("any", START, START + DEFAULT.lifetime)


def test_the_lifetime_of_the_rules_holds_for_past_and_new_orders(
    read: Callable[[str], Scenario], shipped: Fixtures
) -> None:
    world = build(read(past_order()), shipped, lambda: WALL, rules=DEFAULT._replace(lifetime=MINUTE))
    assert [world.order("7").expires_at, buy(world).expires_at] == [START + MINUTE] * 2


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", State.WAITING),
        (", sms: [{text: Hi}]", State.COMPLETED),
        (", refunded: true", State.REFUNDED),
        (', orderedAt: "2025-06-01 11:40:01"', State.WAITING),
        (', orderedAt: "2025-06-01 11:40:00"', State.EXPIRED),
        (', orderedAt: "2025-06-01 11:40:00", sms: [{text: Hi}]', State.EXPIRED),
        (', orderedAt: "2025-06-01 11:40:00", refunded: true', State.REFUNDED),
    ],
)
def test_a_past_order_stands_where_its_past_led(world_of: MakeWorld, text: str, state: State) -> None:
    assert world_of(past_order(text)).order("7").state is state


def test_a_past_order_expires_in_its_time(world_of: MakeWorld) -> None:
    world = world_of(past_order())
    wait(world, DEFAULT.lifetime)
    assert world.order("7").state is State.EXPIRED


@pytest.mark.parametrize("text", ["", ", sms: [{text: Hi}]", ", refunded: true"])
def test_the_balance_is_what_is_left_after_past_orders(world_of: MakeWorld, text: str) -> None:
    assert world_of(past_order(text)).ledger.balance("demo") == 500


@pytest.mark.parametrize("text", ["", ", sms: [{text: Hi}]", ", refunded: true"])
def test_past_orders_are_in_the_books(world_of: MakeWorld, text: str) -> None:
    assert world_of(past_order(text)).invariant_violations() == []


def test_a_refunded_past_order_needs_no_money_of_its_own(world_of: MakeWorld) -> None:
    order = '{{orderId: "{0}", country: "12", service: ds, phoneNumber: "1234567890", price: 300, refunded: true}}'
    world = world_of(account(f"balance: 300, orders: [{order.format(1)}, {order.format(2)}]"))
    assert (world.ledger.balance("demo"), world.invariant_violations()) == (300, [])


def test_an_account_opens_before_its_first_order(world_of: MakeWorld) -> None:
    opening = next(iter(world_of(past_order(', orderedAt: "2025-06-01 11:50:00"')).ledger))
    assert opening.at == START - 10 * MINUTE


def test_past_orders_are_listed_by_their_time(world_of: MakeWorld) -> None:
    order = '{{orderId: "{}", country: "12", service: ds, phoneNumber: "1234567890", price: 0, orderedAt: "{}"}}'
    orders = ", ".join(
        order.format(number, f"2025-06-01 11:5{minute}:00") for number, minute in ((1, 2), (2, 9), (3, 5))
    )
    world = world_of(account(f"orders: [{orders}]"))
    assert [order.id for order in world.orders_of(world.customers["demo"])] == ["2", "3", "1"]


# --- past payments

PAST = 'id: p, amount: 500, created: "2025-06-01 11:30:00"'
WALLET = "wallet: {currency: USDT, network: BSC, amount: '4.99', address: '0x1'}"


def test_a_past_payment_has_its_defaults(world_of: MakeWorld) -> None:
    payment = world_of(account(f"payments: [{{{PAST}, status: paid}}]")).payment("p")
    assert (payment.method, payment.provider, payment.session, payment.page, payment.url) == (
        "crypto",
        "cryptomus",
        "",
        "",
        "",
    )
    assert payment.expires_at == START + 30 * MINUTE


def test_a_past_payment_has_what_it_says(world_of: MakeWorld) -> None:
    text = f'{PAST}, status: fail, sesid: s, payId: i, method: m, url: u, expires: "2025-06-01 11:45:00", {WALLET}'
    payment = world_of(account(f"payments: [{{{text}}}]")).payment("p")
    assert (payment.session, payment.page, payment.method, payment.url) == ("s", "i", "m", "u")
    assert (payment.created_at, payment.expires_at) == (START - 30 * MINUTE, START - 15 * MINUTE)
    assert (payment.status, payment.cents) == (Status.FAIL, 500)
    assert payment.deposit == Deposit("USDT", "BSC", "4.99", "0x1")


@pytest.mark.parametrize("status", Status)
def test_a_past_payment_does_not_change_the_balance(world_of: MakeWorld, status: Status) -> None:
    world = world_of(account(f"balance: 7, payments: [{{{PAST}, status: {status}}}]"))
    wait(world, 2 * HOUR)
    assert world.ledger.balance("demo") == 7


def test_an_open_past_payment_is_cancelled_in_its_time(world_of: MakeWorld) -> None:
    world = world_of(account(f"payments: [{{{PAST}, status: check}}]"))
    wait(world, 30 * MINUTE)
    assert world.payment("p").status is Status.CANCEL


def test_an_open_past_payment_whose_time_is_over_is_cancelled_at_the_start(world_of: MakeWorld) -> None:
    text = 'payments: [{id: p, amount: 500, created: "2025-06-01 10:30:00", status: check}]'
    assert world_of(account(text)).payment("p").status is Status.CANCEL


# --- prices and stock


def test_a_price_changes_at_the_start_and_each_carrier_keeps_its_markup(world_of: MakeWorld) -> None:
    world = world_of(DEMO + 'catalogue: [{country: "12", service: ds, price: 99}]\n')
    assert [world.stock.price(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == [99, 109, 109]


def test_a_price_of_one_carrier_is_its_own(world_of: MakeWorld) -> None:
    world = world_of(DEMO + 'catalogue: [{country: "12", service: ds, carrier: att, price: 99}]\n')
    assert [world.stock.price(stock_key) for stock_key in (TMOBILE, ATT)] == [16, 99]


def test_stock_is_shared_out_over_the_carriers_by_their_shares(world_of: MakeWorld) -> None:
    world = world_of(DEMO + 'catalogue: [{country: "12", service: ds, stock: 101}]\n')
    assert [world.stock.left(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == [51, 25, 25]


def test_a_change_may_come_later(world_of: MakeWorld) -> None:
    world = world_of(DEMO + 'catalogue: [{country: "12", service: ds, stock: 0, price: 5, at: 10m}]\n')
    before = world.stock.price(TMOBILE)
    wait(world, 10 * MINUTE)
    assert (before, world.stock.price(TMOBILE), world.stock.left(TMOBILE)) == (16, 5, 0)


def test_numbers_can_run_out_and_come_back(world_of: MakeWorld) -> None:
    world = world_of(
        DEMO + 'catalogue: [{country: "12", service: ds, stock: 1}]\nrestock: {after: 2m, stock: 3}\n',
    )
    buy(world)
    with pytest.raises(Refusal, match="NO_NUMBERS"):
        buy(world)
    wait(world, 2 * MINUTE)
    assert world.stock.left(TMOBILE) == 3


@pytest.mark.parametrize(("carrier", "stock"), [("any", [3, 3, 3]), ("verizon", [1200, 3, 600])])
def test_numbers_that_a_change_takes_away_come_back(world_of: MakeWorld, carrier: str, stock: list[int]) -> None:
    change = f'{{country: "12", service: ds, carrier: {carrier}, stock: 0}}'
    world = world_of(f"{DEMO}catalogue: [{change}]\nrestock: {{after: 2m, stock: 3}}\n")
    wait(world, 2 * MINUTE)
    assert [world.stock.left(stock_key) for stock_key in (TMOBILE, VERIZON, ATT)] == stock


# --- numbers

FEW = """catalogue:
  extends: nothing
  countries: [{code: "1", name: Utopia, numbers: ["9990000#"], carriers: [{name: one}]}]
  services: [{code: ds, name: Discord}]
  offers: [{country: "1", service: ds, price: 1, stock: 100}]
"""


def few(world: World) -> Order:
    """Order one of the few numbers of Utopia."""
    return order_number(world, world.customers["demo"], OrderRequest("1", "ds", "any", 9, "", "", failover=False))


def test_no_two_running_orders_have_one_number(world_of: MakeWorld) -> None:
    world = world_of(DEMO + FEW)
    assert len({few(world).phone for _ in range(10)}) == 10


def test_with_every_number_in_use_there_are_none(world_of: MakeWorld) -> None:
    world = world_of(DEMO + FEW)
    for _ in range(10):
        few(world)
    with pytest.raises(Refusal, match="NO_NUMBERS"):
        few(world)
    assert (world.ledger.balance("demo"), world.order_count(), world.invariant_violations()) == (990, 10, [])


def test_a_number_that_was_returned_is_given_out_again(world_of: MakeWorld) -> None:
    world = world_of(DEMO + FEW)
    orders = [few(world) for _ in range(10)]
    refund(world, world.customers["demo"], orders[3].id)
    assert few(world).phone == orders[3].phone


# --- rules


def test_an_sms_comes_by_a_rule(world_of: MakeWorld) -> None:
    world = world_of(DEMO + "orders: [{sms: [{after: 8s, text: 'Hi {code}', code: '42'}]}]\n")
    order = buy(world)
    wait(world, 8 * SECOND)
    assert world.order(order.id).messages == (Message(START + 8 * SECOND, "Hi 42", "42"),)


def test_a_rule_may_pin_id_number_and_end(world_of: MakeWorld) -> None:
    text = "orders: [{orderId: '9', phoneNumber: '86123456789', expiresAt: '2025-06-01 13:00:00'}]\n"
    order = buy(world_of(DEMO + text))
    assert (order.id, order.phone, order.expires_at) == ("9", "86123456789", START + HOUR)


@pytest.mark.parametrize(
    ("text", "lifetime"), [("{lifetime: 1h}", HOUR), ("{lifetime: 0s}", 0), ("{}", DEFAULT.lifetime)]
)
def test_a_rule_may_give_a_lifetime(world_of: MakeWorld, text: str, lifetime: int) -> None:
    assert buy(world_of(f"{DEMO}orders: [{text}]\n")).expires_at == START + lifetime


@pytest.mark.parametrize(
    ("when", "phone"),
    [
        ("{account: demo}", "86123456789"),
        ('{country: "12"}', "86123456789"),
        ("{service: ds, account: demo}", "86123456789"),
        ('{country: "46"}', None),
        ("{service: tg}", None),
    ],
)
def test_a_rule_is_for_what_it_names(world_of: MakeWorld, when: str, phone: str | None) -> None:
    order = buy(world_of(f"{DEMO}orders: [{{when: {when}, phoneNumber: '86123456789'}}]\n"))
    assert (order.phone == "86123456789") is (phone is not None)


def test_a_payment_is_paid_by_a_rule(world_of: MakeWorld) -> None:
    world = world_of(DEMO + "payments: [{ends: {after: 10s}}]\n")
    create_invoice(world, world.customers["demo"], CRYPTOMUS, 500)
    wait(world, 10 * SECOND)
    assert world.ledger.balance("demo") == 1500


def test_a_payment_without_a_rule_is_never_paid(world_of: MakeWorld) -> None:
    world = world_of(DEMO)
    create_invoice(world, world.customers["demo"], CRYPTOMUS, 500)
    wait(world, 2 * HOUR)
    assert world.ledger.balance("demo") == 1000


def test_a_rule_for_a_provider_leaves_others_alone(world_of: MakeWorld) -> None:
    world = world_of(DEMO + "payments: [{when: {provider: pay4bit}, page: pinned}]\n")
    urls = [
        create_invoice(world, world.customers["demo"], provider, 500).page == "pinned"
        for provider in (CRYPTOMUS, PAY4BIT)
    ]
    assert urls == [False, True]


# --- the documented examples


@pytest.fixture
def documented(shipped: Fixtures) -> World:
    """The world of the documentation's examples."""
    return build(load("documented", shipped.catalogue), shipped, lambda: WALL, rules=DEFAULT)


def test_the_documented_account_is_as_documented(documented: World) -> None:
    customer = documented.customers["userId"]
    assert (documented.ledger.balance("userId"), customer.total_charges, customer.tier.label) == (500, 500, "-20%")


def test_the_documented_account_of_v2_is_as_documented(documented: World) -> None:
    customer = documented.customers["123123abc"]
    assert (documented.ledger.balance("123123abc"), customer.total_charges, customer.tier.label) == (500, 1500, "0%")


def test_the_documented_order_can_be_placed(documented: World) -> None:
    order = buy(documented, "userId", country="3")
    assert (order.id, order.phone, order.price) == ("1", "86123456789", 16)
    assert order.expires_at == instant("2025-05-17 06:07:13")


def test_the_documented_order_of_v2_can_be_placed(documented: World) -> None:
    order = buy(documented, "123123abc", country="16")
    assert (order.id, order.phone, order.price) == ("17934774", "447508190549", 16)
    assert order.expires_at == instant("2025-02-15 16:40:27")


def test_the_documented_order_can_be_looked_up(documented: World) -> None:
    order = documented.order("20046875")
    assert (order.country, order.service, order.carrier, order.phone) == ("12", "ds", "any", "1234567890")
    assert (order.price, order.state) == (16, State.COMPLETED)


def test_a_documented_order_waits_for_its_refund(documented: World) -> None:
    assert documented.order("20046876").state is State.WAITING


def test_the_documented_invoice_is_listed(documented: World) -> None:
    (invoice,) = invoices(documented, documented.customers["userId"])
    assert (invoice.session, invoice.page, invoice.method) == ("sessionId", "payId", "payment method")
    assert (invoice.cents, invoice.status) == (500, Status.CANCEL)
    assert invoice.expires_at == instant("2025-05-15 19:37:30")


def test_the_documented_wallet_is_there(documented: World) -> None:
    wallet = documented.payment("af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11")
    assert wallet.deposit == Deposit("USDT", "BSC", "4.99", "0x66b928a82377d75ced043e95738372e9e9607f1f")
    assert wallet.expires_at == 1748615577 * SECOND
    assert wallet.status is Status.CHECK


def test_the_documented_invoice_page_is_given(documented: World) -> None:
    invoice = create_invoice(documented, documented.customers["userId"], CRYPTOMUS, 500)
    assert invoice.url == "https://pay.cryptomus.com/pay/991d9a35-e6db-43b7-8922-0000000000"
