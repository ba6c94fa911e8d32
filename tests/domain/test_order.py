"""The life of an order: every move there is, and a refusal for every move that a customer cannot make."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.clock import DAY
from mockserver.domain.order import REFUSALS, RUNNING, TRANSITIONS, Message, Order, OrderEvent, State
from mockserver.domain.refusal import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 7 * DAY
SMS = Message(5_000, "Your code is 123456", "123456")
ASKED_BY_A_CUSTOMER = (OrderEvent.ANOTHER, OrderEvent.REFUND)

every_pair = pytest.mark.parametrize(("state", "event"), list(product(State, OrderEvent)))


def apply(order: Order, event: OrderEvent, now: int = 0) -> Order:
    """Let an event happen to an order."""
    match event:
        case OrderEvent.SMS:
            return order.receive(SMS)
        case OrderEvent.EXPIRY:
            return order.expire()
        case OrderEvent.REFUND:
            return order.refund(now, WINDOW)
        case OrderEvent.ANOTHER:
            return order.another()


@every_pair
def test_no_pair_is_both_a_move_and_a_refusal(state: State, event: OrderEvent) -> None:
    assert not ((state, event) in TRANSITIONS and (state, event) in REFUSALS)


@pytest.mark.parametrize(("state", "event"), list(product(State, ASKED_BY_A_CUSTOMER)))
def test_whatever_a_customer_asks_for_is_a_move_or_a_refusal(state: State, event: OrderEvent) -> None:
    assert (state, event) in TRANSITIONS or (state, event) in REFUSALS


@pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state in State for event in OrderEvent if event not in ASKED_BY_A_CUSTOMER]
)
def test_what_no_customer_asks_for_is_never_refused(state: State, event: OrderEvent) -> None:
    assert (state, event) not in REFUSALS


@every_pair
def test_can_tells_whether_there_is_a_move(order: Order, state: State, event: OrderEvent) -> None:
    assert order._replace(state=state).can(event) == ((state, event) in TRANSITIONS)


@pytest.mark.parametrize(("move", "after"), TRANSITIONS.items())
def test_a_move_leads_where_the_table_says(order: Order, move: tuple[State, OrderEvent], after: State) -> None:
    state, event = move
    assert apply(order._replace(state=state), event).state is after


@pytest.mark.parametrize(("move", "reason"), REFUSALS.items())
def test_a_refusal_gives_the_reason_in_the_table(order: Order, move: tuple[State, OrderEvent], reason: Reason) -> None:
    state, event = move
    with pytest.raises(Refusal) as refused:
        apply(order._replace(state=state), event)
    assert refused.value.reason is reason


@pytest.mark.parametrize("state", [state for state in State if state not in RUNNING])
def test_no_sms_reaches_an_order_that_has_ended(order: Order, state: State) -> None:
    assert not order._replace(state=state).can(OrderEvent.SMS)


@pytest.mark.parametrize("state", sorted(RUNNING))
def test_a_running_order_receives_sms(order: Order, state: State) -> None:
    assert order._replace(state=state).can(OrderEvent.SMS)


@pytest.mark.parametrize("event", OrderEvent)
def test_nothing_moves_a_refunded_order(order: Order, event: OrderEvent) -> None:
    assert not order._replace(state=State.REFUNDED).can(event)


def test_an_sms_is_added_after_those_that_came_before(order: Order) -> None:
    later = Message(9_000, "Your code is 654321", "654321")
    assert order.receive(SMS).receive(later).messages == (SMS, later)


def test_an_order_that_waits_for_another_sms_keeps_what_it_received(order: Order) -> None:
    assert order.receive(SMS).another().messages == (SMS,)


@pytest.mark.parametrize(("later", "end"), [(-1, 0), (0, 0), (1, 1)])
def test_a_renewed_order_never_ends_earlier(order: Order, later: int, end: int) -> None:
    assert order.renew(order.expires_at + later).expires_at == order.expires_at + end


def test_asking_for_another_sms_is_counted(order: Order) -> None:
    assert order.receive(SMS).another().receive(SMS).another().period == 2


def test_asking_for_another_sms_twice_in_a_row_is_refused(order: Order) -> None:
    with pytest.raises(Refusal) as refused:
        order.receive(SMS).another().another()
    assert refused.value.reason is Reason.SMS_NOT_RECEIVED


@pytest.mark.parametrize(
    "received",
    [
        lambda order: order.receive(SMS),
        lambda order: order.receive(SMS).another(),
        lambda order: order.receive(SMS).expire(),
        lambda order: order.receive(SMS).another().expire(),
    ],
    ids=["completed", "waiting for another", "expired", "expired waiting for another"],
)
def test_a_refund_after_an_sms_is_refused(order: Order, received: Callable[[Order], Order]) -> None:
    with pytest.raises(Refusal) as refused:
        received(order).refund(0, WINDOW)
    assert refused.value.reason is Reason.REFUND_NOT_ALLOWED


@pytest.mark.parametrize("state", [State.WAITING, State.EXPIRED])
def test_a_refund_is_given_within_the_window(order: Order, state: State) -> None:
    assert order._replace(state=state, ordered_at=DAY).refund(8 * DAY, WINDOW).state is State.REFUNDED


@pytest.mark.parametrize("state", [State.WAITING, State.EXPIRED])
def test_a_refund_after_the_window_is_refused(order: Order, state: State) -> None:
    with pytest.raises(Refusal) as refused:
        order._replace(state=state, ordered_at=DAY).refund(8 * DAY + 1, WINDOW)
    assert refused.value.reason is Reason.REFUND_NOT_ALLOWED


@pytest.mark.parametrize(
    ("lived", "now"),
    [
        (lambda order: order, 7 * DAY),
        (lambda order: order, 7 * DAY + 1),
        (lambda order: order.expire(), 0),
        (lambda order: order.receive(SMS), 0),
        (lambda order: order.receive(SMS).another(), 0),
        (lambda order: order.refund(0, WINDOW), 0),
    ],
    ids=["waiting", "too late", "expired", "completed", "waiting for another", "refunded"],
)
def test_an_order_is_refundable_when_a_refund_is_given(order: Order, lived: Callable[[Order], Order], now: int) -> None:
    found = lived(order)
    try:
        given = bool(found.refund(now, WINDOW))
    except Refusal:
        given = False
    assert found.is_refundable(now, WINDOW) is given


def test_an_order_that_lapses_without_an_sms_is_refunded(order: Order) -> None:
    assert order.lapse().state is State.REFUNDED


def test_an_order_that_lapses_after_an_sms_is_expired(order: Order) -> None:
    assert order.receive(SMS).another().lapse().state is State.EXPIRED


@pytest.mark.parametrize("event", [OrderEvent.SMS, OrderEvent.EXPIRY])
def test_an_event_that_cannot_happen_is_an_error_of_the_program(order: Order, event: OrderEvent) -> None:
    with pytest.raises(KeyError):
        apply(order._replace(state=State.REFUNDED), event)


@given(st.lists(st.tuples(st.sampled_from(OrderEvent), st.integers(0, 8 * DAY)), max_size=20))
@settings(deadline=None)
def test_no_life_of_an_order_ends_refunded_with_an_sms(order: Order, events: list[tuple[OrderEvent, int]]) -> None:
    for event, now in events:
        try:
            order = apply(order, event, now) if order.can(event) else order
        except Refusal:
            continue
    assert not (order.state is State.REFUNDED and order.messages)
