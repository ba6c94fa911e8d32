"""`price-above-maximum: no-numbers`: what is too dear is out of stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.readings.conftest import Customer, Play

READING = {"price-above-maximum": "no-numbers"}


@pytest.mark.parametrize(
    ("readings", "status"), [(READING, 200), ({**READING, "failures": "status"}, 503)], ids=["envelope", "status"]
)
def test_above_the_maximum_there_are_no_numbers(
    play: Play, over: type[Customer], readings: dict[str, object], status: int
) -> None:
    customer = over(play(readings))
    assert customer.refused(customer.buy(15)) == (status, "NO_NUMBERS")


def test_what_is_refused_costs_nothing(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    customer.buy(15)
    assert customer.balance() == 100000


def test_up_to_the_maximum_there_are_numbers(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    customer.bought(16)
    assert customer.balance() == 100000 - 16


@pytest.mark.parametrize(("generation", "status"), [("v3", 222), ("v2", 200)])
def test_a_stale_quote_is_answered_as_ever(play: Play, generation: str, status: int) -> None:
    mock = play(READING)
    answer = mock.v3.order(m="0", n="0") if generation == "v3" else mock.v2.purchase(m="0", n="0")
    assert (answer.status_code, "Additional user action required" in answer.text) == (status, True)


@pytest.mark.parametrize("value", ["222", 222])
@pytest.mark.parametrize(("generation", "status"), [("v3", 222), ("v2", 200)])
def test_by_default_it_is_answered_like_a_changed_price(
    play: Play, value: object, generation: str, status: int
) -> None:
    mock = play({"price-above-maximum": value})
    answer = mock.v3.order(maximumPrice="15") if generation == "v3" else mock.v2.purchase(maximumPrice="0.15")
    assert (answer.status_code, "Additional user action required" in answer.text) == (status, True)
