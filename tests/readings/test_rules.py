"""The rules of a world: from plain data, and never a broken invariant under any of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver import contract
from mockserver.domain.clock import DAY, MINUTE
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.rules import Rules
from mockserver.domain.settlement import settle
from mockserver.scenario.build import build
from mockserver.scenario.load import Scenario
from mockserver.usecases import ordering, paying
from tests.conftest import SERVICES
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from tests.readings.conftest import Customer, Play

SCENARIO: dict[str, Any] = yaml.safe_load("""
description: Little money, SMS to every other country, and payments.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - userId: demo
    key: demo-key
    balance: 100
    orders:
      - {orderId: "1", country: "12", service: ds, phoneNumber: "12015550101", price: 16}
      - orderId: "2"
        country: "12"
        service: ds
        phoneNumber: "12015550102"
        price: 16
        orderedAt: "2025-06-15 14:00:00"
catalogue:
  - {country: "12", service: ds, stock: 3}
  - {country: "12", service: ds, price: 20, at: 30m}
restock: {after: 10m, stock: 2}
orders:
  - {when: {country: "12"}, sms: [{after: 5s}, {after: 10m}]}
payments:
  - ends: {after: 10s}
""")

durations = st.sampled_from([0, 1, MINUTE, 20 * MINUTE, 7 * DAY]) | st.integers(0, 30 * DAY)
rules = st.builds(
    Rules,
    lifetime=durations,
    renewal=st.none() | durations,
    refund_window=durations,
    expiry=st.sampled_from(["kept", "refunded"]),
    another_sms=st.sampled_from(["free", "charged"]),
    above_maximum=st.sampled_from([Reason.PRICE_CHANGED, Reason.NO_NUMBERS]),
    discount=st.sampled_from(["applied", "shown"]),
    payment_lifetime=durations,
)


def order(world: World, country: str, maximum: int) -> None:
    request = ordering.OrderRequest(country, "ds", "any", maximum, "", "", failover=True)
    ordering.order_number(world, world.customers["demo"], request)


def upon_newest(act: Callable[..., object]) -> Callable[[World], None]:
    """Do something with the newest order that there is."""

    def do(world: World) -> None:
        customer = world.customers["demo"]
        for found in [*world.orders_of(customer)][:1]:
            act(world, customer, found.id)

    return do


def pay(world: World) -> None:
    paying.create_invoice(world, world.customers["demo"], paying.CRYPTOMUS, 2000)


steps = st.one_of(
    st.builds(lambda country, maximum: lambda world: order(world, country, maximum),
              st.sampled_from(["12", "16"]), st.sampled_from([10, 16, 1000])),
    st.just(upon_newest(ordering.refund)),
    st.just(upon_newest(ordering.request_another)),
    st.just(pay),
    st.integers(0, 90_000_000).map(lambda ms: lambda world: world.clock.advance(ms)),
)  # fmt: skip


@given(rules, st.lists(steps, max_size=25))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_rules_break_the_invariants_of_a_world(
    shipped: Fixtures, rules: Rules, steps: list[Callable[[World], None]]
) -> None:
    world = build(Scenario("x", "x", shipped=False, data=SCENARIO), shipped, lambda: 0, rules=rules)
    for step in steps:
        settle(world)
        with suppress(Refusal):
            step(world)
        assert world.invariant_violations() == []


@given(rules, st.lists(st.integers(0, 3_000_000), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_does_not_matter_in_how_many_steps_time_passes(shipped: Fixtures, rules: Rules, parts: list[int]) -> None:
    scenario = Scenario("x", "x", shipped=False, data=SCENARIO)
    worlds = [build(scenario, shipped, lambda: 0, rules=rules) for _ in range(2)]
    for world in worlds:
        order(world, "12", 1000)
        order(world, "16", 1000)
    worlds[0].clock.advance(sum(parts))
    settle(worlds[0])
    for part in parts:
        worlds[1].clock.advance(part)
        settle(worlds[1])
    assert [*worlds[0].ledger] == [*worlds[1].ledger]
    assert [*worlds[0].orders_of(worlds[0].customers["demo"])] == [*worlds[1].orders_of(worlds[1].customers["demo"])]


@pytest.mark.parametrize(
    "value",
    [value for reading in contract.readings().values() for value in reading.values.values()],
    ids=lambda value: f"{value.reading}={value.name}",
)
def test_a_reading_changes_no_rules_but_its_own(value: Any) -> None:
    rules = SERVICES({value.reading: value.name}).rules
    assert rules._asdict() == {**DEFAULT._asdict(), **value.rules}


def charged_again(customer: Customer, *, times: int) -> World:
    """A world in which an order waits for its second SMS, with so many charges for it."""
    order = customer.bought_with_sms()
    customer.ask_again(order)
    world = customer.mock.world
    for _ in range(times):
        world.ledger.post(Entry(world.clock.now(), "demo", EntryKind.CHARGE, -16, order, period=1))
    return world


def test_another_sms_that_was_not_charged_is_found(play: Play, over: type[Customer]) -> None:
    world = charged_again(over(play({})), times=0)
    world.rules = DEFAULT._replace(another_sms="charged")
    (broken,) = world.invariant_violations()
    assert broken.endswith("was charged {0: 16} instead of {0: 16, 1: 16} (cents by period)")


def test_another_sms_that_was_charged_although_it_is_free_is_found(play: Play, over: type[Customer]) -> None:
    (broken,) = charged_again(over(play({})), times=1).invariant_violations()
    assert broken.endswith("was charged {0: 16, 1: 16} instead of {0: 16} (cents by period)")


def test_another_sms_that_was_charged_twice_is_found(play: Play, over: type[Customer]) -> None:
    (broken,) = charged_again(over(play({"another-sms": "charged"})), times=1).invariant_violations()
    assert broken.endswith("period 1: charged 2 times")
