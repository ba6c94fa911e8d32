"""The reasons for which a request can have been refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract import vocabulary
from mockserver.drift.inference.call_facts import CallFacts
from mockserver.drift.inference.knowledge import SMS, Entity, Knowledge
from mockserver.drift.inference.refusal_reasons import (
    Form,
    GrantedRequests,
    forms,
    granted_requests,
    is_shown,
    possible,
)
from mockserver.drift.inference.service_clock import ServiceClock
from tests.drift.inference.evidence import account, call, order, request

if TYPE_CHECKING:
    from mockserver.traffic.calls import Call

OFFER: dict[str, Any] = {"country": "12", "service": "ds", "carrier": "any"}
WHOLE = {"a": "12-ds", "b": 16}


def granted(*calls: Call, knowledge: Knowledge | None = None) -> GrantedRequests:
    """What calls have shown, all of one operation."""
    known = knowledge or Knowledge()
    return granted_requests([calls] if calls else [], CallFacts(known, ""), ServiceClock(known))


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([{"a": "92%"}, {"a": "5%"}], {("body", "a"): Form({"string"}, "^[0-9]+%$")}),
        ([{"a": "any"}, {"a": "tmobile"}], {("body", "a"): Form({"string"}, "")}),
        ([{"a": 1}, {"a": "1"}], {("body", "a"): Form({"integer", "string"}, "^[0-9]+$")}),
        ([{"a": {"b": 1}}, {"a": {"b": 2}}], {("body", "a", "b"): Form({"integer"}, "")}),
        ([{"a": 1}, {"b": 1}], {}),
        ([{"a": 1}], {}),
        ([[1], [2]], {}),
        ([], {}),
    ],
)
def test_the_form_of_the_values_that_all_bodies_have(bodies: list[Any], expected: dict[Any, Form]) -> None:
    assert forms([request(body) for body in bodies]) == expected


def test_the_values_of_queries_have_no_form() -> None:
    assert forms([request(url=f"http://service.test/v3/x?a={number}") for number in (1, 2)]) == {}


@pytest.mark.parametrize(
    ("form", "value", "has"),
    [
        (Form({"string"}, "^[0-9]+$"), "12", True),
        (Form({"string"}, "^[0-9]+$"), "twelve", False),
        (Form({"string"}, "^[0-9]+$"), 12, False),
        (Form({"string", "integer"}, "^[0-9]+$"), 12, True),
        (Form({"string"}, ""), "anything", True),
        (Form({"integer"}, ""), True, False),
        (Form({"integer"}, ""), None, False),
        (Form({"string"}, "^[0-9]+$"), "12\n", False),
    ],
)
def test_a_value_has_a_form_by_its_type_and_its_pattern(form: Form, value: Any, has: bool) -> None:
    assert form.has(value) is has


@pytest.mark.parametrize(
    ("sent", "is_malformed"),
    [
        (WHOLE, False),
        ({**WHOLE, "c": 1}, False),
        ({"a": "12-ds"}, True),
        ({**WHOLE, "a": "12"}, True),
        ({**WHOLE, "b": "16"}, True),
        (None, True),
    ],
)
def test_a_request_is_malformed_if_its_body_is_written_otherwise(sent: Any, is_malformed: bool) -> None:
    usual = granted(*(call("look", order="7", sent=WHOLE) for _ in range(2)))
    assert usual.is_malformed(call("look", order="7", sent=sent)) is is_malformed


def test_a_single_granted_request_shows_no_form() -> None:
    usual = granted(call("look", order="7", sent=WHOLE))
    assert not usual.is_malformed(call("look", order="7", sent={}))


def test_a_request_without_a_required_argument_is_malformed() -> None:
    assert granted().is_malformed(call("look"))


@pytest.mark.parametrize(("purpose", "is_malformed"), [("look", True), ("", False)])
def test_a_request_without_a_purpose_is_malformed_if_its_operation_is_known(purpose: str, is_malformed: bool) -> None:
    assert granted().is_malformed(call(purpose, order="7")._replace(purpose="")) is is_malformed


@pytest.mark.parametrize(
    ("arguments", "has"),
    [
        (OFFER, True),
        ({**OFFER, "carrier": "tmobile"}, False),
        ({**OFFER, "country": "16"}, False),
        ({"country": "16"}, True),
        ({"carrier": "tmobile"}, True),
        ({}, True),
    ],
)
def test_a_carrier_belongs_to_a_country_if_a_granted_call_names_both(arguments: dict[str, Any], has: bool) -> None:
    calls = call("order", **OFFER), call("order", **{**OFFER, "country": "5", "carrier": "tmobile"})
    assert granted(*calls).has_carrier(call("order", **arguments)) is has


@pytest.mark.parametrize(
    ("user", "has"), [("demo", True), ("other", False), ("", True)], ids=["own", "of another", "of nobody known"]
)
def test_an_order_belongs_to_the_account_of_the_call(user: str, has: bool) -> None:
    assert granted(call("look", order="7")).has("order", "7", (), user) is has


def test_names_in_responses_are_known() -> None:
    assert granted().has("country", "16", ["16"], "demo")


NAMED: dict[str, Any] = {"order": "7"}
LOOKED = (call("look", order="7"), call("another", order="7"), call("refund", order="7"))


@pytest.mark.parametrize(
    ("refused", "status", "reasons"),
    [
        pytest.param(call("look", **NAMED), 401, {"UNAUTHORIZED"}, id="standard"),
        pytest.param(call("look", **NAMED), 403, {"FORBIDDEN", "ORDER_NOT_FOUND"}, id="shared"),
        pytest.param(call("look", **NAMED), 500, {"INTERNAL_ERROR", "ORDER_NOT_FOUND"}, id="internal"),
        pytest.param(call(), 404, {"NOT_FOUND"}, id="unknown path"),
        pytest.param(call(), 400, set(vocabulary().reasons), id="unknown operation"),
        pytest.param(call("look")._replace(purpose=""), 400, {"INVALID_REQUEST"}, id="no purpose"),
        pytest.param(call("look", order="8"), 404, {"ORDER_NOT_FOUND"}, id="unknown order"),
        pytest.param(call("look"), 400, {"INVALID_REQUEST"}, id="no order"),
        pytest.param(call("refund", **NAMED), 400, {"REFUND_NOT_ALLOWED"}, id="the only other reason"),
        pytest.param(call("refund", **NAMED), 503, {"REFUND_NOT_ALLOWED", "UNAVAILABLE"}, id="unavailable"),
        pytest.param(call("look", **NAMED), 400, set(vocabulary().reasons), id="no reason left"),
    ],
)
def test_the_reasons_of_a_refusal_by_its_status_and_names(refused: Call, status: int, reasons: set[str]) -> None:
    assert possible(refused, status, Knowledge(), granted(*LOOKED)) == reasons


def test_an_unknown_name_in_a_malformed_request_is_only_one_of_the_reasons() -> None:
    usual = granted(*(call("look", order="7", sent=WHOLE) for _ in range(2)))
    assert possible(call("look", order="8", sent={}), 400, Knowledge(), usual) == {"INVALID_REQUEST", "ORDER_NOT_FOUND"}


def reasons(refused: Call, knowledge: Knowledge) -> set[str]:
    """The possible reasons if the names of a call are known."""
    return possible(refused, 400, knowledge, granted(refused))


@pytest.mark.parametrize(
    ("balance", "price", "is_possible", "shown"),
    [
        (10, 16, True, True),
        (16, 16, False, False),
        (100, 16, False, False),
        (None, 16, True, False),
        (10, None, True, False),
    ],
)
def test_a_short_balance_is_a_reason(balance: int | None, price: int | None, is_possible: bool, shown: bool) -> None:
    knowledge = Knowledge()
    knowledge.learn(account("demo"), "balance", balance, 5)
    knowledge.learn(Entity("offer", "", ("12", "ds", "any")), "price", price, 5)
    refused = call("order", 10, **OFFER)
    assert ("INSUFFICIENT_BALANCE" in reasons(refused, knowledge)) is is_possible
    assert is_shown("INSUFFICIENT_BALANCE", refused, {}, knowledge, ServiceClock(knowledge)) is shown


def test_whether_a_balance_that_changes_around_a_call_was_short_is_unknown() -> None:
    knowledge = Knowledge()
    knowledge.learn(account("demo"), "balance", 10, 5)
    knowledge.learn(account("demo"), "balance", 100, 15)
    knowledge.learn(order("7"), "price", 16, 5)
    refused = call("another", 10, **NAMED)
    assert "INSUFFICIENT_BALANCE" in reasons(refused, knowledge)
    assert not is_shown("INSUFFICIENT_BALANCE", refused, {}, knowledge, ServiceClock(knowledge))


@pytest.mark.parametrize(
    ("at", "is_possible"), [(5, False), (15, True)], ids=["an SMS before the call", "an SMS after the call"]
)
def test_another_sms_is_refused_before_the_first_one(at: int, is_possible: bool) -> None:
    knowledge = Knowledge()
    knowledge.happen(order("7"), SMS, at)
    assert ("SMS_NOT_RECEIVED" in reasons(call("another", 10, **NAMED), knowledge)) is is_possible


@pytest.mark.parametrize(
    ("ends", "is_possible", "shown"), [(900, True, True), (1500, True, False), (2500, False, False)]
)
def test_an_order_that_has_ended_is_a_reason(ends: int, is_possible: bool, shown: bool) -> None:
    knowledge = Knowledge()
    for number, at, ordered in (("1", 5, 1000), ("2", 20, 2000)):
        knowledge.issue(order(number), at)
        knowledge.learn(order(number), "ordered_at", ordered, at)
    knowledge.learn(order("7"), "expires_at", ends, 1)
    refused = call("another", 10, **NAMED)
    found = possible(refused, 400, knowledge, granted(refused, knowledge=knowledge))
    assert ("ORDER_EXPIRED" in found) is is_possible
    assert is_shown("ORDER_EXPIRED", refused, {}, knowledge, ServiceClock(knowledge)) is shown


@pytest.mark.parametrize(
    ("arguments", "is_possible"), [({}, False), ({"maximum": 0}, True), ({"m": "x"}, True), ({"m": ""}, False)]
)
def test_a_price_can_have_changed_if_the_request_limits_it(arguments: dict[str, Any], is_possible: bool) -> None:
    refused = call("order", **OFFER, **arguments)
    assert ("PRICE_CHANGED" in reasons(refused, Knowledge())) is is_possible


@pytest.mark.parametrize(("coupon", "reasons"), [("SPRING", {"INVALID_COUPON"}), ("", set()), (None, set())])
def test_a_coupon_can_be_invalid_if_there_is_one(coupon: str | None, reasons: set[str]) -> None:
    refused = call("invoice", amount=500, coupon=coupon)
    assert possible(refused, 503, Knowledge(), granted(refused)) == {*reasons, "UNAVAILABLE"}


def test_a_carrier_of_another_country_is_unknown() -> None:
    usual = granted(call("order", **OFFER), call("order", country="16", service="ds", carrier="tmobile"))
    refused = call("order", country="12", service="ds", carrier="tmobile")
    assert "UNKNOWN_CARRIER" in possible(refused, 400, Knowledge(), usual)
    assert "UNKNOWN_CARRIER" not in possible(call("order", **OFFER), 400, Knowledge(), usual)


@pytest.mark.parametrize(
    ("body", "shown"),
    [({"now": 16}, True), ({"offers": [{"price": "0.16"}]}, True), ({"now": 17}, False), ({"now": True}, False)],
)
def test_a_price_has_changed_if_the_body_has_the_new_one(body: Any, shown: bool) -> None:
    knowledge = Knowledge()
    knowledge.learn(Entity("offer", "", ("12", "ds", "any")), "price", 16, 5)
    refused = call("order", 10, **OFFER)
    assert is_shown("PRICE_CHANGED", refused, body, knowledge, ServiceClock(knowledge)) is shown


@pytest.mark.parametrize(("stock", "orders", "shown"), [(0, 0, True), (1, 1, True), (1, 0, False), (None, 1, False)])
def test_no_numbers_are_left_if_the_orders_since_have_taken_the_stock(
    stock: int | None, orders: int, shown: bool
) -> None:
    knowledge, offer = Knowledge(), Entity("offer", "", ("12", "ds", "any"))
    knowledge.learn(offer, "stock", stock, 5)
    for number in range(orders):
        knowledge.happen(offer, "order", 6 + number)
    assert is_shown("NO_NUMBERS", call("order", 10, **OFFER), {}, knowledge, ServiceClock(knowledge)) is shown


def test_nothing_shows_other_reasons() -> None:
    assert not is_shown("REFUND_NOT_ALLOWED", call("refund", **NAMED), {}, Knowledge(), ServiceClock(Knowledge()))
