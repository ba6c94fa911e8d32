from __future__ import annotations

import pytest

from contracts.suites.book import BY_ITSELF, LIFETIME, Message, Order, breaches, changes, read
from contracts.traffic.orders import COMPLETED, EXPIRED, REFUNDED, STATES, WAITING

SMS = Message("Your code is 1234", "1234", 5)
ORDER = Order("7", "ds", "12", "any", "1555", 16, WAITING, 0, LIFETIME)
DONE = ORDER._replace(status=COMPLETED, messages=(SMS,), sms=SMS.text, code=SMS.code)

ITEM = {
    "orderId": "7",
    "sShort": "ds",
    "cShort": "12",
    "carrier": "any",
    "phoneNumber": "1555",
    "purchasePrice": 16,
    "status": "complete",
    "orderedAtUTC": "1970-01-01 00:00:00",
    "expiredAtUTC": "1970-01-01 00:20:00",
    "sms": SMS.text,
    "code": SMS.code,
    "messages": [{"text": SMS.text, "code": SMS.code, "receivedAtUTC": "1970-01-01 00:00:05"}],
}


def test_an_order_is_read_whatever_word_it_has_for_completed() -> None:
    assert read(ITEM) == read({**ITEM, "status": "completed"}) == DONE


@pytest.mark.parametrize("order", [ORDER, DONE, DONE._replace(status=WAITING, heard=1), ORDER._replace(status=EXPIRED)])
def test_a_sound_order_breaks_nothing(order: Order) -> None:
    assert list(breaches(order, None)) == []


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        (DONE._replace(status=WAITING), "status-shows-messages"),
        (ORDER._replace(status=COMPLETED), "status-shows-messages"),
        (DONE._replace(heard=1), "status-shows-messages"),
        (DONE._replace(sms="else"), "latest-shown"),
        (DONE._replace(code=None), "latest-shown"),
        (DONE._replace(messages=(SMS._replace(at=LIFETIME),)), "no-sms-after-end"),
        (DONE._replace(messages=(SMS._replace(code="99"),), code="99"), "code-in-text"),
        (ORDER._replace(expires=LIFETIME - 1), "lifetime"),
    ],
)
def test_an_order_that_contradicts_itself_breaks_a_rule(order: Order, rule: str) -> None:
    assert [breach.rule for breach in breaches(order, None)] == [rule]


@pytest.mark.parametrize(
    ("status", "now", "rules"),
    [
        (WAITING, LIFETIME - 1, []),
        (WAITING, LIFETIME + 1, ["expires-on-time"]),
        (EXPIRED, LIFETIME - 1, ["expires-on-time"]),
        (EXPIRED, LIFETIME, []),
    ],
)
def test_an_order_is_over_when_its_time_is(status: str, now: int, rules: list[str]) -> None:
    assert [breach.rule for breach in breaches(ORDER._replace(status=status), (now, now))] == rules


@pytest.mark.parametrize(
    ("before", "shown", "rule"),
    [
        (ORDER, ORDER._replace(phone="1556"), "order-keeps-facts"),
        (ORDER, ORDER._replace(price=17), "price-stays"),
        (DONE, DONE._replace(messages=()), "messages-stay"),
        (ORDER, ORDER._replace(expires=LIFETIME + 1), "times-stay"),
        (ORDER._replace(status=EXPIRED), DONE._replace(status=EXPIRED), "no-sms-after-end"),
        (ORDER, ORDER._replace(status=REFUNDED), "status-follows"),
    ],
)
def test_an_order_that_changes_as_it_must_not_breaks_a_rule(before: Order, shown: Order, rule: str) -> None:
    assert [breach.rule for breach in changes(before, shown, lapses=False)] == [rule]


def test_an_order_that_lapses_is_refunded_by_itself() -> None:
    assert list(changes(ORDER, ORDER._replace(status=REFUNDED), lapses=True)) == []


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_stay(state: str) -> None:
    assert state in BY_ITSELF[state]
