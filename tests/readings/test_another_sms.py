"""`another-sms: charged`: asking for another SMS costs the order's price again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.ledger import EntryKind

if TYPE_CHECKING:
    from tests.readings.conftest import Customer, Play

READING = {"another-sms": "charged"}


def test_each_further_sms_costs_the_price_again(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    order = customer.bought_with_sms()
    for _ in range(2):
        customer.ask_again(order)
        customer.mock.advance("5s")
    assert customer.balance() == 100000 - 3 * 16


def test_the_charges_are_those_of_one_period_after_the_other(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    order = customer.bought_with_sms()
    customer.ask_again(order)
    charges = [entry for entry in customer.mock.world.ledger if entry.kind is EntryKind.CHARGE]
    assert [(entry.reference, entry.period, entry.cents) for entry in charges] == [(order, 0, -16), (order, 1, -16)]


def test_it_costs_what_the_order_cost_whatever_the_price_is_now(play: Play, over: type[Customer]) -> None:
    dearer = [{"country": "12", "service": "ds", "price": 90, "at": "1s"}]
    customer = over(play(READING, catalogue=dearer))
    customer.ask_again(customer.bought_with_sms())
    assert customer.balance() == 100000 - 2 * 16


def test_the_order_shows_the_price_of_its_purchase(play: Play) -> None:
    mock = play(READING)
    order = mock.v3.order().json()["body"]["orderId"]
    mock.advance("5s")
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/requestAnother")
    assert mock.v3.item(order)["purchasePrice"] == 16


def test_the_statistics_count_what_was_spent(play: Play) -> None:
    mock = play(READING)
    order = mock.v3.order().json()["body"]["orderId"]
    mock.advance("5s")
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/requestAnother")
    assert mock.v3.get("/statistics/{user}").json()["body"]["spent"] == 32


@pytest.mark.parametrize(
    ("readings", "status"), [(READING, 200), ({**READING, "failures": "status"}, 402)], ids=["envelope", "status"]
)
def test_without_the_money_it_is_refused(
    play: Play, over: type[Customer], readings: dict[str, object], status: int
) -> None:
    customer = over(play(readings, {"balance": 31}))
    order = customer.bought_with_sms()
    assert customer.refused(customer.ask_again(order)) == (status, "INSUFFICIENT_BALANCE")


def test_without_the_money_nothing_changes(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, {"balance": 31}))
    order = customer.bought_with_sms()
    before = customer.look(order).json()
    customer.ask_again(order)
    assert (customer.look(order).json(), customer.balance()) == (before, 15)


def test_before_the_first_sms_nothing_is_charged(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    order = customer.bought()
    refused = customer.refused(customer.ask_again(order))
    assert (refused, customer.balance()) == ((200, "SMS_NOT_RECEIVED"), 100000 - 16)


def test_by_default_it_is_free(play: Play, over: type[Customer]) -> None:
    customer = over(play({}))
    customer.ask_again(customer.bought_with_sms())
    assert customer.balance() == 100000 - 16
