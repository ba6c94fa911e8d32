"""Names that the contract does not know: they are told, but break nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import contract
from mockserver.contract import Severity, broken

if TYPE_CHECKING:
    from mockserver.contract import Document, Violation

PATH = {"userId": "demo", "thingId": "7"}
QUERY = [("apiKey", "s3cret-key")]
BODY = {"apiKey": "s3cret-key", "name": "lamp"}


def get(document: Document, query: list[tuple[str, str]]) -> tuple[Violation, ...]:
    operation = document.operations["getThing"]
    return operation.check_request(operation.read(PATH, [*QUERY, *query]))


def put(document: Document, body: dict[Any, Any], query: list[tuple[str, str]] | None = None) -> tuple[Violation, ...]:
    operation = document.operations["orderThing"]
    return operation.check_request(operation.read(PATH, query or [], {**BODY, **body}))


def messages(found: tuple[Violation, ...]) -> list[str]:
    return [violation.message for violation in found]


def test_an_unknown_parameter_is_a_warning(small: Document) -> None:
    (found,) = get(small, [("colour", "red")])
    assert (found.level, found.rule, found.place, found.value) == (Severity.WARNING, "unknown", "query.colour", "")


def test_an_unknown_field_is_a_warning(small: Document) -> None:
    (found,) = put(small, {"weight": 5})
    assert (found.level, found.rule, found.place, found.value) == (Severity.WARNING, "unknown", "body.weight", "")


def test_everything_else_is_an_error(small: Document) -> None:
    assert {violation.level for violation in put(small, {"name": "A", "size": 11, "color": 1})} == {Severity.ERROR}


def test_a_request_is_broken_by_its_errors_only(small: Document) -> None:
    found = put(small, {"size": 11, "weight": 5})
    assert [violation.place for violation in found] == ["body.size", "body.weight"]
    assert broken(found) == found[:1]


def test_an_operation_without_parameters_in_the_query_knows_none(small: Document) -> None:
    assert messages(put(small, {}, [("size", "1")])) == ["query.size is not known to the contract"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"colour": "red"}, "body.colour is not known to the contract, did you mean color?"),
        ({"zzz": 1}, "body.zzz is not known to the contract"),
        ({"": 1}, 'body[""] is not known to the contract'),
        ({"a\nb": 1}, 'body["a\\nb"] is not known to the contract'),
        ({"w" * 99: 1}, f'body["{"w" * 58}…] is not known to the contract'),
        ({"parts": [{"x": "ab"}, {"x": "ab", "why": 1}]}, "body.parts[1].why is not known to the contract"),
    ],
)
def test_an_unknown_name_reads_well(small: Document, body: dict[str, Any], message: str) -> None:
    assert messages(put(small, body)) == [message]


def test_what_is_inside_an_unknown_field_is_not_told(small: Document) -> None:
    assert messages(put(small, {"extra": {"a": 1, "b": [{"c": 2}]}})) == ["body.extra is not known to the contract"]


def test_names_are_not_looked_for_deeper_than_they_are_listed(small: Document) -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert [violation.rule for violation in put(small, {"parts": deep, "weight": 5})] == ["json", "unknown"]


def test_where_no_names_are_listed_all_are_fine(altered: Any) -> None:
    document = altered("born: {type: string, format: date}", "born: {type: object}")
    assert put(document, {"born": {"on": "earth"}}) == ()


ALTERNATIVES = """born:
                  oneOf:
                  - {type: object, required: [day], properties: {day: {type: integer}}}
                  - {type: array, prefixItems: [{type: object, properties: {year: {type: integer}}}],
                     items: {anyOf: [{type: object, properties: {month: {type: integer}}}, {type: string}]}}"""


@pytest.mark.parametrize(
    ("born", "places"),
    [
        ({"day": 1}, []),
        ({"day": 1, "dei": 1}, ["body.born.dei"]),
        ([{"year": 1}, {"month": 1}, "day"], []),
        ([{"month": 1}, {"year": 1}], ["body.born[0].month", "body.born[1].year"]),
    ],
)
def test_names_are_looked_for_in_alternatives_and_items(altered: Any, born: object, places: list[str]) -> None:
    document = altered("born: {type: string, format: date}", ALTERNATIVES)
    assert [violation.place for violation in put(document, {"born": born})] == places


def test_an_unknown_parameter_is_told_at_the_parameters_of_its_operation(small: Document) -> None:
    (found,) = get(small, [("colour", "red")])
    assert found.pointer == "/paths/~1things~1{userId}~1{thingId}/get/parameters"
    assert found.where.endswith("small.yaml:23")


def test_without_parameters_of_its_own_an_operation_is_told_itself(altered: Any) -> None:
    shared = "    parameters:\n    - $ref: '#/components/parameters/userId'\n"
    own = "      parameters:\n      - $ref: '#/components/parameters/userId'\n"
    head = "    put:\n      operationId: orderThing\n      deprecated: true\n"
    (found,) = put(altered(head + own, shared + head), {}, [("size", "1")])
    assert found.where.endswith("small.yaml:62")


def test_an_unknown_field_is_told_where_the_fields_are_listed(small: Document) -> None:
    (found,) = put(small, {"weight": 5})
    assert small.resolve(found.pointer).keys() >= {"apiKey", "name"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ([("s3cret-key", "")], "query has a name that the contract does not know"),
        ([("x=s3cret-key", "1"), ("s3cret-keys", "2")], "query has a name that the contract does not know"),
        ([("apikey", "s3cret-key")], "query.apikey is not known to the contract, did you mean apiKey?"),
        ([("x", "s3cret-key"), ("x", "s3cret-key")], "query.x is not known to the contract"),
    ],
)
def test_the_key_is_not_shown(small: Document, query: list[tuple[str, str]], message: str) -> None:
    (found,) = get(small, query)
    assert found.message == message
    assert "s3cret-key" not in repr(tuple(found))


def test_only_the_first_hundred_unknown_names_are_told(small: Document) -> None:
    assert len(put(small, {f"x{number}": 1 for number in range(50_000)})) == 100


@given(name=st.text(), value=st.text())
def test_a_name_is_a_warning_unless_the_document_has_it(small: Document, name: str, value: str) -> None:
    known = {parameter.name for parameter in small.operations["getThing"].parameters if parameter.place == "query"}
    assert (name in known) != ([violation.rule for violation in get(small, [(name, value)])] == ["unknown"])


@pytest.mark.parametrize("document", ["v3", "v2"])
def test_the_examples_of_the_shipped_documents_use_known_names_only(document: str) -> None:
    found = [
        violation
        for operation in contract.load(document).operations.values()
        if operation.body is not None
        for example in operation.body.examples.values()
        for violation in operation.check_request(operation.read({"userId": "demo"}, [], example.value))
        if violation.level is Severity.WARNING
    ]
    assert found == []
