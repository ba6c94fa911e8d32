"""What holds by other rules than ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import HOUR
from mockserver.domain.customer import Coupon
from mockserver.domain.order import State
from mockserver.domain.payment import Status
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import Delivery, Settlement
from mockserver.usecases.account import bonuses, statistics
from mockserver.usecases.ordering import OrderRequest, order_number, refund
from mockserver.usecases.paying import CRYPTOMUS, create_invoice, create_wallet, invoices
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from mockserver.domain.order import Order
    from tests.usecases.conftest import Shop

SMS = Delivery(after=0, text="Code 1", code="1")


def bought(shop: Shop) -> Order:
    """Buy a number as Alice, and let its time be over."""
    order = order_number(shop.world, shop.alice, OrderRequest("12", "ds", "any", None, "", "", failover=True))
    shop.wait(shop.plan.lifetime)
    return shop.order(order.id)


@pytest.mark.parametrize(
    ("expiry", "state", "back"),
    [("kept", State.EXPIRED, False), ("refunded", State.REFUNDED, True), ("repaid", State.EXPIRED, True)],
)
def test_the_rules_say_what_becomes_of_the_money_of_an_order_without_sms(
    shop: Shop, expiry: str, state: State, back: bool
) -> None:
    shop.world.rules = DEFAULT._replace(expiry=expiry)
    before = shop.balance
    assert (bought(shop).state, shop.balance == before) == (state, back)
    assert shop.world.invariant_violations() == []


def test_what_is_repaid_is_not_returned_again(shop: Shop) -> None:
    shop.world.rules = DEFAULT._replace(expiry="repaid")
    order = bought(shop)
    with pytest.raises(Refusal) as refused:
        refund(shop.world, shop.alice, order.id)
    assert refused.value.reason is Reason.REFUND_NOT_ALLOWED


def test_an_order_with_an_sms_is_not_repaid(shop: Shop) -> None:
    shop.world.rules, shop.plan.deliveries = DEFAULT._replace(expiry="repaid"), (SMS,)
    before = shop.balance
    assert (bought(shop).state, before - shop.balance) == (State.EXPIRED, 20)


@pytest.mark.parametrize(("wallets", "listed"), [("apart", 1), ("listed", 2)])
def test_the_rules_say_whether_wallets_are_listed(shop: Shop, wallets: str, listed: int) -> None:
    shop.world.rules = DEFAULT._replace(wallets=wallets)
    create_invoice(shop.world, shop.alice, CRYPTOMUS, 500)
    create_wallet(shop.world, shop.alice, "USDT", "BSC", 500)
    assert len(invoices(shop.world, shop.alice)) == listed


@pytest.mark.parametrize(("counted", "completed", "expired"), [("by_sms", 1, 0), ("by_state", 0, 1)])
def test_the_rules_say_how_statistics_count(shop: Shop, counted: str, completed: int, expired: int) -> None:
    shop.world.rules, shop.plan.deliveries = DEFAULT._replace(counted=counted), (SMS,)
    bought(shop)
    totals, _ = statistics(shop.world, shop.alice, lambda _: True)
    assert (totals.completed, totals.outcomes[State.EXPIRED], totals.success_rate) == (completed, expired, 1)


def test_bonuses_are_what_coupons_added(shop: Shop) -> None:
    shop.world.save_coupon(Coupon("TEN", "alice", 0, HOUR, days=1, percentage=10, target="crypto"))
    shop.plan.settlement = Settlement(0, Status.PAID)
    create_invoice(shop.world, shop.alice, CRYPTOMUS, 500, "TEN")
    shop.wait(0)
    assert (bonuses(shop.world, "alice"), bonuses(shop.world, "bob")) == (50, 0)
