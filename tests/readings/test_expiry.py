"""`expiry: refunded`: the money of an order without an SMS returns by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import MINUTE
from mockserver.domain.ledger import EntryKind

if TYPE_CHECKING:
    from tests.readings.conftest import Customer, Play

READING = {"expiry": "refunded"}
SILENT: dict[str, object] = {"orders": []}
LATE: dict[str, object] = {"orders": [{"sms": [{"after": "30m"}]}]}


def test_the_money_returns_when_the_time_is_over(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    customer.bought()
    customer.mock.advance("20m")
    assert customer.balance() == 100000


def test_until_then_the_order_stays_charged(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    customer.bought()
    customer.mock.advance("19m59s")
    assert customer.balance() == 100000 - 16


def test_the_order_is_then_refunded(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    order = customer.bought()
    customer.mock.advance("20m")
    assert customer.status(order) == "refunded"


def test_the_money_returns_at_the_end_whenever_one_looks(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    start = customer.mock.world.clock.now()
    customer.bought()
    customer.mock.advance("30d")
    customer.balance()
    (refund,) = [entry for entry in customer.mock.world.ledger if entry.kind is EntryKind.REFUND]
    assert refund.at == start + 20 * MINUTE


def test_it_returns_also_when_a_return_would_come_too_late(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, orders=[{"lifetime": "8d"}]))
    customer.bought()
    customer.mock.advance("8d")
    assert customer.balance() == 100000


def test_a_refund_after_that_is_refused(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    order = customer.bought()
    customer.mock.advance("20m")
    assert customer.refused(customer.refund(order)) == (200, "REFUND_NOT_ALLOWED")


def test_a_refund_before_that_is_the_only_one(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    customer.refund(customer.bought())
    customer.mock.advance("20m")
    assert customer.balance() == 100000


def test_another_sms_after_that_is_refused(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **SILENT))
    order = customer.bought()
    customer.mock.advance("20m")
    assert customer.refused(customer.ask_again(order)) == (200, "SMS_NOT_RECEIVED")


def test_an_sms_after_that_is_lost(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, **LATE))
    order = customer.bought()
    customer.mock.advance("1h")
    assert customer.status(order) == "refunded"


@pytest.mark.parametrize("asked_again", [False, True])
def test_an_order_that_has_received_an_sms_expires_without_its_money(
    play: Play, over: type[Customer], *, asked_again: bool
) -> None:
    customer = over(play(READING))
    order = customer.bought_with_sms()
    if asked_again:
        customer.ask_again(order)
    customer.mock.advance("1h")
    assert (customer.status(order), customer.balance()) == ("expired", 100000 - 16)


def test_by_default_the_order_stays_charged_until_it_is_refunded(play: Play, over: type[Customer]) -> None:
    customer = over(play({}, **SILENT))
    order = customer.bought()
    customer.mock.advance("20m")
    before = (customer.status(order), customer.balance())
    customer.refund(order)
    assert (before, customer.balance()) == (("expired", 100000 - 16), 100000)


def test_an_order_that_ended_before_the_start_is_what_the_scenario_says(play: Play, over: type[Customer]) -> None:
    past = {"orderId": "1", "country": "12", "service": "ds", "phoneNumber": "12015550101", "price": 16}
    account = {"balance": 500, "orders": [{**past, "orderedAt": "2025-06-15 14:00:00"}]}
    customer = over(play(READING, account))
    assert (customer.status("1"), customer.balance()) == ("expired", 500)


def test_an_order_from_before_the_start_that_ends_after_it_is_paid_back(play: Play, over: type[Customer]) -> None:
    past = {"orderId": "1", "country": "12", "service": "ds", "phoneNumber": "12015550101", "price": 16}
    account = {"balance": 500, "orders": [{**past, "orderedAt": "2025-06-15 15:00:00"}]}
    customer = over(play(READING, account))
    customer.mock.advance("20m")
    assert (customer.status("1"), customer.balance()) == ("refunded", 516)


def test_the_statistics_count_it_as_refunded(play: Play) -> None:
    mock = play(READING, **SILENT)
    mock.v3.order()
    mock.advance("20m")
    body = mock.v3.get("/statistics/{user}").json()["body"]
    assert [body[name] for name in ("refunded", "expired", "spent", "refundedAmount")] == [1, 0, 16, 16]
