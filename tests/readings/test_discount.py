"""`discount: shown`: an account is shown its own prices, and pays what it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.readings.conftest import Customer, Play

READING = {"discount": "shown"}
REGULAR = {"totalCharges": 8000}  # a fifth less: 13 cents for what is listed at 16


def paid(customer: Customer) -> int:
    return 100000 - customer.balance()


@pytest.mark.parametrize(("readings", "shown"), [(READING, 13), ({"discount": "applied"}, 16), ({}, 16)])
def test_a_quote_shows_the_price(play: Play, over: type[Customer], readings: dict[str, object], shown: int) -> None:
    price, _ = over(play(readings, REGULAR)).quote()
    assert price == shown


@pytest.mark.parametrize(("readings", "shown"), [(READING, 13), ({"discount": "applied"}, 16), ({}, 16)])
def test_the_list_shows_the_price(play: Play, over: type[Customer], readings: dict[str, object], shown: int) -> None:
    assert over(play(readings, REGULAR)).listed() == shown


@pytest.mark.parametrize(("readings", "shown"), [(READING, 13), ({}, 16)])
def test_the_popular_list_shows_the_price(play: Play, readings: dict[str, object], shown: int) -> None:
    mock = play(readings, REGULAR)
    mock.v3.order()
    (row,) = mock.v3.get("/numbers/{user}/popular").json()["body"]
    assert row["price"] == shown


@pytest.mark.parametrize("readings", [READING, {}], ids=["shown", "applied"])
def test_the_same_is_paid_either_way(play: Play, over: type[Customer], readings: dict[str, object]) -> None:
    customer = over(play(readings, REGULAR))
    customer.bought()
    assert paid(customer) == 13


def test_what_is_shown_is_what_is_paid_on_its_quote(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, REGULAR))
    price, proof = customer.quote()
    customer.bought(price, **proof)
    assert paid(customer) == price


def test_a_cent_below_what_is_shown_buys_nothing(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING, REGULAR))
    price, proof = customer.quote()
    customer.buy(price - 1, **proof)
    assert paid(customer) == 0


def test_an_account_without_a_discount_is_shown_the_list_price(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    assert (customer.listed(), customer.quote()[0]) == (16, 16)


@pytest.mark.parametrize(("readings", "status"), [(READING, 222), ({}, 200)], ids=["shown", "applied"])
def test_a_quote_is_stale_when_what_is_shown_has_changed(play: Play, readings: dict[str, object], status: int) -> None:
    mock = play(readings)
    shown = mock.v3.get("/numbers/{user}/lookup/12/any/ds").json()["body"]
    mock.world.save_customer(mock.world.customers["demo"].charged(8000))  # a payment raises the discount
    assert mock.v3.order(m=shown["m"], n=shown["n"]).status_code == status


def test_the_quote_of_one_account_is_not_that_of_another(play: Play) -> None:
    mock = play(
        READING,
        accounts=[
            {"userId": "demo", "key": "demo-key", "balance": 100},
            {"userId": "regular", "key": "demo-key", "balance": 100, **REGULAR},
        ],
    )
    paths = ["/v3/numbers/demo/lookup/12/any/ds", "/v3/numbers/regular/lookup/12/any/ds"]
    shown = [mock.client.get(path, params={"apiKey": "demo-key"}).json()["body"] for path in paths]
    assert [body["price"] for body in shown] == [16, 13]
    assert shown[0]["m"] != shown[1]["m"]
