"""What is wrong with the annotations of answers: each with its line, its column and what may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract.plan import Constant, Leaf, Object, leaves
from tests.contract.conftest import placed

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.mark import ParameterSet

    from mockserver.contract import Document

COST = "cost: {type: number, x-value: order.price, x-unit: dollars}"
SMS = "sms: {type: string, x-value: order.latest.text}"
STATE = "state: {$ref: '#/components/schemas/State', x-value: order.state}"
UNTIL = "until: {type: string, x-value: order.expires_at, x-time: iso}"
ORDERS = "x-each: orders as order\n                items: {$ref: '#/components/schemas/Order'}"
PARTS = "id, country, service, carrier, phone, price, state, ordered_at, expires_at, messages, latest, refundable"


def case(old: str, new: str, at: str, message: str, *more: str) -> ParameterSet:
    """A replacement, the piece of it at which something is told, and what; then further pieces and messages."""
    pairs = [(at, message), *zip(more[::2], more[1::2], strict=True)]
    return pytest.param(old, new, pairs, id=new.partition("\n")[0])


NAMES = [
    case(SMS, "sms: {type: string, x-value: odrer.id}", "x-value",
         "odrer is not known here, did you mean order?; there are account, operation, order",
         "x-value", "odrer is not known here, did you mean order?; there are account, operation, orders, order"),
    case(COST, "cost: {type: number, x-value: order.prize}", "x-value",
         "order.prize: order has no field prize, did you mean price?"),
    case(COST, "cost: {type: number, x-value: order.zip}", "x-value",
         f"order.zip: order has no field zip; there are {PARTS}"),
    case(COST, "cost: {type: number, x-value: order.price.cents}", "x-value",
         "order.price.cents: money has no field cents"),
    case(COST, "cost: {type: number, x-value: order}", "x-value",
         "order is not a single value: name a field of it, or use x-each"),
    case(COST, "cost: {type: array, x-value: order.messages}", "x-value",
         "list of message is not a single value: name a field of it, or use x-each"),
    case("x-each: orders as", "x-each: order as", "x-each",
         "order is not known here, did you mean orders?; there are account, operation, orders"),
    case(SMS, "sms: {type: array, x-each: order.mesages as message, items: {x-value: message.text}}", "x-each",
         "order.mesages: order has no field mesages, did you mean messages?"),
    case(SMS, "sms: {type: string, x-value: account.id, x-when: order.refundible}", "x-when",
         "order.refundible: order has no field refundible, did you mean refundable?"),
    case(SMS, "sms: {type: integer, x-count: order.mesages}", "x-count",
         "order.mesages: order has no field mesages, did you mean messages?"),
    case(SMS, "sms: {type: string, x-value: '{order.country.kode}'}", "x-value",
         "order.country.kode: country has no field kode, did you mean code?"),
]  # fmt: skip

MISSING = [
    case(COST, "cost: {type: number}", "cost",
         "cost is required but no annotation says what to write: add an x-value, a const, or x-made-up: true"),
    case("required: [id, cost, state, until]", "required: [id, cost, state, until, sms]", "x-value: order.latest.text",
         "order.latest.text is optional, so the type must allow null, or the field must not be required"),
    case(STATE, "state: {type: string, x-value: account.id, x-when: order.refundable}", "x-when",
         "the condition order.refundable may be false, so the type must allow null, or the field must not be required"),
    case("required: [id, cost, state, until]", "required: [id, cost, state, until, seen]", "required",
         "seen is required but is not one of the properties"),
    case(ORDERS, "items: {$ref: '#/components/schemas/Order'}", "schema:\n                type: array",
         "no annotation says what to write in this response: add an x-value"),
    case(SMS, "sms: {type: array, x-each: order.messages as message, items: {type: string}}", "items",
         "no annotation says what to write for each message: add an x-value"),
    case(SMS, "sms: {type: array, x-each: order.messages as message}", "x-each",
         "an array needs items: the schema of each message"),
    case(SMS, "sms: {type: object, x-each: order.messages as message, x-key: message.text}", "x-each",
         "an object needs additionalProperties: the schema of each message"),
    case(STATE, "state: {oneOf: [{x-value: order.latest.text}]}", "state",
         "the last alternative has a condition: add an alternative for when no condition holds"),
    case(STATE, "state: {oneOf: [{const: x, x-when: order.refundable}]}", "state",
         "the last alternative has a condition: add an alternative for when no condition holds"),
]  # fmt: skip

FORMATS = [
    case(COST, "cost: {type: number, x-value: order.state, x-unit: dollars}", "x-unit",
         "x-unit does not apply to state, which has no unit"),
    case(COST, "cost: {type: number, x-value: order.price, x-unit: percent}", "x-unit",
         "x-unit must be cents or dollars, did you mean cents?"),
    case(COST, "cost: {type: boolean, x-value: order.price}", "type",
         "money is written as a number or a string, not as boolean"),
    case(COST, "cost: {type: integer, x-value: order.carrier}", "type", "text is written as a string, not as integer"),
    case(UNTIL, "until: {type: string, x-value: order.price, x-time: iso}", "x-time",
         "x-time does not apply to money, which is not a time"),
    case(UNTIL, "until: {type: integer, x-value: order.expires_at, x-time: iso}", "type",
         "a time as iso is written as a string, not as integer"),
    case(UNTIL, "until: {type: string, x-value: order.expires_at, x-words: lower}", "x-words",
         "x-words does not apply to time, which has no words"),
    case("expired: over}}", "expird: over}}", "state: {$ref: '#/components/schemas/State'",  # where it is used
         "expird is not one of the words waiting, completed, refunded, expired, did you mean expired?"),
    case("enum: [open, done, back, over]", "enum: [open, done, back]", "state: {$ref: '#/components/schemas/State'",
         'the enum lacks "over": add it, or change x-words'),
    case(STATE, "state: {type: string, x-value: order.state, x-words: {expird: over}}", "x-words",
         "expird is not one of the words waiting, completed, refunded, expired, did you mean expired?"),
    case(STATE, "state: {type: string, enum: [waiting], x-value: order.state}", "enum",
         'the enum lacks "completed", "refunded", "expired": add it, or change x-words'),
    case(SMS, "sms: {type: string, x-value: '{order.latest.text}'}", "x-value",
         "order.latest.text is optional, so it cannot be part of a text"),
    case(SMS, "sms: {type: integer, x-value: '{order.id}'}", "type",
         "a text of several values needs the type string"),
    case(SMS, "sms: {type: string, x-value: '{order.id}{order.phone}'}", "x-value",
         "{order.id}{order.phone} needs fixed text between two values to separate them"),
    case(SMS, "sms: {type: string, x-value: 'order {id'}", "x-value",
         "order {id must contain names in braces, such as {order.id}"),
]  # fmt: skip

SHAPES = [
    case(SMS, "sms: {type: array, x-each: order.price as one, items: {x-value: one}}", "x-each",
         "order.price is money, not a list"),
    case(SMS, "sms: {type: array, x-each: order.messages as order, items: {x-value: order.text}}", "x-each",
         "the name order is already in use here: choose another name"),
    case(SMS, "sms: {type: object, x-when: order.latest as account, properties: {a: {x-value: account.text}}}",
         "x-when",
         "the name account is already in use here: choose another name"),
    case(SMS, "sms: {type: object, x-each: order.messages as m, x-key: m.txt, additionalProperties: {x-value: m.text}}",
         "x-key", "m.txt: message has no field txt, did you mean text?"),
    case(SMS, "sms: {type: object, x-each: order.messages as m, x-key: m, additionalProperties: {x-value: m.text}}",
         "x-key", "message is not a single value: name a field of it, or use x-each"),
    case(SMS, "sms: {type: object, x-each: order.messages as m, x-key: m.code, additionalProperties: {const: 1}}",
         "x-key", "m.code is optional, so it cannot be a key"),
    case(SMS, "sms: {type: object, x-each: order.messages as m, x-key: m.text, x-time: iso, "
         "additionalProperties: {const: 1}}", "x-time", "x-time does not apply to text, which is not a time"),
    case(SMS, "sms: {type: integer, x-count: order.price}", "x-count", "order.price is money, not a list"),
    case(SMS, "sms: {type: string, x-each: order.messages as m, items: {x-value: m.text}}", "x-each",
         "a text of several items needs an x-separator"),
    case(COST, "cost: {type: number, x-value: order.price, x-made-up: true}", "x-value",
         "the value has more than one source: x-value, x-made-up; keep one of them"),
    case(COST, "cost: {x-value: order.price, oneOf: [{const: 5}, {x-value: order.id}]}", "x-value",
         "the value has more than one source: x-value, one of its alternatives; keep one of them"),
]  # fmt: skip


def expected(old: str, new: str, pairs: list[tuple[str, str]]) -> set[str]:
    return {f"{placed(old, new, at)}: {message}" for at, message in pairs}


@pytest.mark.parametrize(("old", "new", "pairs"), NAMES)
def test_an_unknown_name_is_told(
    faults: Callable[[str, str], list[str]], old: str, new: str, pairs: list[tuple[str, str]]
) -> None:
    assert set(faults(old, new)) == expected(old, new, pairs)


@pytest.mark.parametrize(("old", "new", "pairs"), MISSING)
def test_what_is_missing_is_told(
    faults: Callable[[str, str], list[str]], old: str, new: str, pairs: list[tuple[str, str]]
) -> None:
    assert set(faults(old, new)) == expected(old, new, pairs)


@pytest.mark.parametrize(("old", "new", "pairs"), FORMATS)
def test_a_format_that_does_not_go_with_its_value_is_told(
    faults: Callable[[str, str], list[str]], old: str, new: str, pairs: list[tuple[str, str]]
) -> None:
    assert set(faults(old, new)) == expected(old, new, pairs)


@pytest.mark.parametrize(("old", "new", "pairs"), SHAPES)
def test_a_shape_that_makes_no_sense_is_told(
    faults: Callable[[str, str], list[str]], old: str, new: str, pairs: list[tuple[str, str]]
) -> None:
    assert set(faults(old, new)) == expected(old, new, pairs)


# What is right


def plan_of(reannotated: Callable[[str, str], Document], new: str) -> Object:
    """The plan of an order in which something else stands in place of the SMS."""
    plan = reannotated(SMS, new).operations["buy"].plan
    assert isinstance(plan, Object)
    return plan


def test_a_plan_has_a_place_for_each_field_that_says_something(service: Document) -> None:
    plan = service.operations["buy"].plan
    assert isinstance(plan, Object)
    assert {name: str(node.path) for name, node in plan.fields.items() if isinstance(node, Leaf)} == {
        "id": "order.id",
        "cost": "order.price",
        "state": "order.state",
        "until": "order.expires_at",
        "sms": "order.latest.text",
    }


def test_an_optional_field_that_says_nothing_is_never_written(reannotated: Callable[[str, str], Document]) -> None:
    assert "sms" not in plan_of(reannotated, "sms: {type: string}").fields


def test_a_constant_is_a_constant(reannotated: Callable[[str, str], Document]) -> None:
    assert plan_of(reannotated, "sms: {const: none}").fields["sms"] == Constant("none")


@pytest.mark.parametrize(
    ("new", "used"),
    [
        ("sms: {type: string, x-value: '{order.id}/{order.phone}'}", ["order.id", "order.phone"]),
        ("sms: {type: array, x-each: order.messages as m, items: {x-value: m.text}}", ["order.messages", "m.text"]),
        (
            "sms: {type: object, x-each: order.messages as m, x-key: m.text, additionalProperties: {const: 1}}",
            ["order.messages", "m.text"],
        ),
        ("sms: {type: array, x-items: [{x-value: order.id}, {const: 1}]}", ["order.id"]),
        ("sms: {type: integer, x-count: order.messages}", ["order.messages"]),
        ("sms: {type: string, x-when: order.refundable, x-value: order.carrier}", ["order.carrier"]),
        ("sms: {oneOf: [{x-when: order.refundable, x-value: order.id}, {x-value: order.phone}]}",
         ["order.id", "order.phone"]),
        ("sms: {type: string, x-made-up: true}", []),
    ],
)  # fmt: skip
def test_a_plan_knows_what_it_uses(reannotated: Callable[[str, str], Document], new: str, used: list[str]) -> None:
    assert [*map(str, leaves(plan_of(reannotated, new).fields["sms"]))] == used
