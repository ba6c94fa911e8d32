"""Looking at one's orders."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.order import RUNNING, Message, Order, State
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import Delivery
from mockserver.usecases.lookup import OrderFilter, inventory, matching, single

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.usecases.conftest import Shop

ORDER = Order(
    id="1",
    customer="alice",
    country="12",
    carrier="any",
    service="ds",
    phone="12025550001",
    price=20,
    ordered_at=0,
    expires_at=10,
)


def stocked(shop: Shop, *states: State) -> Shop:
    """Give Alice orders 1, 2, 3 ... in these states."""
    for number, state in enumerate(states, 1):
        shop.world.save_order(ORDER._replace(id=str(number), state=state))
    return shop


def shown(shop: Shop, limit: int) -> list[str]:
    """List the ids in Alice's inventory."""
    return [order.id for order in inventory(shop.world, shop.alice, limit)]


def test_running_orders_are_shown_newest_first(shop: Shop) -> None:
    assert shown(stocked(shop, State.WAITING, State.COMPLETED, State.WAITING), 25) == ["3", "2", "1"]


def test_expired_orders_come_after_the_running_ones(shop: Shop) -> None:
    assert shown(stocked(shop, State.WAITING, State.EXPIRED, State.WAITING, State.EXPIRED), 25) == ["3", "1", "4", "2"]


def test_of_the_expired_ones_the_newest_are_shown(shop: Shop) -> None:
    assert shown(stocked(shop, State.EXPIRED, State.EXPIRED, State.EXPIRED), 2) == ["3", "2"]


def test_the_limit_is_not_for_running_orders(shop: Shop) -> None:
    assert shown(stocked(shop, State.WAITING, State.EXPIRED, State.WAITING), 0) == ["3", "1"]


def test_without_a_limit_every_expired_order_is_shown(shop: Shop) -> None:
    stocked(shop, *[State.EXPIRED] * 3, State.WAITING)
    assert [order.id for order in inventory(shop.world, shop.alice, None)] == ["4", "3", "2", "1"]


def test_a_returned_order_is_not_in_the_inventory(shop: Shop) -> None:
    assert shown(stocked(shop, State.REFUNDED), 25) == []


def test_nobody_elses_orders_are_shown(shop: Shop) -> None:
    stocked(shop, State.WAITING)
    assert inventory(shop.world, shop.bob, 25) == []


@given(st.lists(st.sampled_from(State), max_size=20), st.integers(0, 20))
@settings(deadline=None)
def test_the_limit_bounds_expired_orders_alone(make_shop: Callable[[], Shop], states: list[State], limit: int) -> None:
    shop = stocked(make_shop(), *states)
    found = [order.state for order in inventory(shop.world, shop.alice, limit)]
    running = [state for state in states if state in RUNNING]
    assert sorted(found) == sorted([*running, *[State.EXPIRED] * min(limit, states.count(State.EXPIRED))])


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (OrderFilter(), ["3", "2", "1"]),
        (OrderFilter(country="46"), ["2"]),
        (OrderFilter(service="ch"), ["3"]),
        (OrderFilter(state=State.WAITING), ["2", "1"]),
        (OrderFilter(country="12", state=State.WAITING), ["1"]),
        (OrderFilter(country="46", service="ch"), []),
    ],
)
def test_a_filter_lets_through_what_meets_every_condition(shop: Shop, wanted: OrderFilter, ids: list[str]) -> None:
    shop.world.save_order(ORDER)
    shop.world.save_order(ORDER._replace(id="2", country="46"))
    shop.world.save_order(ORDER._replace(id="3", service="ch", state=State.EXPIRED))
    assert [order.id for order in matching(shop.world, shop.alice, wanted)] == ids


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (OrderFilter(expires_from=5000), True),
        (OrderFilter(expires_from=5001), False),
        (OrderFilter(expires_from=6000), False),
        (OrderFilter(expires_through=5499), False),
        (OrderFilter(expires_through=5500), True),
        (OrderFilter(expires_through=5999), True),
        (OrderFilter(expires_from=5000, expires_through=5999), True),
    ],
)
def test_the_end_of_an_order_is_in_the_second_that_is_shown(shop: Shop, wanted: OrderFilter, found: bool) -> None:
    shop.world.save_order(ORDER._replace(expires_at=5500))
    assert bool([*matching(shop.world, shop.alice, wanted)]) is found


# --- looking is polling

POLLED = Delivery(0, "Your code is 123456", "123456", polls=2)
EVERY_LOOK = pytest.mark.parametrize(
    "look",
    [
        lambda shop: single(shop.world, shop.alice, "1"),
        lambda shop: next(iter(inventory(shop.world, shop.alice, 25)), None),
        lambda shop: next(iter(matching(shop.world, shop.alice, OrderFilter())), None),
    ],
    ids=["single", "inventory", "matching"],
)


@EVERY_LOOK
def test_an_sms_arrives_as_its_order_is_looked_at(shop: Shop, look: Callable[[Shop], Order]) -> None:
    stocked(shop, State.WAITING).world.await_polls(shop.order(), (POLLED,))
    assert [look(shop).state for _ in range(3)] == [State.WAITING, State.COMPLETED, State.COMPLETED]


@EVERY_LOOK
def test_an_sms_that_arrived_at_a_look_is_kept(shop: Shop, look: Callable[[Shop], Order]) -> None:
    stocked(shop, State.WAITING).world.await_polls(shop.order(), (POLLED,))
    shop.wait(5)
    for _ in range(2):
        look(shop)
    assert shop.order().messages == (Message(5, POLLED.text, POLLED.code),)


@pytest.mark.parametrize("state", [State.REFUNDED, State.EXPIRED])
def test_no_sms_arrives_at_a_look_at_an_order_that_has_ended(shop: Shop, state: State) -> None:
    stocked(shop, state).world.await_polls(shop.order(), (POLLED._replace(polls=1),))
    assert single(shop.world, shop.alice, "1").messages == ()


def test_an_order_of_somebody_else_is_not_found(shop: Shop) -> None:
    stocked(shop, State.WAITING)
    with pytest.raises(Refusal) as refused:
        single(shop.world, shop.bob, "1")
    assert refused.value.reason is Reason.ORDER_NOT_FOUND


def test_a_look_that_was_refused_does_not_count(shop: Shop) -> None:
    stocked(shop, State.WAITING).world.await_polls(shop.order(), (POLLED,))
    with suppress(Refusal):
        single(shop.world, shop.bob, "1")
    assert single(shop.world, shop.alice, "1").messages == ()
