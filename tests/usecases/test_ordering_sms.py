"""Receiving an SMS, and asking for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import MINUTE, SECOND
from mockserver.domain.ledger import Entry, EntryKind
from mockserver.domain.order import State
from mockserver.domain.refusal import Reason
from mockserver.domain.script import Delivery
from mockserver.usecases.lookup import single
from mockserver.usecases.ordering import refund, request_another
from tests.rules import DEFAULT
from tests.usecases.orders import SMS, TMOBILE, buy, completed, refused

if TYPE_CHECKING:
    from tests.usecases.conftest import Shop

# --- receiving


def test_the_sms_arrives_after_its_time(shop: Shop) -> None:
    shop.plan.deliveries = (SMS,)
    buy(shop)
    shop.wait(5 * SECOND)
    assert [(message.at, message.code) for message in shop.order().messages] == [(5 * SECOND, "123456")]


def test_an_order_with_an_sms_is_completed(shop: Shop) -> None:
    shop.plan.deliveries = (SMS,)
    buy(shop)
    shop.wait(5 * SECOND)
    assert shop.order().state is State.COMPLETED


@pytest.mark.parametrize("after", [DEFAULT.lifetime, DEFAULT.lifetime + 1], ids=["at the end", "after it"])
def test_a_late_sms_is_dropped(shop: Shop, after: int) -> None:
    shop.plan.deliveries = (SMS._replace(after=after),)
    buy(shop)
    shop.wait(2 * DEFAULT.lifetime)
    assert (shop.order().state, shop.order().messages) == (State.EXPIRED, ())


def test_an_order_ends_when_the_script_says(shop: Shop) -> None:
    shop.plan.lifetime = MINUTE
    buy(shop)
    shop.wait(MINUTE)
    assert shop.order().state is State.EXPIRED


def test_an_sms_for_a_look_comes_at_that_look(shop: Shop) -> None:
    shop.plan.deliveries = (SMS._replace(after=0, polls=2),)
    buy(shop)
    assert [len(single(shop.world, shop.alice, "1").messages) for _ in range(3)] == [0, 1, 1]


def test_an_sms_for_a_look_does_not_come_by_itself(shop: Shop) -> None:
    shop.plan.deliveries = (SMS._replace(after=0, polls=1),)
    buy(shop)
    shop.wait(MINUTE)
    assert shop.order().messages == ()


def test_another_sms_arrives_after_the_request_for_it(shop: Shop) -> None:
    completed(shop).wait(MINUTE)
    request_another(shop.world, shop.alice, "1")
    shop.wait(5 * SECOND)
    assert [message.at for message in shop.order().messages] == [5 * SECOND, MINUTE + 10 * SECOND]


def test_until_it_arrives_the_order_waits(shop: Shop) -> None:
    assert request_another(completed(shop).world, shop.alice, "1").state is State.WAITING


def test_another_sms_is_free(shop: Shop) -> None:
    before = completed(shop).balance
    request_another(shop.world, shop.alice, "1")
    assert shop.balance == before


def test_another_sms_costs_the_price_again_where_the_rules_say_so(shop: Shop) -> None:
    completed(shop).world.rules = DEFAULT._replace(another_sms="charged")
    shop.world.stock.reprice(TMOBILE, 99)
    request_another(shop.world, shop.alice, "1")
    assert list(shop.world.ledger)[-1] == Entry(5 * SECOND, "alice", EntryKind.CHARGE, -20, "1", period=1)


def test_another_sms_that_cannot_be_paid_is_refused(shop: Shop) -> None:
    completed(shop).world.rules = DEFAULT._replace(another_sms="charged")
    shop.world.ledger.post(Entry(0, "alice", EntryKind.CHARGE, -shop.balance, "elsewhere"))
    before = shop.facts()
    assert refused(lambda: request_another(shop.world, shop.alice, "1")) is Reason.INSUFFICIENT_BALANCE
    assert shop.facts() == before


def test_asking_for_another_sms_renews_the_lifetime(shop: Shop) -> None:
    completed(shop).wait(MINUTE)
    assert request_another(shop.world, shop.alice, "1").expires_at == MINUTE + 5 * SECOND + DEFAULT.lifetime


def test_the_script_says_for_how_long_another_sms_is_waited_for(shop: Shop) -> None:
    shop.plan.lifetime = 2 * MINUTE
    completed(shop).wait(MINUTE)
    assert request_another(shop.world, shop.alice, "1").expires_at == 3 * MINUTE + 5 * SECOND


def test_asking_for_another_sms_never_shortens_the_lifetime(shop: Shop) -> None:
    completed(shop)
    shop.plan.lifetime = MINUTE
    assert request_another(shop.world, shop.alice, "1").expires_at == DEFAULT.lifetime


@pytest.mark.parametrize(("added", "end"), [(0, 0), (1, 1), (5 * MINUTE, 5 * MINUTE)])
def test_the_rules_may_add_to_the_time_that_is_left(shop: Shop, added: int, end: int) -> None:
    completed(shop).wait(MINUTE)
    shop.world.rules = DEFAULT._replace(renewal=added)
    assert request_another(shop.world, shop.alice, "1").expires_at == DEFAULT.lifetime + end


def test_a_pending_sms_still_arrives_after_another_one_was_asked_for(shop: Shop) -> None:
    pending = SMS._replace(after=MINUTE, text="pending")
    shop.plan.deliveries = (SMS, pending)
    buy(shop)
    shop.wait(5 * SECOND)
    shop.plan.deliveries = (SMS,)
    request_another(shop.world, shop.alice, "1")
    shop.wait(MINUTE)
    assert [message.text for message in shop.order().messages] == [SMS.text, SMS.text, "pending"]


def test_a_pending_sms_of_a_look_still_arrives_after_another_one_was_asked_for(shop: Shop) -> None:
    pending = Delivery(0, "pending", None, polls=3)
    shop.plan.deliveries = (SMS._replace(polls=1), pending)
    buy(shop)
    single(shop.world, shop.alice, "1")
    shop.plan.deliveries = (SMS._replace(polls=1),)
    request_another(shop.world, shop.alice, "1")
    looks = [single(shop.world, shop.alice, "1").messages[-1].text for _ in range(2)]
    assert looks == [SMS.text, "pending"]


def test_an_order_outlives_its_first_end_when_it_was_renewed(shop: Shop) -> None:
    completed(shop).wait(MINUTE)
    request_another(shop.world, shop.alice, "1")
    shop.wait(DEFAULT.lifetime - 1)
    assert shop.order().state is not State.EXPIRED


def test_a_renewed_order_ends_after_its_new_lifetime(shop: Shop) -> None:
    completed(shop).wait(MINUTE)
    request_another(shop.world, shop.alice, "1")
    shop.wait(DEFAULT.lifetime)
    assert shop.order().state is State.EXPIRED


def test_another_sms_before_the_first_is_refused(shop: Shop) -> None:
    buy(shop)
    assert refused(lambda: request_another(shop.world, shop.alice, "1")) is Reason.SMS_NOT_RECEIVED


def test_another_sms_on_an_expired_order_is_refused(shop: Shop) -> None:
    completed(shop).wait(DEFAULT.lifetime)
    assert refused(lambda: request_another(shop.world, shop.alice, "1")) is Reason.ORDER_EXPIRED


def test_another_sms_on_a_returned_order_is_refused(shop: Shop) -> None:
    buy(shop)
    refund(shop.world, shop.alice, "1")
    assert refused(lambda: request_another(shop.world, shop.alice, "1")) is Reason.SMS_NOT_RECEIVED
