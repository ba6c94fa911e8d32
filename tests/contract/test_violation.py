from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.contract import Severity
from mockserver.contract.violation import dotted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.contract import Document, Violation


@pytest.fixture
def violation(small: Document) -> Violation:
    operation = small.operations["orderThing"]
    (violation,) = operation.check_request(
        operation.read({"userId": "demo"}, [], {"apiKey": "k", "name": "0.2", "size": 1})
    )
    return violation


def test_a_violation_names_everything(violation: Violation) -> None:
    assert (violation.operation, violation.place, violation.rule) == ("small.orderThing", "body.name", "pattern")
    assert (violation.path, violation.level) == (("body", "name"), Severity.ERROR)
    assert (violation.value, json.loads(violation.expected)) == ('"0.2"', "^[a-z]+$")
    assert violation.pointer.endswith("/put/requestBody/content/application~1json/schema/properties/name/pattern")


def test_a_violation_reads_as_a_sentence(violation: Violation) -> None:
    where = violation.where
    assert where.endswith("small.yaml:75")
    assert str(violation) == f'small.orderThing: body.name must match ^[a-z]+$, got "0.2" ({where})'


def test_equal_violations_are_one(violation: Violation, small: Document) -> None:
    operation = small.operations["orderThing"]
    again = operation.check_request(operation.read({"userId": "you"}, [], {"apiKey": "l", "name": "0.2"}))
    assert {violation, *again} == {violation}


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("/paths/~1things~1{userId}~1new/put/requestBody/required", None),
        ("/components/schemas/ApiKey/minLength", {"apiKey": "", "name": "a"}),
        ("/paths/~1things~1{userId}~1new/put/requestBody", {"apiKey": "\ud800", "name": "a"}),
    ],
)
def test_the_rule_is_found_in_the_document(small: Document, pointer: str, body: object) -> None:
    operation = small.operations["orderThing"]
    request = operation.read({"userId": "demo"}, [], body) if body else operation.read({"userId": "demo"})
    assert [violation.pointer for violation in operation.check_request(request)] == [pointer]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ([], "/components/parameters/apiKey/required"),
        ([("apiKey", "")], "/components/schemas/ApiKey/minLength"),
        ([("apiKey", "1"), ("apiKey", "2")], "/components/parameters/apiKey"),
    ],
)
def test_the_rule_of_a_parameter_is_found_in_the_document(
    small: Document, query: list[tuple[str, str]], pointer: str
) -> None:
    operation = small.operations["getThing"]
    arguments = operation.read({"userId": "demo", "thingId": "1"}, query)
    assert [violation.pointer for violation in operation.check_request(arguments)] == [pointer]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("status",), "status"),
        (("body", "items", 0, "x-y"), "body.items[0].x-y"),
        (("body", "a b", ""), 'body["a b"][""]'),
        (("body", "a\n"), 'body["a\\n"]'),
    ],
)
def test_a_path_reads_well(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


@pytest.mark.parametrize(
    ("new", "body"),
    [
        ("{type: array, items: {$ref: '#/components/schemas/Thing'}}", [{"id": 1}, {"id": 2, "tag": "b"}]),
        (
            "{type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}",
            {"a": {"id": 1}, "b": {"id": 2}},
        ),
    ],
)
def test_the_general_place_is_the_same_for_all_items(
    altered: Callable[[str, str], Document], new: str, body: object
) -> None:
    operation = altered("schema: {type: object}", f"schema: {new}").operations["orderThing"]
    found = operation.check_answer(200, body)
    assert [violation.general_place for violation in found] == ["body[].name"] * 2


def test_the_general_place_keeps_a_name_of_the_contract(violation: Violation) -> None:
    assert violation.general_place == "body.name"


def test_a_violation_in_general_has_no_index(small: Document) -> None:
    [violation] = small.operations["getThing"].check_answer(200, {"ok": True, "body": [{"id": 1}]})
    assert violation.general.startswith("small.getThing: body.body[].name is required (")
