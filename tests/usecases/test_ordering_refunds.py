"""Returning a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import DAY, MINUTE
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import State
from mockserver.domain.refusal import Reason
from mockserver.usecases.ordering import refund, request_another
from tests.rules import DEFAULT
from tests.usecases.orders import SMS, TMOBILE, buy, completed, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.order import Order
    from tests.usecases.conftest import Shop


def test_a_refund_gives_the_whole_price_back(shop: Shop) -> None:
    before = shop.balance
    buy(shop)
    refund(shop.world, shop.alice, "1")
    assert shop.balance == before


def test_a_refund_is_booked_at_its_own_time(shop: Shop) -> None:
    buy(shop)
    shop.wait(7)
    refund(shop.world, shop.alice, "1")
    assert list(shop.world.ledger)[-1] == Entry(7, "alice", EntryKind.REFUND, 20, "1")


def test_a_refund_gives_back_what_was_paid_although_the_price_changed(shop: Shop) -> None:
    before = shop.balance
    buy(shop)
    shop.world.stock.reprice(TMOBILE, 99)
    refund(shop.world, shop.alice, "1")
    assert shop.balance == before


def test_a_refunded_order_is_answered_and_stored_as_such(shop: Shop) -> None:
    buy(shop)
    assert refund(shop.world, shop.alice, "1") == shop.order()
    assert shop.order().state is State.REFUNDED


def test_an_expired_order_without_sms_can_be_returned(shop: Shop) -> None:
    before = shop.balance
    buy(shop)
    shop.wait(DEFAULT.lifetime)
    refund(shop.world, shop.alice, "1")
    assert shop.balance == before


def test_a_refund_after_seven_days_is_refused(shop: Shop) -> None:
    buy(shop)
    shop.wait(7 * DAY + 1)
    assert refused(lambda: refund(shop.world, shop.alice, "1")) is Reason.REFUND_NOT_ALLOWED


def test_a_refund_after_an_sms_is_refused(shop: Shop) -> None:
    completed(shop)
    assert refused(lambda: refund(shop.world, shop.alice, "1")) is Reason.REFUND_NOT_ALLOWED


def test_a_second_refund_is_refused(shop: Shop) -> None:
    buy(shop)
    refund(shop.world, shop.alice, "1")
    assert refused(lambda: refund(shop.world, shop.alice, "1")) is Reason.REFUND_NOT_ALLOWED


def test_no_sms_reaches_a_returned_number(shop: Shop) -> None:
    shop.plan.deliveries = (SMS,)
    buy(shop)
    refund(shop.world, shop.alice, "1")
    shop.wait(MINUTE)
    assert shop.order().messages == ()


@pytest.mark.parametrize("ask", [refund, request_another])
def test_an_order_of_somebody_else_is_not_found(shop: Shop, ask: Callable[..., Order]) -> None:
    buy(shop)
    assert refused(lambda: ask(shop.world, shop.bob, "1")) is Reason.ORDER_NOT_FOUND


@pytest.mark.parametrize("ask", [refund, request_another])
def test_an_order_that_never_was_is_not_found(shop: Shop, ask: Callable[..., Order]) -> None:
    assert refused(lambda: ask(shop.world, shop.alice, "1")) is Reason.ORDER_NOT_FOUND
