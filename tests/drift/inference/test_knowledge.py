"""The facts about records, by time."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.drift.inference.knowledge import UNKNOWN, Entity, Knowledge, entity, fields_of
from mockserver.drift.inference.order_states import UNEXPLAINED
from tests.drift.inference.evidence import account, order, payment

DEMO, ORDER = account("demo"), order("7")
OFFER = Entity("offer", "", ("12", "ds", "any"))


def known(whose: Entity, field: str, *values: tuple[int, Any]) -> Knowledge:
    """A fact by the times at which it was seen."""
    knowledge = Knowledge()
    for at, value in values:
        knowledge.learn(whose, field, value, at)
    return knowledge


BALANCES = known(DEMO, "balance", (10, 100), (30, 84), (20, 90))


@pytest.mark.parametrize(("at", "seen"), [(9, None), (10, (10, 100)), (25, (20, 90)), (99, (30, 84))])
def test_the_last_value_is_that_up_to_a_time(at: int, seen: tuple[int, int] | None) -> None:
    assert BALANCES.last(DEMO, "balance", at) == seen


@pytest.mark.parametrize(("at", "value"), [(0, 100), (10, 100), (11, 90), (31, None)])
def test_the_next_value_is_that_from_a_time_on(at: int, value: int | None) -> None:
    assert BALANCES.next(DEMO, "balance", at) == value


@pytest.mark.parametrize(("at", "values"), [(5, [100]), (10, [100, 90]), (25, [90, 84]), (40, [84])])
def test_a_value_that_changes_may_be_that_before_or_after(at: int, values: list[int]) -> None:
    assert BALANCES.values(DEMO, "balance", at) == values


def test_other_records_and_fields_are_unknown() -> None:
    found = BALANCES.last(account("other"), "balance", 99), BALANCES.next(DEMO, "charges", 0)
    assert (*found, BALANCES.values(account("other"), "balance", 99)) == (None, None, [])


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_no_value(value: Any) -> None:
    assert not known(DEMO, "balance", (10, value)).domain("account.balance")


def test_a_value_is_new_for_its_field_once() -> None:
    knowledge = Knowledge()
    assert [knowledge.learn(order(number), "price", 16, 5) for number in ("1", "2")] == [True, False]


def test_what_may_have_changed_is_unknown_until_it_is_seen_again() -> None:
    knowledge = known(ORDER, "expires_at", (10, 1000), (20, UNKNOWN), (30, 2000))
    assert [knowledge.last(ORDER, "expires_at", at) for at in (15, 20, 25, 30)] == [
        (10, 1000), None, None, (30, 2000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "values"),
    [(15, []), (20, [2000]), (25, []), (30, [2000])],
    ids=["before", "the call", "after", "seen again"],
)
def test_a_call_that_changes_a_value_shows_the_one_after_it(at: int, values: list[int]) -> None:
    knowledge = known(ORDER, "expires_at", (10, 1000), (20, UNKNOWN), (30, 2000))
    assert knowledge.values(ORDER, "expires_at", at) == values


def test_the_next_value_is_never_unknown() -> None:
    assert known(ORDER, "expires_at", (20, UNKNOWN), (30, 2000)).next(ORDER, "expires_at", 15) == 2000


@pytest.mark.parametrize(
    "values",
    [
        [(20, UNKNOWN), (20, 2000)],
        [(20, 2000), (20, UNKNOWN)],
        [(20, UNKNOWN), (20, 2000), (20, UNKNOWN)],
        [(20, 2000), (20, UNKNOWN), (20, 2000)],
    ],
)
def test_what_is_seen_at_the_time_of_a_change_may_be_the_value_before_it(values: list[tuple[int, Any]]) -> None:
    knowledge = known(ORDER, "expires_at", (10, 1000), *values)
    assert knowledge.last(ORDER, "expires_at", 25) is None
    assert knowledge.values(ORDER, "expires_at", 20) == []


@pytest.fixture
def again() -> Knowledge:
    """An order whose id is issued at 10, and again at 30."""
    knowledge = known(ORDER, "price", (10, 16), (30, 20))
    knowledge.issue(ORDER, 10)
    knowledge.issue(ORDER, 30)
    knowledge.issue(ORDER, 30)
    return knowledge


def test_the_record_that_exists_began_when_its_key_was_last_issued(again: Knowledge) -> None:
    assert [again.since(ORDER, at) for at in (5, 10, 29, 30)] == [0, 10, 10, 30]


def test_a_record_is_issued_once_at_a_time(again: Knowledge) -> None:
    assert list(again.issues("order")) == [(ORDER, 10), (ORDER, 30)]
    assert not [*again.issues("payment")]


def test_facts_of_an_order_belong_to_no_other_with_its_id(again: Knowledge) -> None:
    assert [again.values(ORDER, "price", at) for at in (5, 20, 30)] == [[], [16], [20]]
    assert [again.first(ORDER, "price", at) for at in (20, 30)] == [16, 20]
    assert again.next(ORDER, "price", 15) is None


def test_the_last_fact_of_an_older_order_is_none_of_the_new_one() -> None:
    knowledge = known(ORDER, "state", (10, "waiting"))
    knowledge.issue(ORDER, 30)
    assert [knowledge.last(ORDER, "state", at) for at in (29, 30)] == [(10, "waiting"), None]


def test_a_constant_fact_holds_before_it_is_seen() -> None:
    assert known(ORDER, "price", (30, 16)).values(ORDER, "price", 10) == [16]


def test_contradictory_constants_are_all_possible() -> None:
    assert known(ORDER, "price", (10, 16), (20, 17), (30, 16)).values(ORDER, "price", 10) == [16, 17]


@pytest.mark.parametrize(
    ("touched", "values"), [([15], []), ([20], ["waiting"]), ([5], ["waiting"]), ([], ["waiting"])]
)
def test_a_state_is_unknown_after_an_unknown_call_that_names_the_order(touched: list[int], values: list[str]) -> None:
    knowledge = known(ORDER, "state", (10, "waiting"))
    knowledge.touched = {"7": touched}
    assert knowledge.values(ORDER, "state", 20) == values


def test_unknown_calls_that_name_another_order_change_nothing() -> None:
    knowledge = known(ORDER, "state", (10, "waiting"))
    knowledge.touched = {"8": [15]}
    assert knowledge.values(ORDER, "state", 20) == ["waiting"]


def test_unknown_calls_do_not_change_constants() -> None:
    knowledge = known(ORDER, "price", (10, 16))
    knowledge.touched = {"7": [15]}
    assert knowledge.values(ORDER, "price", 20) == [16]


@pytest.mark.parametrize(("at", "left"), [(4, None), (5, 3), (7, 2), (8, 1), (20, 9)])
def test_the_orders_since_are_taken_from_the_stock(at: int, left: int | None) -> None:
    knowledge = known(OFFER, "stock", (5, 3), (20, 9))
    for when in (4, 7, 8):
        knowledge.happen(OFFER, "order", when)
    assert knowledge.left(OFFER, at) == left


def test_a_stock_that_is_no_number_is_unknown() -> None:
    assert known(OFFER, "stock", (5, "many")).left(OFFER, 6) is None


def test_events_are_those_of_the_order_that_exists(again: Knowledge) -> None:
    for event, at in (("order", 10), ("refund", 20), ("refund", 20), ("order", 30)):
        again.happen(ORDER, event, at)
    assert [again.events(ORDER, at) for at in (15, 29, 30)] == [["order"], ["order", "refund"], ["order"]]


def test_an_unexplained_call_may_be_an_event(again: Knowledge) -> None:
    again.unexplained = [20]
    assert [again.events(ORDER, at) for at in (19, 20, 30)] == [[], [UNEXPLAINED], []]


def test_a_supposed_fact_is_the_last_value_if_none_is_known() -> None:
    knowledge = Knowledge()
    knowledge.suppose(ORDER, "price", 16, 5)
    assert (knowledge.last(ORDER, "price", 9), knowledge.values(ORDER, "price", 9)) == ((5, 16), [])
    knowledge.learn(ORDER, "price", 20, 6)
    assert knowledge.last(ORDER, "price", 9) == (6, 20)


def test_a_record_teaches_the_records_in_it() -> None:
    knowledge = Knowledge()
    facts = {"id": "7", "price": 16, "country": {"code": "12", "name": "United States"}}
    knowledge.learn_record("order", "demo", facts, 5, {"carrier": "any"})
    assert knowledge.values(ORDER, "carrier", 5) == ["any"]
    assert knowledge.values(entity("country", "demo", ("12",)), "name", 5) == ["United States"]


def test_a_fact_of_a_record_in_a_record_follows_from_its_key() -> None:
    knowledge = known(ORDER, "country.code", (5, "12"))
    knowledge.learn(Entity("country", "", ("12",)), "name", "United States", 6)
    assert knowledge.values(ORDER, "country.name", 5) == ["United States"]


def test_a_record_without_a_key_shows_only_the_values_of_its_fields() -> None:
    knowledge = Knowledge()
    knowledge.learn_record("order", "demo", {"price": 16}, 5, {})
    assert (set(knowledge.domain("order.price")), list(knowledge.entities("order"))) == ({16}, [])


def test_a_payment_is_known_by_its_page() -> None:
    knowledge = Knowledge()
    knowledge.learn_record("payment", "demo", {"page": "cs_test_1", "amount": 500}, 5, {})
    whose = knowledge.pages["cs_test_1"]
    assert whose == payment("page cs_test_1")
    assert (knowledge.values(whose, "amount", 5), knowledge.values(whose, "id", 5)) == ([500], [])


@pytest.mark.parametrize(
    ("record", "flat", "key"),
    [
        ("order", {"id": 7}, ("7",)),
        ("order", {"id": ""}, None),
        ("order", {}, None),
        ("offer", {"country.code": "12", "service.code": "ds", "carrier": "any"}, ("12", "ds", "any")),
        ("offer", {"country.code": "12", "service.code": "ds"}, None),
        ("payment", {"id": "1", "page": "p"}, ("1",)),
        ("wallet", {"address": "0x"}, None),
        ("message", {"text": "1"}, None),
    ],
)
def test_a_key_is_complete_or_none(record: str, flat: dict[str, Any], key: tuple[str, ...] | None) -> None:
    assert Knowledge().key_of(record, flat) == key


@pytest.mark.parametrize(
    ("record", "owner"), [("account", "demo"), ("favourite", "demo"), ("order", ""), ("offer", "")]
)
def test_accounts_and_favourites_belong_to_an_account(record: str, owner: str) -> None:
    assert entity(record, "demo", ("1",)).account == owner


def test_the_fields_of_a_record_are_those_of_the_records_in_it_too() -> None:
    assert fields_of("order").keys() >= {"id", "price", "country.code", "country.name"}
