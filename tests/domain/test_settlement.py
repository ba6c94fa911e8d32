"""Due happenings change a world at their own times, however its time was split up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.catalogue import StockKey
from mockserver.domain.customer import Coupon
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Message, State
from mockserver.domain.payment import CREDITED, OPEN, Status
from mockserver.domain.rules import Rules
from mockserver.domain.schedule import (
    NumbersReturn,
    OrderEnds,
    PaymentSettles,
    PriceChanges,
    ScheduledEvent,
    SmsDue,
    StockChanges,
)
from mockserver.domain.script import Restocking
from mockserver.domain.settlement import settle
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.order import Order
    from mockserver.domain.payment import Payment
    from mockserver.domain.script import Script
    from mockserver.domain.world import World

ATT = StockKey("12", "att", "ds")
VERIZON = StockKey("12", "verizon", "ds")
SMS = SmsDue("1", "Your code is 123456", "123456")
COUPON = Coupon("TEN", "alice", 0, 10_000, days=1, percentage=10, target="crypto")
END = 100

happenings = st.one_of(
    st.builds(SmsDue, order=st.sampled_from("123"), text=st.sampled_from("abc"), code=st.none()),
    st.builds(OrderEnds, order=st.sampled_from("123")),
    st.builds(PaymentSettles, payment=st.sampled_from("pq"), status=st.sampled_from(Status)),
    st.builds(PriceChanges, stock_keys=st.just((ATT, VERIZON)), price=st.integers(0, 99)),
    st.builds(StockChanges, stock_keys=st.just((ATT, VERIZON)), stock=st.integers(0, 99)),
    st.builds(NumbersReturn, stock_key=st.sampled_from((ATT, VERIZON)), stock=st.integers(0, 99)),
)
plans = st.lists(st.tuples(st.integers(0, END), happenings), max_size=25)


def pass_time(world: World, now: int) -> None:
    """Let the clock come to a time, and settle."""
    world.clock.advance(now - world.clock.now())
    settle(world)


def facts(world: World) -> dict[str, Any]:
    """Collect everything that a world shows."""
    alice = world.customers["alice"]
    return {
        "customers": dict(world.customers),
        "ledger": list(world.ledger),
        "orders": list(world.orders_of(alice)),
        "payments": list(world.payments_of(alice)),
        "coupons": world.coupons_of(alice),
        "market": [(world.stock.price(stock_key), world.stock.left(stock_key)) for stock_key in (ATT, VERIZON)],
        "planned": len(world.schedule),
    }


@pytest.fixture
def waiting(world: World, order: Order) -> World:
    """A world with the order 1, which waits until 50."""
    world.save_order(order._replace(expires_at=50))
    world.schedule.plan(50, OrderEnds("1"))
    return world


@pytest.fixture
def restocked(world: World) -> World:
    """A world in which three numbers come back to an empty stock after a time of 10."""
    world.script = cast("Script", SimpleNamespace(restocking=lambda _: Restocking(10, 3)))
    return world


@pytest.fixture
def owing(world: World, payment: Payment) -> World:
    """A world with the open payment p, which was promised a coupon."""
    world.save_coupon(COUPON)
    world.save_payment(payment._replace(coupon="TEN"))
    return world


def test_settling_answers_the_present_time(world: World) -> None:
    world.clock.advance(7)
    assert settle(world) == 7


def test_an_sms_is_received_at_its_own_time_however_late_one_looks(waiting: World) -> None:
    waiting.schedule.plan(5, SMS)
    pass_time(waiting, 40)
    assert waiting.order("1").messages == (Message(5, SMS.text, SMS.code),)


def test_an_sms_that_is_not_due_is_not_received(waiting: World) -> None:
    waiting.schedule.plan(5, SMS)
    pass_time(waiting, 4)
    assert waiting.order("1").messages == ()


def test_a_second_sms_is_added_to_a_completed_order(waiting: World) -> None:
    waiting.schedule.plan(5, SMS)
    waiting.schedule.plan(6, SMS)
    pass_time(waiting, 6)
    assert [message.at for message in waiting.order("1").messages] == [5, 6]


@pytest.mark.parametrize("due", [50, 51])
def test_an_sms_that_comes_at_the_end_or_later_is_lost(waiting: World, due: int) -> None:
    waiting.schedule.plan(due, SMS)
    pass_time(waiting, END)
    assert waiting.order("1").messages == ()


def test_an_sms_before_the_end_counts_although_both_are_settled_at_once(waiting: World) -> None:
    waiting.schedule.plan(49, SMS)
    pass_time(waiting, END)
    assert (waiting.order("1").state, len(waiting.order("1").messages)) == (State.EXPIRED, 1)


def test_a_refunded_order_receives_nothing(waiting: World) -> None:
    waiting.schedule.plan(5, SMS)
    waiting.save_order(waiting.order("1").refund(0, DEFAULT.refund_window))
    pass_time(waiting, 40)
    assert waiting.order("1").messages == ()


def test_a_refunded_order_does_not_expire(waiting: World) -> None:
    waiting.save_order(waiting.order("1").refund(0, DEFAULT.refund_window))
    pass_time(waiting, END)
    assert waiting.order("1").state is State.REFUNDED


def test_an_order_expires_at_the_end_of_its_lifetime(waiting: World) -> None:
    pass_time(waiting, 50)
    assert waiting.order("1").state is State.EXPIRED


def test_an_order_does_not_expire_before(waiting: World) -> None:
    pass_time(waiting, 49)
    assert waiting.order("1").state is State.WAITING


def test_an_order_whose_lifetime_was_renewed_outlives_its_first_end(waiting: World) -> None:
    waiting.save_order(waiting.order("1").receive(Message(1, "", None)).another().renew(70))
    pass_time(waiting, 69)
    assert waiting.order("1").state is State.WAITING


def test_an_expired_order_stays_charged(waiting: World) -> None:
    pass_time(waiting, END)
    assert list(waiting.ledger) == []


def test_an_expired_order_is_paid_back_at_its_end_where_the_rules_say_so(waiting: World) -> None:
    waiting.rules = DEFAULT._replace(expiry="refunded")
    pass_time(waiting, END)
    assert waiting.order("1").state is State.REFUNDED
    assert list(waiting.ledger) == [Entry(50, "alice", EntryKind.REFUND, 16, "1")]


def test_no_rule_pays_back_an_order_that_received_an_sms(waiting: World) -> None:
    waiting.rules = DEFAULT._replace(expiry="refunded")
    waiting.schedule.plan(5, SMS)
    pass_time(waiting, END)
    assert waiting.order("1").state is State.EXPIRED
    assert list(waiting.ledger) == []


def test_no_rule_pays_back_an_order_twice(waiting: World) -> None:
    waiting.rules = DEFAULT._replace(expiry="refunded")
    waiting.save_order(waiting.order("1").refund(0, DEFAULT.refund_window))
    pass_time(waiting, END)
    assert list(waiting.ledger) == []


@pytest.mark.parametrize("status", sorted(CREDITED))
def test_a_paid_payment_raises_the_balance(world: World, payment: Payment, status: Status) -> None:
    world.save_payment(payment)
    world.schedule.plan(5, PaymentSettles("p", status))
    pass_time(world, 9)
    assert list(world.ledger) == [Entry(5, "alice", EntryKind.PAYMENT, 500, "p")]


@pytest.mark.parametrize("status", sorted(CREDITED))
def test_a_paid_payment_raises_the_total_of_charges(world: World, payment: Payment, status: Status) -> None:
    world.save_payment(payment)
    world.schedule.plan(5, PaymentSettles("p", status))
    pass_time(world, 9)
    assert world.customers["alice"].total_charges == 500


@pytest.mark.parametrize("status", sorted(set(Status) - CREDITED))
def test_no_other_status_moves_money(owing: World, status: Status) -> None:
    owing.schedule.plan(5, PaymentSettles("p", status))
    pass_time(owing, 9)
    assert list(owing.ledger) == []


@pytest.mark.parametrize("status", sorted(set(Status) - CREDITED))
def test_no_other_status_spends_the_coupon(owing: World, status: Status) -> None:
    owing.schedule.plan(5, PaymentSettles("p", status))
    pass_time(owing, 9)
    assert owing.coupons_of(owing.customers["alice"]) == [COUPON]


@pytest.mark.parametrize("first", sorted(set(Status) - OPEN))
def test_a_payment_that_has_ended_keeps_its_status(world: World, payment: Payment, first: Status) -> None:
    world.save_payment(payment)
    world.schedule.plan(5, PaymentSettles("p", first))
    world.schedule.plan(6, PaymentSettles("p", Status.PAID_OVER))
    pass_time(world, 9)
    assert world.payment("p").status is first


@pytest.mark.parametrize("first", sorted(OPEN))
def test_an_open_payment_can_still_be_paid(world: World, payment: Payment, first: Status) -> None:
    world.save_payment(payment)
    world.schedule.plan(5, PaymentSettles("p", first))
    world.schedule.plan(6, PaymentSettles("p", Status.PAID))
    pass_time(world, 9)
    assert world.ledger.balance("alice") == 500


def test_a_payment_is_credited_once(world: World, payment: Payment) -> None:
    world.save_payment(payment)
    world.schedule.plan(5, PaymentSettles("p", Status.PAID))
    world.schedule.plan(6, PaymentSettles("p", Status.PAID))
    pass_time(world, 9)
    assert world.ledger.balance("alice") == 500


def test_a_coupon_adds_its_bonus_to_the_balance(owing: World) -> None:
    owing.schedule.plan(5, PaymentSettles("p", Status.PAID))
    pass_time(owing, 9)
    assert list(owing.ledger)[-1] == Entry(5, "alice", EntryKind.BONUS, 50, "p")


def test_a_bonus_is_no_charge(owing: World) -> None:
    owing.schedule.plan(5, PaymentSettles("p", Status.PAID))
    pass_time(owing, 9)
    assert owing.customers["alice"].total_charges == 500


def test_a_coupon_is_spent_on_the_payment(owing: World) -> None:
    owing.schedule.plan(5, PaymentSettles("p", Status.PAID))
    pass_time(owing, 9)
    assert owing.coupons_of(owing.customers["alice"]) == [COUPON.spend()]


def test_a_coupon_that_was_spent_meanwhile_adds_nothing(owing: World) -> None:
    owing.save_coupon(COUPON.spend())
    owing.schedule.plan(5, PaymentSettles("p", Status.PAID))
    pass_time(owing, 9)
    assert owing.ledger.balance("alice") == 500


def test_a_price_changes_on_every_stock(world: World) -> None:
    world.schedule.plan(5, PriceChanges((ATT, VERIZON), 99))
    pass_time(world, 5)
    assert [world.stock.price(stock_key) for stock_key in (ATT, VERIZON)] == [99, 99]


def test_stock_is_shared_out_over_the_stocks(world: World) -> None:
    world.schedule.plan(5, StockChanges((ATT, VERIZON), 8))
    pass_time(world, 5)
    assert [world.stock.left(stock_key) for stock_key in (ATT, VERIZON)] == [6, 2]


@pytest.mark.parametrize(("now", "stock"), [(14, [0, 0]), (15, [3, 3])])
def test_stocks_that_a_change_empties_fill_again(restocked: World, now: int, stock: list[int]) -> None:
    restocked.schedule.plan(5, StockChanges((ATT, VERIZON), 0))
    pass_time(restocked, now)
    assert [restocked.stock.left(stock_key) for stock_key in (ATT, VERIZON)] == stock


def test_a_stock_that_gets_nothing_of_a_small_amount_has_not_run_out(restocked: World) -> None:
    restocked.schedule.plan(5, StockChanges((ATT, VERIZON), 1))
    pass_time(restocked, END)
    assert [restocked.stock.left(stock_key) for stock_key in (ATT, VERIZON)] == [1, 0]


def test_numbers_that_come_back_do_not_undo_a_change_made_meanwhile(restocked: World) -> None:
    restocked.schedule.plan(5, StockChanges((ATT,), 0))
    restocked.schedule.plan(9, StockChanges((ATT,), 2))
    pass_time(restocked, END)
    assert restocked.stock.left(ATT) == 2


def test_where_nothing_comes_back_an_emptied_stock_stays_empty(world: World) -> None:
    world.schedule.plan(5, StockChanges((ATT,), 0))
    pass_time(world, END)
    assert world.stock.left(ATT) == 0


def test_of_two_changes_at_one_time_the_later_planned_stands(world: World) -> None:
    world.schedule.plan(5, PriceChanges((ATT,), 1))
    world.schedule.plan(5, PriceChanges((ATT,), 2))
    pass_time(world, 5)
    assert world.stock.price(ATT) == 2


@given(plans, st.lists(st.integers(0, END)).map(sorted), st.builds(Rules, expiry=st.sampled_from(["kept", "refunded"])))
@settings(deadline=None)
def test_settling_in_parts_or_at_once_gives_the_same_world(
    make_world: Callable[[], World],
    order: Order,
    payment: Payment,
    plan: list[tuple[int, ScheduledEvent]],
    looks: list[int],
    rules: Rules,
) -> None:
    def after(*times: int) -> dict[str, Any]:
        world = make_world()
        world.rules = rules
        world.save_coupon(COUPON)
        for number, lifetime in (("1", 20), ("2", 50), ("3", 80)):
            world.save_order(order._replace(id=number, expires_at=lifetime))
        for name in "pq":
            world.save_payment(payment._replace(id=name, coupon="TEN"))
        for due, scheduled in plan:
            world.schedule.plan(due, scheduled)
        for time in times:
            pass_time(world, time)
        return facts(world)

    assert after(*looks, END) == after(END)
