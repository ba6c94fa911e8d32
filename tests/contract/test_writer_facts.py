"""What is read from what was written is what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import contract
from mockserver.contract.example_values import make_up
from mockserver.contract.plan import Planner
from mockserver.contract.pointer import ABSENT
from mockserver.contract.reader import read
from mockserver.contract.writer import compiled
from tests.contract.drawing import WORDS, annotated, results, told

if TYPE_CHECKING:
    from mockserver.contract import Operation
    from tests.contract.drawing import Schema

OPERATIONS = [operation for document in contract().documents.values() for operation in document.operations.values()]


def differences(node: Any, written: Any, facts: Any) -> list[tuple[str, object, object]]:
    """The values that were read otherwise than they were written."""
    return [each for each in told(node, written, facts) if each[1] != each[2]]


def results_of(operation: Operation) -> st.SearchStrategy[Any]:
    purposes = {name: WORDS.purposes[name] for name in operation.purposes}
    return results(WORDS.names_of(purposes), operation.purposes)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_an_answer_of_the_service_is_read_as_it_was_written(operation: Operation, data: st.DataObject) -> None:
    result = data.draw(results_of(operation))
    body = json.loads(json.dumps(operation.writer(make_up)(result)))
    reading = operation.read_answer(operation.status, body)
    assert (reading.granted, reading.unread) == (True, ())
    assert differences(operation.plan, result, reading.facts) == []


@given(drawn=annotated(), data=st.data())
@settings(deadline=None, max_examples=500)
def test_whatever_the_annotations_what_was_written_is_read(drawn: tuple[str, Schema], data: st.DataObject) -> None:
    purpose, schema = drawn
    names = WORDS.names_of({purpose: WORDS.purposes[purpose]})
    planner = Planner(WORDS, (purpose,))
    plan = planner.plan(schema, names)
    assert plan is not None
    assert planner.faults == []
    result = data.draw(results(names, (purpose,)))
    body = compiled(plan, make_up)(result)
    assert body is not ABSENT
    facts, unread = read(plan, json.loads(json.dumps(body)), ("account",))
    assert unread == ()
    assert differences(plan, result, facts) == []


# Reading is tolerant

Json = dict[str, Any]


def facts_of(schema: Json, body: object, purpose: str = "look") -> tuple[Json, list[str]]:
    """What is read of a body, and what cannot be."""
    planner = Planner(WORDS, (purpose,))
    plan = planner.plan(schema, WORDS.names_of({purpose: WORDS.purposes[purpose]}))
    assert planner.faults == []
    facts, unread = read(plan, body)
    return facts, [*map(str, unread)]


def fields(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


ORDER = fields(
    id={"type": "string", "x-value": "order.id"},
    cost={"type": "integer", "x-value": "order.price"},
    text={"type": ["string", "null"], "x-value": "order.latest.text"},
    code={"type": ["string", "null"], "x-value": "order.latest.code"},
    state={"type": "string", "x-value": "order.state"},
)


@pytest.mark.parametrize(
    ("body", "order", "unread"),
    [
        ({"id": "1", "cost": 16}, {"id": "1", "price": 16}, []),
        ({"id": "1", "more": [1]}, {"id": "1"}, []),
        ({"id": "1", "cost": "much"}, {"id": "1"}, ["body.cost should be a number"]),
        ({"id": None, "cost": 16}, {"price": 16}, ["body.id is null"]),
        ({"state": "lost"}, None, ['body.state should be "waiting", "completed", "refunded" or "expired"']),
        ({"text": None, "code": None}, {"latest": None}, []),
        ({"text": "Hi", "code": None}, {"latest": {"text": "Hi", "code": None}}, []),
        ([], None, ["body should be an object"]),
        ("no", None, ["body should be an object"]),
    ],
)
def test_what_can_be_read_is_read_and_the_rest_is_named(body: object, order: object, unread: list[str]) -> None:
    facts, found = facts_of(ORDER, body)
    assert (facts.get("order"), found) == (order, unread)


def test_a_wrong_item_is_named_by_its_place() -> None:
    schema = {"type": "array", "x-each": "orders as order", "items": ORDER}
    facts, unread = facts_of(schema, [{"id": "1"}, 5, {"id": [], "cost": 3}], "inventory")
    assert facts == {"orders": [{"id": "1"}, {}, {"price": 3}]}
    assert unread == ["body[1] should be an object", "body[2].id should be text"]


def test_a_list_that_stands_in_columns_is_read_as_one() -> None:
    columns = {
        name: {"type": "array", "x-each": f"orders as {name}", "items": {"x-value": f"{name}.{part}"}}
        for name, part in (("ids", "id"), ("states", "state"))
    }
    facts, unread = facts_of(fields(**columns), {"ids": ["1", "2"], "states": ["waiting", "expired"]}, "inventory")
    assert (facts, unread) == ({"orders": [{"id": "1", "state": "waiting"}, {"id": "2", "state": "expired"}]}, [])


def test_a_record_that_stands_in_several_places_is_read_as_one() -> None:
    schema = fields(
        where={"type": "string", "x-value": "order.country.code"},
        items={"type": "array", "x-each": "order", "items": fields(land={"x-value": "order.country.name"})},
    )
    facts, _ = facts_of(schema, {"where": "12", "items": [{"land": "United States"}]})
    assert facts == {"order": {"country": {"code": "12", "name": "United States"}}}


def test_what_an_item_says_of_something_else_is_read() -> None:
    item = fields(to={"type": "string", "x-value": "wallet.address"}, id={"type": "string", "x-value": "payment.id"})
    facts, _ = facts_of(
        {"type": "array", "x-each": "payment", "items": item}, [{"to": "0x1", "id": "p"}], "transaction"
    )
    assert facts == {"wallet": {"address": "0x1"}, "payment": {"id": "p"}}


def test_a_condition_that_is_met_is_known() -> None:
    schema = fields(open={"x-when": "order.refundable", "const": "yes"})
    assert facts_of(schema, {"open": "yes"})[0] == {"order": {"refundable": True}}


def test_of_several_shapes_the_nearest_is_read() -> None:
    schema = {
        "oneOf": [
            {**fields(kind={"const": "a"}, it={"x-value": "order.id"}), "x-when": "order.refundable"},
            fields(kind={"const": "b"}, it={"x-value": "order.phone"}),
        ]
    }
    assert facts_of(schema, {"kind": "b", "it": "123"})[0] == {"order": {"phone": "123"}}


def test_made_up_values_tell_nothing() -> None:
    assert facts_of(fields(x={"type": "string", "x-made-up": True}), {"x": "y"}) == ({}, [])
