from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import contract
from mockserver.traffic.calls import COMPLETED, EXPIRED, REFUNDED, STATES, WAITING
from mockserver.verify.order_oracle import BY_ITSELF, SECOND, ExpectedOrder, breaches, changes, follow, learn
from mockserver.verify.rules import ServiceTerms

TERMS = ServiceTerms.of(contract().rules)
LIFETIME = TERMS.lifetime
SMS: dict[str, Any] = {"text": "Your code is 1234", "code": "1234", "received_at": 5 * SECOND}
ORDER = ExpectedOrder(
    {
        "id": "7",
        "service": {"code": "ds", "name": "Discord"},
        "country": {"code": "12"},
        "carrier": "any",
        "phone": "1555",
        "price": 16,
        "state": WAITING,
        "ordered_at": 0,
        "expires_at": LIFETIME,
        "messages": [],
        "latest": None,
    }
)
DONE = ORDER.having(state=COMPLETED, messages=[SMS], latest={"text": SMS["text"], "code": SMS["code"]})


def broken(order: ExpectedOrder, now: tuple[int, int] | None = None) -> list[str]:
    return [breach.rule for breach in breaches(order, TERMS, now)]


def changed(before: ExpectedOrder, shown: ExpectedOrder, *, lapses: bool = False) -> list[str]:
    return [breach.rule for breach in changes(before, shown, lapses=lapses)]


def without(order: ExpectedOrder, *names: str) -> ExpectedOrder:
    return order.having(**dict.fromkeys(names))


@pytest.mark.parametrize(
    "order",
    [
        ORDER,
        DONE,
        DONE.having(state=WAITING)._replace(heard=1),
        ORDER.having(state=EXPIRED),
        without(DONE, "messages"),
        without(DONE, "latest"),
        without(DONE, "state"),
        without(DONE, "expires_at"),
        without(DONE, "ordered_at"),
        DONE.having(messages=[{"text": SMS["text"]}]),
        DONE.having(latest={"code": SMS["code"]}),
        ORDER.having(latest={"code": None}),
        ExpectedOrder({"id": "7"}),
    ],
)
def test_a_sound_order_breaks_nothing(order: ExpectedOrder) -> None:
    assert broken(order) == []


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        (DONE.having(state=WAITING), "status-shows-messages"),
        (ORDER.having(state=COMPLETED), "status-shows-messages"),
        (DONE._replace(heard=1), "status-shows-messages"),
        (DONE.having(latest={"text": "else"}), "latest-shown"),
        (DONE.having(latest={"code": None}), "latest-shown"),
        (ExpectedOrder({**DONE.facts, "latest": None}), "latest-shown"),
        (ORDER.having(latest={"text": "else"}), "latest-shown"),
        (DONE.having(messages=[{**SMS, "received_at": LIFETIME}]), "no-sms-after-end"),
        (DONE.having(messages=[{**SMS, "received_at": -1}]), "no-sms-after-end"),
        (DONE.having(messages=[{**SMS, "code": "99"}], latest={"code": "99"}), "code-in-text"),
        (ORDER.having(expires_at=LIFETIME - SECOND), "lifetime"),
    ],
)
def test_an_order_that_contradicts_itself_breaks_a_rule(order: ExpectedOrder, rule: str) -> None:
    assert broken(order) == [rule]


@pytest.mark.parametrize(
    ("state", "now", "rules"),
    [
        (WAITING, LIFETIME - 1, []),
        (WAITING, LIFETIME + 1, ["expires-on-time"]),
        (EXPIRED, LIFETIME - 1, ["expires-on-time"]),
        (EXPIRED, LIFETIME, []),
    ],
)
def test_an_order_is_over_when_its_time_is(state: str, now: int, rules: list[str]) -> None:
    assert broken(ORDER.having(state=state), (now, now)) == rules


@pytest.mark.parametrize(
    ("before", "shown", "rule"),
    [
        (ORDER, ORDER.having(phone="1556"), "order-keeps-facts"),
        (ORDER, ORDER.having(id="8"), "order-keeps-facts"),
        (ORDER, ORDER.having(service={"code": "ds", "name": "Dis"}), "order-keeps-facts"),
        (ORDER, ORDER.having(price=17), "price-stays"),
        (DONE, DONE.having(messages=[]), "messages-stay"),
        (ORDER, ORDER.having(expires_at=LIFETIME + SECOND), "times-stay"),
        (ORDER.having(state=EXPIRED), DONE.having(state=EXPIRED), "no-sms-after-end"),
        (ORDER, ORDER.having(state=REFUNDED), "status-follows"),
    ],
)
def test_an_order_that_changes_as_it_must_not_breaks_a_rule(
    before: ExpectedOrder, shown: ExpectedOrder, rule: str
) -> None:
    assert changed(before, shown) == [rule]


@pytest.mark.parametrize("name", ["phone", "price", "messages", "expires_at", "state", "service"])
def test_what_is_not_shown_has_not_changed(name: str) -> None:
    assert changed(DONE, without(DONE, name)) == []
    assert changed(without(DONE, name), DONE) == []


def test_an_order_that_lapses_is_refunded_by_itself() -> None:
    assert changed(ORDER, ORDER.having(state=REFUNDED), lapses=True) == []


def test_an_order_with_an_sms_does_not_lapse() -> None:
    assert changed(DONE, DONE.having(state=REFUNDED), lapses=True) == ["status-follows"]


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_stay(state: str) -> None:
    assert state in BY_ITSELF[state]


def test_what_is_remembered_goes_with_what_is_shown() -> None:
    shown = follow(DONE._replace(heard=1, renewed=True), {"state": WAITING})
    assert (shown.facts, shown.heard, shown.renewed) == ({"id": "7", "state": WAITING}, 1, True)


def test_what_is_not_shown_stays_known() -> None:
    assert learn(DONE, ExpectedOrder({"id": "7", "state": COMPLETED})) == DONE


def test_what_may_have_changed_unseen_is_not_known() -> None:
    known = learn(DONE, ExpectedOrder({"id": "7", "state": EXPIRED}))
    assert known == without(DONE, "messages", "latest").having(state=EXPIRED)


@pytest.mark.parametrize(("state", "known"), [(WAITING, ""), (EXPIRED, ""), (REFUNDED, REFUNDED)])
def test_the_last_state_only_stays_known(state: str, known: str) -> None:
    assert learn(ORDER.having(state=state), ExpectedOrder({"id": "7"})).state == known


@pytest.mark.parametrize(
    ("order", "received"),
    [
        (ORDER, 0),
        (DONE, 1),
        (without(DONE, "messages"), 1),
        (ExpectedOrder({"id": "7", "latest": None}), 0),
        (ExpectedOrder({"id": "7", "latest": {"code": None}}), None),
        (ExpectedOrder({"id": "7"}), None),
    ],
)
def test_an_order_says_how_many_sms_it_has_received_if_that_is_known(
    order: ExpectedOrder, received: int | None
) -> None:
    assert order.received == received
