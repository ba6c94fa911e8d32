"""It does not matter in how many steps the time passes."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.refusal import Refusal
from mockserver.domain.settlement import settle
from mockserver.scenario.build import build
from mockserver.scenario.error import Schema
from mockserver.scenario.load import Scenario
from mockserver.usecases.ordering import OrderRequest, order_number, request_another
from mockserver.usecases.paying import CRYPTOMUS, PAY4BIT, create_invoice
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures

HORIZON = 2 * 60 * 60

seconds = st.integers(0, HORIZON).map("{}s".format)
sms = st.fixed_dictionaries({"after": seconds}, optional={"times": st.integers(1, 3), "text": st.just("no code")})
turn = st.fixed_dictionaries(
    {},
    optional={"nth": st.integers(1, 3), "every": st.integers(1, 3), "probability": st.sampled_from([0.3, 0.7])},
)
order_rule = st.fixed_dictionaries(
    {"sms": st.lists(sms, max_size=3)},
    optional={
        "when": turn,
        "lifetime": seconds,
        "reprice": st.fixed_dictionaries({"by": st.integers(-50, 50)}),
        "outOfStock": st.fixed_dictionaries({"tries": st.integers(1, 2)}),
    },
)
payment_rule = st.fixed_dictionaries(
    {"ends": st.fixed_dictionaries({"after": seconds, "as": st.sampled_from(["paid", "fail", "wrong_amount"])})},
    optional={"when": turn},
)
change = st.fixed_dictionaries(
    {"country": st.just("12"), "service": st.just("ds"), "at": seconds, "price": st.integers(0, 100)},
    optional={"stock": st.integers(0, 5)},
)
scenarios = st.fixed_dictionaries(
    {
        "accounts": st.just([{"userId": "demo", "key": "demo-key", "balance": 300}]),
        "clock": st.just("manual"),
        "seed": st.integers(0, 9),
        "orders": st.lists(order_rule, max_size=4),
        "payments": st.lists(payment_rule, max_size=3),
        "catalogue": st.lists(change, max_size=4),
    },
    optional={
        "restock": st.just({"after": "10m", "stock": 2}),
        "readings": st.fixed_dictionaries({"expiry": st.sampled_from(["kept", "refunded"])}),
    },
)
partitions = st.lists(st.integers(1, HORIZON - 1), max_size=12).map(lambda cuts: [0, *sorted(cuts), HORIZON])


@pytest.fixture(scope="session")
def schema() -> Schema:
    return Schema()


def begin(data: dict[str, Any], shipped: Fixtures) -> World:
    """A world in which five orders and three payments were asked for at the start."""
    world = build(Scenario("random", "Random.", False, data), shipped, lambda: 0, rules=DEFAULT)
    customer = world.customers["demo"]
    for _ in range(5):
        with suppress(Refusal):
            order = order_number(world, customer, OrderRequest("12", "ds", "any", 1000, "", "", failover=True))
            settle(world)
            request_another(world, customer, order.id)
    for provider in (CRYPTOMUS, PAY4BIT, CRYPTOMUS):
        create_invoice(world, customer, provider, 500)
    return world


def pass_time(world: World, times: Iterable[int]) -> None:
    """Settle a world at these times, in seconds after its start."""
    for earlier, later in pairwise(times):
        world.clock.advance((later - earlier) * 1000)
        settle(world)


def seen(world: World) -> tuple[object, ...]:
    """All that can be seen of a world, and how much is still to come."""
    customer = world.customers["demo"]
    country = world.catalogue.countries["12"]
    stock_keys = world.stock.stock_keys(country, country.carriers, world.catalogue.services["ds"])
    return (
        [*world.orders_of(customer)],
        [*world.payments_of(customer)],
        [*world.ledger],
        customer,
        [(stock_key, world.stock.price(stock_key), world.stock.left(stock_key)) for stock_key in stock_keys],
        len(world.schedule),
    )


@given(scenarios)
@settings(deadline=None, max_examples=50)
def test_the_scenarios_of_these_tests_are_valid(schema: Schema, data: dict[str, Any]) -> None:
    assert [*schema.flaws({"description": "Random.", **data})] == []


@given(scenarios, partitions)
@settings(deadline=None, max_examples=150)
def test_time_in_any_steps_gives_the_same_world(shipped: Fixtures, data: dict[str, Any], times: list[int]) -> None:
    stepped, leapt = begin(data, shipped), begin(data, shipped)
    pass_time(stepped, times)
    pass_time(leapt, [0, HORIZON])
    assert seen(stepped) == seen(leapt)


@given(scenarios, partitions)
@settings(deadline=None, max_examples=100)
def test_no_scenario_breaks_an_invariant(shipped: Fixtures, data: dict[str, Any], times: list[int]) -> None:
    world = begin(data, shipped)
    pass_time(world, times)
    assert world.invariant_violations() == []
