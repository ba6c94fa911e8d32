"""SMS that name people who are made up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Play = Callable[..., Mock]

JAPANESE = (
    'orders: [{orderId: "7", sms: [{after: 5s, locale: ja_JP, text: "{fake.last_name}様、コードは{code}です。"}]}]\n'
)


@pytest.fixture
def japanese(play: Play) -> Mock:
    """A mock whose order 7 has received an SMS in Japanese."""
    mock = play(JAPANESE)
    mock.v3.order()
    mock.advance("5s")
    return mock


def test_a_japanese_sms_arrives_as_utf_8_in_v3(japanese: Mock) -> None:
    answer = japanese.v3.get("/numbers/{user}/order/7")
    item = answer.json()["body"][0]
    assert re.fullmatch(rf"[^\x00-\x7f]+様、コードは{item['code']}です。", item["sms"])
    assert item["sms"].encode() in answer.content


def test_a_japanese_sms_arrives_as_utf_8_in_v2(japanese: Mock) -> None:
    answer = japanese.v2.get("/getPhoneStatus", orderId="7")
    sms = japanese.v3.item("7")["sms"]
    assert answer.json()["body"]["sms"] == sms
    assert sms.encode() in answer.content


def sms(mock: Mock) -> str:
    """What the order 7 receives, once it is bought."""
    mock.v3.order()
    mock.advance("5s")
    return str(mock.v3.item("7")["sms"])


ENGLISH = 'orders: [{orderId: "7", sms: [{after: 5s, text: "{fake.name} of {fake.company}"}]}]\n'


@pytest.mark.parametrize("scenario", [JAPANESE, ENGLISH])
def test_two_worlds_of_one_seed_have_the_same_people(play: Play, scenario: str) -> None:
    assert sms(play(scenario)) == sms(play(scenario))


def test_other_requests_do_not_change_the_people(play: Play) -> None:
    calm, busy = play(ENGLISH), play(ENGLISH)
    busy.v3.order()
    busy.v3.order()
    busy.advance("5s")
    assert busy.v3.item("7")["sms"] == sms(calm)


def test_another_seed_has_other_people(play: Play) -> None:
    assert sms(play(ENGLISH)) != sms(play(f"seed: 1\n{ENGLISH}"))


def test_an_sms_that_is_sent_by_hand_names_people_too(play: Play) -> None:
    mock = play('orders: [{orderId: "7"}]\n')
    mock.v3.order()
    mock.client.post("/__mock__/worlds/default/orders/7/sms", json={"text": "Dear {fake.first_name}!"})
    assert re.fullmatch(r"Dear [A-Z][a-z]+!", mock.v3.item("7")["sms"])
