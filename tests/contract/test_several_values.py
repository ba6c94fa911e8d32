"""Texts of several values, lists as texts, counts, and what stands there under a condition: written and read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.contract.arguments import Arguments
from mockserver.contract.binding import Binding
from mockserver.contract.example_values import make_up
from mockserver.contract.plan import Planner
from mockserver.contract.reader import Unread, read
from mockserver.contract.value_template import ValueTemplate
from mockserver.contract.vocabulary import Type, vocabulary
from mockserver.contract.writer import compiled

CARRIERS = [SimpleNamespace(name="any"), SimpleNamespace(name="att")]
OFFER = SimpleNamespace(price=16, stock=2, success_rate=0.925)
MESSAGES = [SimpleNamespace(text="Hi", received_at=1_747_440_001_000)]
ORDER = SimpleNamespace(state="waiting", ordered_at=1_747_440_000_000, messages=MESSAGES)

PLACES: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
    ({"type": "string", "x-each": "country.carriers as carrier", "x-separator": ",",
      "items": {"x-value": "carrier.name"}}, "any,att", {"country": {"carriers": [{"name": "any"}, {"name": "att"}]}}),
    ({"type": "integer", "x-count": "country.carriers"}, 2, {}),
    ({"type": "object", "x-when": "failure.offer as offer", "properties": {"cents": {"x-value": "offer.price"}}},
     {"cents": 16}, {"failure": {"offer": {"price": 16}}}),
    ({"type": "string", "x-value": "{failure.code}: {failure.text}"}, "A: b: c",
     {"failure": {"code": "A", "text": "b: c"}}),
    ({"type": "string", "x-value": "{quote.stock} for {quote.price} USD", "x-unit": "dollars"}, "2 for 0.16 USD",
     {"quote": {"stock": 2, "price": 16}}),
    ({"type": "string", "x-value": "{quote.success_rate} of {quote.stock}", "x-unit": "percent"}, "92.5% of 2",
     {"quote": {"success_rate": 0.925, "stock": 2}}),
    ({"type": "string", "x-value": "{quote.success_rate}%", "x-unit": "percent"}, "92.5%",
     {"quote": {"success_rate": 0.925}}),
    ({"type": "string", "x-value": "{order.state} on {order.ordered_at}", "x-time": "date", "x-words": "upper"},
     "WAITING on 2025-05-17", {"order": {"state": "waiting", "ordered_at": 1_747_440_000_000}}),
    ({"type": "object", "x-each": "order.messages as sms", "x-key": "sms.received_at", "x-time": "offset",
      "additionalProperties": {"x-value": "sms.text"}}, {"2025-05-17T00:00:01+00:00": "Hi"},
     {"order": {"messages": [{"received_at": 1_747_440_001_000, "text": "Hi"}]}}),
    ({"type": "object", "x-each": "order.messages as sms", "x-key": "sms.received_at", "x-time": "milliseconds",
      "additionalProperties": {"x-value": "sms.text"}}, {"1747440001000": "Hi"},
     {"order": {"messages": [{"received_at": 1_747_440_001_000, "text": "Hi"}]}}),
]  # fmt: skip

places = pytest.mark.parametrize(
    ("schema", "body", "facts"),
    PLACES,
    ids=[
        "separator",
        "count",
        "when",
        "text",
        "dollars",
        "percent",
        "percent sign",
        "time and words",
        "offset key",
        "milliseconds key",
    ],
)


def planned(schema: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return the plan of a schema, and what is wrong with it."""
    planner = Planner(vocabulary())
    names = {"country": Type("country"), "failure": Type("failure"), "quote": Type("offer"), "order": Type("order")}
    plan = planner.plan({"type": "object", "properties": {"it": schema}}, names)
    return plan, [fault.message for fault in planner.faults]


def written(schema: dict[str, Any], offer: object = OFFER) -> Any:
    """Return what is written for a schema."""
    plan, faults = planned(schema)
    assert not faults
    failure = SimpleNamespace(code="A", text="b: c", offer=offer)
    country = SimpleNamespace(carriers=CARRIERS)
    result = SimpleNamespace(country=country, failure=failure, quote=OFFER, order=ORDER, seed=0)
    return compiled(plan, make_up)(result)


@places
def test_it_is_written(schema: dict[str, Any], body: Any, facts: dict[str, Any]) -> None:
    assert written(schema) == {"it": body}


@places
def test_it_is_read(schema: dict[str, Any], body: Any, facts: dict[str, Any]) -> None:
    assert read(planned(schema)[0], {"it": body}) == (facts, ())


def test_a_value_under_a_condition_is_absent_without_it() -> None:
    assert written(PLACES[2][0], offer=None) == {}


def test_an_empty_text_is_a_list_of_nothing() -> None:
    assert read(planned(PLACES[0][0])[0], {"it": ""}) == ({"country": {"carriers": []}}, ())


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [(0, 5, "should be an array"), (1, "two", "should be a number"), (3, "A", 'should be a text such as "…: …"')],
)
def test_what_cannot_be_read_is_told(index: int, value: object, message: str) -> None:
    assert read(planned(PLACES[index][0])[0], {"it": value})[1] == (Unread(("body", "it"), message),)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "x-each": "country.carriers as carrier", "items": {"x-value": "carrier.name"}},
         "a text of several items needs an x-separator"),
        ({"x-count": "country.name"}, "country.name is text, not a list"),
        ({"x-when": "failure.offer as country", "x-value": "country.name"},
         "the name country is already in use here: choose another name"),
        ({"x-value": "country.name", "x-made-up": True},
         "the value has more than one source: x-value, x-made-up; keep one of them"),
        ({"x-value": "country.name", "oneOf": [{"x-value": "country.code"}]},
         "the value has more than one source: x-value, one of its alternatives; keep one of them"),
        ({"type": "object", "required": ["nam"], "properties": {"name": {"x-value": "country.name"}}},
         "nam is required but is not one of the properties, did you mean name?"),
        ({"x-value": "{country.code}{country.name}"},
         "{country.code}{country.name} needs fixed text between two values to separate them"),
        ({"x-value": "{quote.stock} for {quote.price}", "x-unit": "fraction"},
         ("{quote.stock} for {quote.price}: x-unit does not apply to integer, which has no unit; "
          "x-unit must be cents or dollars")),
        ({"x-each": "country.carriers as carrier", "x-key": "carrier.name", "x-time": "iso",
          "additionalProperties": {"const": 1}}, "x-time does not apply to text, which is not a time"),
        ({"type": "array", "x-each": "country.carriers as carrier", "x-words": "upper",
          "items": {"x-value": "carrier.name"}}, "x-words does not apply to x-each: write it beside an x-value"),
        ({"x-items": [{"x-value": "quote.price"}], "x-unit": "dollars"},
         "x-unit does not apply to x-items: write it beside an x-value"),
        ({"x-value": "No. {order.id}", "x-time": "iso"},
         "No. {order.id}: x-time does not apply to digits, which is not a time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(schema: dict[str, Any], message: str) -> None:
    assert planned(schema)[1] == [message]


def binding(place: dict[str, Any], purpose: str = "toggle_favourite") -> Binding:
    """Return where the arguments of an operation stand that has them in the field `pair` of its body."""
    purposes = {purpose: vocabulary().purposes[purpose]}
    return Binding(purposes, [], {"properties": {"pair": place}}, vocabulary(), object())


PAIR = binding({"type": "string", "x-argument": "{country}-{service}", "x-refusal": "UNKNOWN_COUNTRY"})


def test_a_text_of_several_arguments_is_written() -> None:
    values = {"country": "12", "service": "ds"}
    assert PAIR.write("toggle_favourite", values) == Arguments({}, {}, {"pair": "12-ds"})


def test_a_text_of_several_arguments_is_read() -> None:
    values = {"country": "12", "service": "ds-x"}
    assert PAIR.read(Arguments({}, {}, {"pair": "12-ds-x"}), "toggle_favourite") == (values, ())


AMOUNT = binding({"type": "string", "x-argument": "{amount} USD for {coupon}", "x-unit": "dollars"}, "invoice")
AMOUNT_ARGUMENTS = ({"amount": 1605, "coupon": "A"}, Arguments({}, {}, {"pair": "16.05 USD for A"}))


def test_a_unit_applies_to_the_argument_that_it_suits() -> None:
    values, written = AMOUNT_ARGUMENTS
    assert AMOUNT.write("invoice", values) == written


def test_an_argument_in_a_text_is_read_by_its_unit() -> None:
    values, written = AMOUNT_ARGUMENTS
    assert AMOUNT.read(written, "invoice") == (values, ())


def test_a_unit_that_suits_no_argument_of_a_text_is_refused() -> None:
    [fault] = binding({"x-argument": "{country}-{service}", "x-unit": "dollars"}).faults
    assert (fault.keyword, fault.message) == (
        "x-unit", "{country}-{service}: x-unit does not apply to text, which has no unit",
    )  # fmt: skip


def test_an_unknown_argument_of_a_text_is_told_without_its_unit() -> None:
    faults = binding({"x-argument": "{amont} USD", "x-unit": "dollars"}, "invoice").faults
    assert [fault.message for fault in faults] == ["invoice has no argument amont, did you mean amount?"]


@pytest.mark.parametrize(("body", "message"), [({"pair": "12"}, 'should be a text such as "…-…"'), ({}, "is required")])
def test_a_text_without_all_arguments_is_told_once(body: dict[str, str], message: str) -> None:
    assert PAIR.read(Arguments({}, {}, body), "toggle_favourite")[1] == (Unread(("body", "pair"), message),)


def test_a_value_that_does_not_fit_has_a_reason_of_its_own() -> None:
    assert PAIR.refusal([("body", "pair")]) == "UNKNOWN_COUNTRY"


@pytest.mark.parametrize("broken", [[], [("body", "other")], [("body", "pair"), ("body", "other")]])
def test_other_wrong_values_have_no_reason_of_their_own(broken: list[tuple[str, str]]) -> None:
    assert PAIR.refusal(broken) == ""


def test_a_reason_that_the_operation_has_not_is_refused() -> None:
    [fault] = binding({"x-argument": "{country}-{service}", "x-refusal": "UNKNOWN_CONTRY"}).faults
    assert fault.message == "UNKNOWN_CONTRY is not a refusal reason of the operation, did you mean UNKNOWN_COUNTRY?"


def test_a_template_is_written_as_it_was_read() -> None:
    assert str(ValueTemplate.parse("<{a.b}-{c}>")) == "<{a.b}-{c}>"
