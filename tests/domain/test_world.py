"""Who may see what in a world, in which order, and which rules it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.customer import Coupon, Customer
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import Message, State
from mockserver.domain.payment import CREDITED, Status
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import Delivery
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.order import Order
    from mockserver.domain.payment import Payment
    from mockserver.domain.world import World

OPENING = Entry(0, "alice", EntryKind.OPENING, 100, "alice")
CHARGE = Entry(0, "alice", EntryKind.CHARGE, -16, "1")
REFUND = Entry(0, "alice", EntryKind.REFUND, 16, "1")
SMS = Message(5, "Your code is 123456", "123456")


def reason(ask: Callable[[], object]) -> Reason:
    """Return why something is refused."""
    with pytest.raises(Refusal) as refused:
        ask()
    return refused.value.reason


@pytest.mark.parametrize(("user", "key"), [("alice", "alice-key"), ("alice", "shared-key"), ("bob", "shared-key")])
def test_a_key_opens_its_accounts(world: World, user: str, key: str) -> None:
    assert world.customer_with(user, key).id == user


@pytest.mark.parametrize("key", [None, "", "wrong-key"])
@pytest.mark.parametrize("user", [None, "alice", "nobody"])
def test_without_a_known_key_nobody_is_authorised(world: World, user: str | None, key: str | None) -> None:
    assert reason(lambda: world.customer_with(user, key)) is Reason.UNAUTHORIZED


@pytest.mark.parametrize("user", [None, "", "alice", "nobody"])
def test_a_key_opens_no_account_of_another(world: World, user: str | None) -> None:
    assert reason(lambda: world.customer_with(user, "bob-key")) is Reason.FORBIDDEN


def test_a_blocked_account_is_forbidden_to_its_own_key(world: World) -> None:
    world.save_customer(world.customers["alice"]._replace(blocked=True))
    assert reason(lambda: world.customer_with("alice", "alice-key")) is Reason.FORBIDDEN


def test_credentials_lead_to_the_newest_state_of_a_customer(world: World) -> None:
    world.save_customer(world.customers["alice"]._replace(total_charges=7))
    assert world.customer_with("alice", "alice-key").total_charges == 7


def test_a_world_knows_its_keys(world: World) -> None:
    assert set(world.keys) == {"alice-key", "bob-key", "shared-key"}


def test_an_order_is_its_customers(world: World, order: Order) -> None:
    world.save_order(order)
    assert world.order_of(world.customers["alice"], "1") == order


def test_an_order_of_somebody_else_is_not_found(world: World, order: Order) -> None:
    world.save_order(order)
    assert reason(lambda: world.order_of(world.customers["bob"], "1")) is Reason.ORDER_NOT_FOUND


def test_an_order_that_never_was_is_not_found(world: World) -> None:
    assert reason(lambda: world.order_of(world.customers["alice"], "1")) is Reason.ORDER_NOT_FOUND


def test_orders_are_listed_newest_first(world: World, order: Order) -> None:
    for number in ("1", "3", "2"):
        world.save_order(order._replace(id=number))
    assert [order.id for order in world.orders_of(world.customers["alice"])] == ["2", "3", "1"]


def test_a_changed_order_keeps_its_place_in_the_list(world: World, order: Order) -> None:
    for number in ("1", "2"):
        world.save_order(order._replace(id=number))
    world.save_order(order.expire())
    assert [order.state for order in world.orders_of(world.customers["alice"])] == [State.WAITING, State.EXPIRED]


def test_a_customer_lists_no_order_of_another(world: World, order: Order) -> None:
    world.save_order(order)
    assert list(world.orders_of(world.customers["bob"])) == []


def test_a_changed_order_counts_once(world: World, order: Order) -> None:
    world.save_order(order)
    world.save_order(order.expire())
    assert (world.order_count(), dict(world.placed)) == (1, {("12", "ds"): 1})


def test_an_id_is_taken_by_its_order_alone(world: World, order: Order) -> None:
    world.save_order(order)
    assert (world.has_order("1"), world.has_order("2")) == (True, False)


def test_an_sms_arrives_at_its_look(world: World, order: Order) -> None:
    second, fourth = (Delivery(0, "text", None, polls) for polls in (2, 4))
    world.await_polls(order, (fourth, second))
    assert [world.polled(order) for _ in range(5)] == [[], [second], [], [fourth], []]


def test_several_sms_arrive_at_one_look(world: World, order: Order) -> None:
    deliveries = (Delivery(0, "a", None, 1), Delivery(0, "b", None, 1))
    world.await_polls(order, deliveries)
    assert world.polled(order) == list(deliveries)


def test_looks_at_one_order_do_not_count_for_another(world: World, order: Order) -> None:
    world.await_polls(order, (Delivery(0, "text", None, 2),))
    world.polled(order._replace(id="2"))
    assert world.polled(order) == []


@pytest.mark.parametrize("more", [(), (Delivery(0, "more", None, 4),)], ids=["nothing more", "something more"])
def test_what_is_awaited_still_arrives_when_more_is_awaited(
    world: World, order: Order, more: tuple[Delivery, ...]
) -> None:
    world.await_polls(order, (Delivery(0, "first", None, 3),))
    world.polled(order)
    world.await_polls(order, more)
    assert [[sms.text for sms in world.polled(order)] for _ in range(2)] == [[], ["first"]]


def test_looks_count_from_when_an_sms_is_awaited(world: World, order: Order) -> None:
    world.await_polls(order, (Delivery(0, "first", None, 3),))
    world.polled(order)
    world.await_polls(order, (Delivery(0, "second", None, 1), Delivery(0, "third", None, 3)))
    assert [[sms.text for sms in world.polled(order)] for _ in range(4)] == [["second"], ["first"], ["third"], []]


@pytest.mark.parametrize(
    ("state", "running"),
    [(State.WAITING, True), (State.COMPLETED, True), (State.REFUNDED, False), (State.EXPIRED, False)],
)
def test_a_number_is_in_use_while_its_order_runs(world: World, order: Order, state: State, running: bool) -> None:
    world.save_order(order)
    world.save_order(order._replace(state=state))
    assert world.in_use(order.phone) is running


def test_a_number_that_no_order_has_is_not_in_use(world: World, order: Order) -> None:
    world.save_order(order)
    assert not world.in_use("12025550101")


def test_a_number_is_in_use_while_one_of_its_orders_runs(world: World, order: Order) -> None:
    world.save_order(order)
    world.save_order(order._replace(id="2", state=State.EXPIRED))
    assert world.in_use(order.phone)


def test_a_world_that_recalls_another_knows_its_numbers(
    make_world: Callable[[], World], world: World, order: Order
) -> None:
    world.save_order(order)
    recalled = make_world()
    recalled.recall(world.memory())
    assert recalled.in_use(order.phone)


def test_a_payment_of_somebody_else_is_not_found(world: World, payment: Payment) -> None:
    world.save_payment(payment)
    assert reason(lambda: world.payment_of(world.customers["bob"], "p")) is Reason.TRANSACTION_NOT_FOUND


def test_a_payment_that_never_was_is_not_found(world: World) -> None:
    assert reason(lambda: world.payment_of(world.customers["alice"], "p")) is Reason.TRANSACTION_NOT_FOUND


def test_payments_are_listed_newest_first(world: World, payment: Payment) -> None:
    for name in ("p", "r", "q"):
        world.save_payment(payment._replace(id=name))
    assert [payment.id for payment in world.payments_of(world.customers["alice"])] == ["q", "r", "p"]


def test_a_changed_payment_counts_once(world: World, payment: Payment) -> None:
    world.save_payment(payment)
    world.save_payment(payment)
    assert world.payment_count() == 1


def test_two_customers_may_have_a_coupon_of_one_code(world: World) -> None:
    alices = Coupon("TEN", "alice", 0, 10, days=1, percentage=10, target="crypto")
    bobs = alices._replace(customer="bob", percentage=20)
    world.save_coupon(alices)
    world.save_coupon(bobs)
    assert [world.coupon_of(name, "TEN") for name in ("alice", "bob")] == [alices, bobs]


def test_a_customer_lists_no_coupon_of_another(world: World) -> None:
    world.save_coupon(Coupon("TEN", "alice", 0, 10, days=1, percentage=10, target="crypto"))
    assert world.coupons_of(world.customers["bob"]) == []


def test_a_customer_is_known_by_what_was_saved_last(world: World) -> None:
    world.save_customer(Customer("alice", total_charges=1))
    assert world.customers["alice"].total_charges == 1


def invariant_violations(world: World, order: Order, *entries: Entry) -> list[str]:
    """List the rules that a world breaks with an order and entries of the ledger."""
    for entry in entries:
        world.ledger.post(entry)
    world.save_order(order)
    return world.invariant_violations()


def test_a_charged_order_breaks_no_rule(world: World, order: Order) -> None:
    assert invariant_violations(world, order, OPENING, CHARGE) == []


def test_an_order_that_was_charged_and_returned_breaks_no_rule(world: World, order: Order) -> None:
    assert invariant_violations(world, order.refund(0, DEFAULT.refund_window), OPENING, CHARGE, REFUND) == []


def test_an_order_that_was_never_charged_is_found(world: World, order: Order) -> None:
    assert invariant_violations(world, order) == ["order 1 was never charged"]


def test_an_order_that_was_charged_another_price_is_found(world: World, order: Order) -> None:
    found = invariant_violations(world, order, OPENING, CHARGE._replace(cents=-17))
    assert found == ["order 1 was charged {0: 17} instead of {0: 16} (cents by period)"]


def test_another_sms_is_free(world: World, order: Order) -> None:
    found = invariant_violations(world, order._replace(period=1), OPENING, CHARGE, CHARGE._replace(period=1))
    assert found == ["order 1 was charged {0: 16, 1: 16} instead of {0: 16} (cents by period)"]


def test_another_sms_is_charged_where_the_rules_say_so(world: World, order: Order) -> None:
    world.rules = DEFAULT._replace(another_sms="charged")
    found = invariant_violations(world, order._replace(period=1), OPENING, CHARGE)
    assert found == ["order 1 was charged {0: 16} instead of {0: 16, 1: 16} (cents by period)"]


def test_another_sms_that_was_charged_as_the_rules_say_breaks_none(world: World, order: Order) -> None:
    world.rules = DEFAULT._replace(another_sms="charged")
    assert invariant_violations(world, order._replace(period=1), OPENING, CHARGE, CHARGE._replace(period=1)) == []


def test_a_returned_order_without_its_money_is_found(world: World, order: Order) -> None:
    assert invariant_violations(world, order.refund(0, DEFAULT.refund_window), OPENING, CHARGE) == [
        "order 1 is refunded, refund entry: False"
    ]


def test_a_running_order_whose_money_came_back_is_found(world: World, order: Order) -> None:
    assert invariant_violations(world, order, OPENING, CHARGE, REFUND) == ["order 1 is waiting, refund entry: True"]


def test_a_refund_after_an_sms_is_found(world: World, order: Order) -> None:
    returned = order._replace(state=State.REFUNDED, messages=(SMS,))
    assert invariant_violations(world, returned, OPENING, CHARGE, REFUND) == ["order 1 was refunded after an SMS"]


def test_a_broken_rule_of_the_ledger_is_a_broken_rule_of_the_world(world: World) -> None:
    world.ledger._balances["alice"] = 1
    assert world.invariant_violations() == ["alice: the balance is 1, the entries sum to 0"]


def paid(world: World, payment: Payment, status: Status, *credited: int) -> World:
    """Let a payment come to a status, and credit it with these cents."""
    world.save_payment(payment)
    world.save_payment(payment._replace(status=status))
    for cents in credited:
        world.ledger.post(Entry(0, "alice", EntryKind.PAYMENT, cents, payment.id))
    return world


@pytest.mark.parametrize("status", sorted(Status))
def test_a_payment_that_is_credited_when_it_is_paid_breaks_no_rule(
    world: World, payment: Payment, status: Status
) -> None:
    credited = (500,) if status in CREDITED else ()
    assert paid(world, payment, status, *credited).invariant_violations() == []


@pytest.mark.parametrize(
    ("status", "credited", "found"),
    [
        (Status.PAID, (), "payment p is paid: credited [] instead of [500] (cents)"),
        (Status.PAID_OVER, (), "payment p is paid_over: credited [] instead of [500] (cents)"),
        (Status.PAID, (500, 500), "payment p is paid: credited [500, 500] instead of [500] (cents)"),
        (Status.PAID, (499,), "payment p is paid: credited [499] instead of [500] (cents)"),
        (Status.CHECK, (500,), "payment p is check: credited [500] instead of [] (cents)"),
        (Status.CANCEL, (500,), "payment p is cancel: credited [500] instead of [] (cents)"),
    ],
)
def test_a_payment_that_is_credited_wrongly_is_found(
    world: World, payment: Payment, status: Status, credited: tuple[int, ...], found: str
) -> None:
    assert paid(world, payment, status, *credited).invariant_violations() == [found]


def test_a_payment_from_before_the_start_is_in_the_opening_balance(world: World, payment: Payment) -> None:
    world.save_payment(payment._replace(status=Status.PAID))
    assert world.invariant_violations() == []


def test_a_payment_from_before_the_start_that_is_credited_is_found(world: World, payment: Payment) -> None:
    paid(world, payment._replace(status=Status.PAID), Status.PAID, 500)
    assert world.invariant_violations() == ["payment p is paid: credited [500] instead of [] (cents)"]


@pytest.mark.parametrize("credited", [(), (500,)], ids=["from before the start", "credited"])
def test_a_world_that_recalls_another_breaks_no_rule_that_was_kept(
    make_world: Callable[[], World], world: World, payment: Payment, credited: tuple[int, ...]
) -> None:
    world.save_payment(payment if credited else payment._replace(status=Status.PAID))
    paid(world, payment, Status.PAID, *credited)
    recalled = make_world()
    recalled.recall(world.memory())
    assert recalled.invariant_violations() == []
