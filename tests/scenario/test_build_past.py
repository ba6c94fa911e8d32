"""The past of a world: orders and payments from before its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import HOUR, MINUTE
from mockserver.domain.order import Message, Order, State
from mockserver.domain.payment import Deposit, Status
from mockserver.scenario.build import build
from tests.rules import DEFAULT
from tests.scenario.worlds import START, WALL, account, buy, past_order, wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

    MakeWorld = Callable[[str], World]

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
