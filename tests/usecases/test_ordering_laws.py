"""Laws of orders: whatever a customer does, the world keeps its rules."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.clock import DAY, MINUTE, SECOND
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.rules import Rules
from mockserver.domain.script import Delivery
from mockserver.usecases.lookup import single
from mockserver.usecases.ordering import OrderRequest, refund, request_another
from tests.rules import DEFAULT
from tests.usecases.orders import ATT, TELIA, TMOBILE, buy, sell_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.usecases.conftest import Shop

requests = st.builds(
    OrderRequest,
    country=st.sampled_from(["12", "46", "Sweden", "99"]),
    service=st.sampled_from(["ds", "ch", "xx"]),
    carrier=st.sampled_from(["any", "att", "telia"]),
    maximum=st.integers(0, 60),
    m=st.sampled_from(["", "x"]),
    n=st.just(""),
    failover=st.booleans(),
)
order_ids = st.integers(1, 5).map(str)
actions: st.SearchStrategy[Callable[[Shop], object]] = st.one_of(
    requests.map(lambda request: lambda shop: buy(shop, request)),
    order_ids.map(lambda order_id: lambda shop: refund(shop.world, shop.alice, order_id)),
    order_ids.map(lambda order_id: lambda shop: request_another(shop.world, shop.alice, order_id)),
    order_ids.map(lambda order_id: lambda shop: single(shop.world, shop.alice, order_id)),
    st.sampled_from([1, 4 * SECOND, DEFAULT.lifetime - 1, 7 * DAY]).map(lambda time: lambda shop: shop.wait(time)),
    st.sampled_from([TMOBILE, ATT, TELIA]).map(lambda stock_key: lambda shop: sell_out(shop, stock_key)),
    st.tuples(st.sampled_from([TMOBILE, ATT, TELIA]), st.integers(0, 600)).map(
        lambda change: lambda shop: shop.world.stock.reprice(*change)
    ),
)
lives = st.lists(actions, max_size=30)
deliveries = st.lists(
    st.builds(Delivery, st.integers(0, 2 * DEFAULT.lifetime), st.just("text"), st.none(), polls=st.integers(0, 2)),
    max_size=3,
)
rules = st.builds(
    Rules,
    renewal=st.sampled_from([None, 5 * MINUTE]),
    expiry=st.sampled_from(["kept", "refunded", "repaid"]),
    another_sms=st.sampled_from(["free", "charged"]),
    above_maximum=st.sampled_from([Reason.PRICE_CHANGED, Reason.NO_NUMBERS]),
    discount=st.sampled_from(["applied", "shown"]),
)


@given(lives, deliveries, rules)
@settings(deadline=None, max_examples=50)
def test_whatever_a_customer_does_the_world_keeps_its_rules(
    make_shop: Callable[[], Shop], life: list[Callable[[Shop], object]], deliveries: list[Delivery], rules: Rules
) -> None:
    shop = make_shop()
    shop.plan.deliveries = tuple(deliveries)
    shop.world.rules = rules
    for act in life:
        with suppress(Refusal):
            act(shop)
    assert shop.world.invariant_violations() == []


@given(lives, deliveries)
@settings(deadline=None, max_examples=50)
def test_what_is_refused_has_changed_nothing(
    make_shop: Callable[[], Shop], life: list[Callable[[Shop], object]], deliveries: list[Delivery]
) -> None:
    shop = make_shop()
    shop.plan.deliveries = tuple(deliveries)
    for act in life:
        before = shop.facts()
        try:
            act(shop)
        except Refusal:
            assert shop.facts() == before


@given(st.lists(requests, max_size=20))
@settings(deadline=None, max_examples=50)
def test_the_price_paid_never_exceeds_the_maximum(make_shop: Callable[[], Shop], asked: list[OrderRequest]) -> None:
    shop = make_shop()
    for request in asked:
        with suppress(Refusal):
            assert request.maximum is None or buy(shop, request).price <= request.maximum
