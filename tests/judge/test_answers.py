from __future__ import annotations

from datetime import datetime
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from mockserver.contract import Confidence, Document, Operation, load, readings
from mockserver.judge.answers import GeneratedAnswer, answers, bodies, revealing
from mockserver.judge.shapes import scalar
from tests.least_order import LEAST_ORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.contract import Violation

OPERATIONS = [(document, name) for document in ("v3", "v2") for name in load(document).operations]
CHOICES = [(reading.name, value) for reading in readings().values() for value in reading.values]
FIND = settings(max_examples=500, database=None, deadline=None, phases=[Phase.generate, Phase.shrink])

V3 = load("v3")
ORDER = V3.operations["getOrder"]
USUAL = GeneratedAnswer(200, ORDER.answers[200].examples["success"].value)


@cache
def load_once(name: str) -> Document:
    return load(name)


@cache
def documents(reading: str, value: str) -> tuple[Document, Document]:
    return load("v3", {reading: value}), load("v2", {reading: value})


def usual(operation: Operation) -> GeneratedAnswer:
    status, answer = next(iter(operation.answers.items()))
    return GeneratedAnswer(status, next(iter(answer.examples.values())).value)


def broken(operation: Operation, document: Document, answer: GeneratedAnswer) -> list[Violation]:
    """How an answer breaks the contract, but for words that are not in an enumeration that is assumed."""
    found = operation.check_answer(answer.status, answer.body)
    return [
        each for each in found if each.rule != "enum" or document.provenance(each.pointer).level != Confidence.ASSUMED
    ]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_drawn_keeps_to_the_contract(name: str, operation: str, data: st.DataObject) -> None:
    document = load_once(name)
    described = document.operations[operation]
    near = data.draw(st.sampled_from([None, usual(described)]))
    assert broken(described, document, data.draw(answers(described, document, near))) == []


@pytest.mark.parametrize(("reading", "value"), CHOICES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_is_drawn_keeps_to_the_contract_as_a_reading_has_it(reading: str, value: str, data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(documents(reading, value)))
    operation = data.draw(st.sampled_from(list(document.operations.values())))
    assert broken(operation, document, data.draw(answers(operation, document, usual(operation)))) == []


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_what_tells_keeps_to_the_contract(name: str, operation: str) -> None:
    document = load_once(name)
    described = document.operations[operation]
    told = revealing(described, document, usual(described))
    assert [answer for answer in told if broken(described, document, answer)] == []


def item_of(answer: GeneratedAnswer) -> dict[str, Any]:
    """The last order of an answer; nothing if it has none."""
    body = answer.body.get("body")
    return body[-1] if body else {}


@pytest.mark.parametrize(
    ("field", "value", "least"),
    [
        ("sms", None, None),
        ("status", "expired", "completed"),
        ("status", "refilled", "a"),
        ("orderId", "20046875", "20046875"),
        ("orderId", "9223372036854775809", "9999999999999999999"),
        ("purchasePrice", -7, -1),
    ],
)
def test_an_answer_shrinks_to_the_least(field: str, value: object, least: object) -> None:
    [item] = USUAL.body["body"]
    strange = GeneratedAnswer(200, {"ok": True, "body": [item, {**item, field: value}]})
    tells = FAILURES[value]
    strategy = bodies(ORDER, V3, 200, strange).map(lambda body: GeneratedAnswer(200, body))
    found = find(strategy, lambda each: tells(item_of(each).get(field, "0")), settings=FIND, random=Random(1))  # noqa: S311
    assert found == (200, {"ok": True, "body": [{**LEAST_ORDER, field: least}]})


FAILURES: dict[object, Callable[[Any], bool]] = {
    None: lambda sms: sms is None,
    "expired": lambda status: status in ("completed", "expired"),
    "refilled": lambda status: status not in ("0", "waiting", "completed", "refunded", "expired"),
    "20046875": lambda order: order == "20046875",
    "9223372036854775809": lambda order: int(order) >= 2**63,
    -7: lambda price: int(price) < 0,
}
"""What a client fails at that fails at a value."""


@settings(max_examples=50, deadline=None)
@given(answer=answers(ORDER, V3, USUAL))
def test_times_are_on_days_that_there_are(answer: GeneratedAnswer) -> None:
    for name in ("orderedAtUTC", "expiredAtUTC"):
        datetime.strptime(item_of(answer).get(name, "2000-01-01 00:00:00"), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007


def test_a_text_that_contains_a_time_is_a_text() -> None:
    text = {"type": "string", "pattern": "^at .+$", "x-value": "at {order.ordered_at}", "x-time": "date"}
    assert scalar(text, V3).least.startswith("at ")


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_an_order_that_is_answered_can_be_asked_for(data: st.DataObject) -> None:
    order = V3.operations["orderNumber"]
    drawn: Any = data.draw(bodies(order, V3, 200, usual(order)))
    order_id = drawn["body"]["orderId"] if drawn["ok"] else "0"
    arguments = ORDER.read({"userId": "demo", "orderId": order_id}, [("apiKey", "demo-key")])
    assert ORDER.check_request(arguments) == ()


def test_no_word_is_made_up_where_the_words_are_documented() -> None:
    operation = V3.operations["getCryptomusTransaction"]
    currencies = {answer.body["body"]["currency"] for answer in told(operation) if "body" in answer.body}
    assert currencies == set(V3.schema("Currency")["enum"])


def told(operation: Operation) -> list[GeneratedAnswer]:
    return list(revealing(operation, V3, usual(operation)))


@pytest.mark.parametrize(
    "field",
    [
        {"sms": None},
        {"sms": ""},
        {"status": "a"},
        {"status": "expired"},
        {"orderId": "00"},
        {"orderId": "9007199254740993"},
        {"orderId": "9999999999999999999"},
        {"messages": []},
        {"unknown": None},
    ],
)
def test_what_tells_differs_from_the_usual_in_one_place(field: dict[str, Any]) -> None:
    [item] = USUAL.body["body"]
    assert GeneratedAnswer(200, {"ok": True, "body": [{**item, **field}]}) in told(ORDER)


@pytest.mark.parametrize("count", [0, 2])
def test_what_tells_has_more_and_fewer_items(count: int) -> None:
    assert GeneratedAnswer(200, {"ok": True, "body": USUAL.body["body"] * count}) in told(ORDER)


def test_what_tells_has_every_status_and_every_example() -> None:
    examples = [
        GeneratedAnswer(status, each.value)
        for status, answer in ORDER.answers.items()
        for each in answer.examples.values()
    ]
    assert [example for example in examples if example not in told(ORDER)] == []


def test_what_tells_begins_with_the_least() -> None:
    assert told(ORDER)[0] == GeneratedAnswer(200, {"ok": True, "body": []})
