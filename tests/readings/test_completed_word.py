"""`completed-word: complete`: the word on the wire, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mockserver.contract import readings

if TYPE_CHECKING:
    from tests.readings.conftest import Customer, Play

READING = {"completed-word": "complete"}


def test_an_order_with_its_sms_is_complete(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    assert customer.status(customer.bought_with_sms()) == "complete"


def test_the_other_words_stay(play: Play, over: type[Customer]) -> None:
    customer = over(play(READING))
    order = customer.bought()
    waiting = customer.status(order)
    customer.refund(order)
    assert (waiting, customer.status(order)) == ("waiting", "refunded")


def test_the_inventory_of_v3_says_complete(play: Play) -> None:
    mock = play(READING)
    mock.v3.order()
    mock.advance("5s")
    (item,) = mock.v3.get("/numbers/{user}/inventory/5").json()["body"]
    assert item["status"] == "complete"


@pytest.mark.parametrize(("status", "found"), [("complete", 1), ("waiting", 1), ("refunded", 0), ("expired", 0)])
def test_v2_filters_by_the_word(play: Play, status: str, found: int) -> None:
    mock = play(READING)
    mock.v2.purchase()
    mock.advance("5s")
    mock.v2.purchase()
    items = mock.v2.get("/getBulkPhoneStatus", status=status).json()["body"]
    assert [item["status"] for item in items] == [status] * found


def test_v2_without_a_filter_shows_all(play: Play) -> None:
    mock = play(READING)
    mock.v2.purchase()
    mock.advance("5s")
    mock.v2.purchase()
    items = mock.v2.get("/getBulkPhoneStatus").json()["body"]
    assert [item["status"] for item in items] == ["waiting", "complete"]


@pytest.mark.parametrize(
    ("readings", "word"),
    [(READING, "completed"), ({"completed-word": "completed"}, "complete"), ({}, "complete")],
    ids=["changed", "default", "not chosen"],
)
def test_the_word_of_the_other_reading_breaks_the_contract(play: Play, readings: dict[str, object], word: str) -> None:
    assert play(readings).v2.get("/getBulkPhoneStatus", status=word).status_code == 400


def test_by_default_an_order_with_its_sms_is_completed(play: Play, over: type[Customer]) -> None:
    customer = over(play({}))
    assert customer.status(customer.bought_with_sms()) == "completed"


def test_the_statistics_keep_their_fields(play: Play) -> None:
    mock = play(READING)
    mock.v3.order()
    mock.advance("5s")
    assert mock.v3.get("/statistics/{user}").json()["body"]["completed"] == 1


def test_the_reading_states_no_word_but_its_own() -> None:
    actions = readings()["completed-word"].values["complete"].actions
    assert not {"waiting", "refunded", "expired"} & set(re.findall(r"\w+", repr(actions)))
