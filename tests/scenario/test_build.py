"""A world as its scenario says: clock, chance, accounts, coupons, prices, numbers and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import DAY, HOUR, MINUTE, SECOND
from mockserver.domain.customer import Coupon, CouponStatus, Customer
from mockserver.domain.ledger import EntryKind
from mockserver.domain.order import Message, Order
from mockserver.domain.refusal import Refusal
from mockserver.scenario.build import build
from mockserver.simulation.units import instant
from mockserver.usecases.ordering import OrderRequest, order_number, refund
from mockserver.usecases.paying import CRYPTOMUS, PAY4BIT, create_invoice
from tests.rules import DEFAULT
from tests.scenario.worlds import ATT, DEMO, HEAD, START, TMOBILE, VERIZON, WALL, account, buy, wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

    MakeWorld = Callable[[str], World]

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


@pytest.mark.parametrize(("written", "cents"), [("500", 500), ("5.00 USD", 500), ("0.07 USD", 7)])
def test_a_balance_is_in_cents_or_in_dollars(world_of: MakeWorld, written: str, cents: int) -> None:
    world = world_of(f"description: x\naccounts: [{{userId: demo, key: k, balance: {written}}}]\n")
    assert world.ledger.balance("demo") == cents
