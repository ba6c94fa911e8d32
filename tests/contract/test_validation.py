from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import ABSENT, Document, broken

PATH = {"userId": "demo", "thingId": "7"}
QUERY = [("apiKey", "s3cret-key")]
BODY = {"apiKey": "s3cret-key", "name": "lamp"}


def get(document: Document, *, path: Any = PATH, query: Any = QUERY) -> list[str]:
    operation = document.operations["getThing"]
    return [violation.message for violation in broken(operation.check_request(operation.read(path, query)))]


def put(document: Document, body: object) -> list[str]:
    operation = document.operations["orderThing"]
    return [violation.message for violation in broken(operation.check_request(operation.read(PATH, [], body)))]


def answer(document: Document, body: object, status: int = 200, content_type: str = "application/json") -> list[str]:
    operation = document.operations["getThing"]
    return [violation.message for violation in operation.check_answer(status, body, content_type)]


def test_a_request_that_keeps_to_the_contract_is_fine(small: Document) -> None:
    assert get(small) == []


def test_a_request_with_a_body_that_keeps_to_the_contract_is_fine(small: Document) -> None:
    assert put(small, {**BODY, "unknown": "ü", "price": 12, "born": "2025-05-17", "parts": [{"x": "ab"}]}) == []


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        ({**PATH, "thingId": "x"}, QUERY, 'path.thingId must be an integer, got "x"'),
        ({**PATH, "thingId": "0"}, QUERY, "path.thingId must be at least 1, got 0"),
        ({**PATH, "userId": ""}, QUERY, 'path.userId must not be empty, got ""'),
        ({"thingId": "7"}, QUERY, "path.userId is required"),
        (PATH, [], "query.apiKey is required"),
        (PATH, [("apiKey", "")], "query.apiKey must not be empty"),
        (PATH, [("apiKey", "k" * 21)], "query.apiKey must have at most 20 characters"),
        (PATH, [*QUERY, *QUERY], "query.apiKey must be given once"),
        (PATH, [*QUERY, ("page", "1"), ("page", "2")], "query.page must be given once"),
        (PATH, [*QUERY, ("full", "yes")], 'query.full must be true or false, got "yes"'),
        (
            {**PATH, "userId": "\ud800"},
            QUERY,
            'path.userId must be text without lone surrogates, got "\\ud800"',
        ),
    ],
)
def test_a_wrong_parameter_is_named(small: Document, path: Any, query: Any, message: str) -> None:
    assert get(small, path=path, query=query) == [message]


def test_an_unknown_parameter_may_come_twice(small: Document) -> None:
    assert get(small, query=[*QUERY, ("x", "1"), ("x", "2")]) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Lamp"}, 'body.name must match ^[a-z]+$, got "Lamp"'),
        ({"name": "lamp\n"}, 'body.name must match ^[a-z]+$, got "lamp\\n"'),
        ({"price": None}, "body.price must be an integer or a string, got null"),
        ({"price": -1}, "body.price must be at least 0, got -1"),
        ({"size": "1"}, 'body.size must be an integer, got "1"'),
        ({"size": 10**30}, f"body.size must be at most 10, got {10**30}"),
        ({"size": 10**5000}, "body.size must have at most 4000 digits, got <int>"),
        ({"size": float("nan")}, "body.size must be a finite number, got NaN"),
        ({"color": "green"}, 'body.color must be "red" or "blue", got "green"'),
        ({"born": "2025-02-30"}, 'body.born must be a date such as 2025-05-17, got "2025-02-30"'),
        ({"parts": {}}, "body.parts must be an array, got an object"),
        ({"parts": [{"x": "ab"}, {"x": "a"}]}, 'body.parts[1].x must have at least 2 characters, got "a"'),
        ({"parts": [{}]}, "body.parts[0].x is required"),
        ({"extra": {"a b": ["\ud800"]}}, 'body.extra["a b"][0] must be text without lone surrogates'),
        ({"extra": b"x"}, "body.extra must be JSON"),
        ({"\ud800": 1}, "body must have only text as keys"),
        ({7: 1}, "body must have only text as keys"),
    ],
)
def test_a_wrong_field_is_named(small: Document, change: dict[Any, Any], message: str) -> None:
    (found,) = put(small, {**BODY, **change})
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (ABSENT, "body is required"),
        (None, "body must be an object, got null"),
        ("text", "body must be an object, got a string"),
        ([1], "body must be an object, got an array"),
        (1.5, "body must be an object, got a number"),
    ],
)
def test_a_body_that_is_no_object_is_named_by_its_type(small: Document, body: object, message: str) -> None:
    assert put(small, body) == [message]


def test_a_body_nested_too_deep_is_refused(small: Document) -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    (found,) = put(small, {**BODY, "extra": deep})
    assert found.endswith("must be nested at most 200 deep")


def test_a_body_inside_itself_is_refused(small: Document) -> None:
    body: dict[str, Any] = dict(BODY)
    body["extra"] = body
    (found,) = put(small, body)
    assert found.endswith("must be nested at most 200 deep")


def test_every_wrong_field_is_named(small: Document) -> None:
    assert len(put(small, {"name": "A", "size": 11, "color": "green"})) == 4


def violations(document: Document, body: object) -> str:
    operation = document.operations["orderThing"]
    found = operation.check_request(operation.read(PATH, [], body))
    assert found
    return "\n".join(f"{violation!r} {violation}" for violation in found)


@pytest.mark.parametrize(
    "body",
    [
        {"apiKey": "s3cret-key", "name": "s3cret-key"},
        {"apiKey": "s3cret-key", "name": "=s3cret-key"},
        {"apiKey": "s3cret-key", "name": ["s3cret-key"]},
        {"apiKey": "s3cret-key", "color": {"s3cret-key": "s3cret-key"}},
        {"apiKey": "s3cret-key", "extra": {"s3cret-key": "\ud800"}},
        {"apiKey": "s3cret-key" * 3, "name": "lamp"},
        {"apiKey": ["s3cret-key"], "name": "s3cret-key!"},
        {"apiKey": {"s3cret-key": 1}},
        {"apiKey": "s3cret-key\ud800", "name": "lamp"},
        ["s3cret-key"],
        "s3cret-key",
    ],
)
def test_the_key_is_never_shown(small: Document, body: object) -> None:
    assert "s3cret-key" not in violations(small, body)


def test_a_key_that_is_a_number_is_never_shown(small: Document) -> None:
    assert "7234" not in violations(small, {"apiKey": 7234, "size": 7234})


@pytest.mark.parametrize("key", ["a", "body", "apiKey", "name", "size"])
def test_a_key_that_is_part_of_a_name_does_not_hide_it(small: Document, key: str) -> None:
    assert put(small, {"apiKey": key, "size": 7}) == ["body.name is required"]


def test_a_missing_key_does_not_show_the_others(small: Document) -> None:
    assert "s3cret-key" not in violations(small, {"name": "lamp", "api_key": "s3cret-key"})


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"ok": True, "body": [{"id": 7, "name": "Lamp", "tag": None}]}),
        (200, {"ok": False, "errorMessage": "NO"}),
        (204, ABSENT),
        (404, {"ok": False, "errorMessage": "Not Found"}),
    ],
)
def test_an_answer_that_keeps_to_the_contract_is_fine(small: Document, status: int, body: object) -> None:
    assert answer(small, body, status) == []


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({"ok": True, "body": [{"id": "7", "name": "Lamp"}]}, ['body.body[0].id must be an integer, got "7"']),
        ({"ok": True, "body": [{"id": 7}]}, ["body.body[0].name is required"]),
        ({"ok": True, "body": {"id": 7}}, ['body.body must be an array, got {"id": 7}']),
        ({"ok": True}, ["body.body is required"]),
        ({"ok": True, "errorMessage": "NO"}, ["body.body is required"]),
        ({"ok": False}, ["body.errorMessage is required"]),
        ({"ok": False, "errorMessage": ""}, ['body.errorMessage must not be empty, got ""']),
        ({"ok": "yes", "body": []}, ['body.ok must be true, got "yes"']),
        ({"body": []}, ["body.ok is required"]),
        ({}, ["body.ok is required"]),
        ([], ["body must be an object, got []"]),
        (ABSENT, ["body is required"]),
        ({"ok": True, "body": "\ud800"}, ["body.body must be text without lone surrogates"]),
        ({"ok": True, "body": [{"id": 10**5000, "name": "a"}]}, ["body.body[0].id must have at most 4000 digits"]),
    ],
)
def test_a_wrong_answer_is_told_by_the_field_that_is_wrong(small: Document, body: object, messages: list[str]) -> None:
    found = answer(small, body)
    assert [text[: len(message)] for text, message in zip(found, messages, strict=True)] == messages


def test_an_undocumented_status_is_a_violation(small: Document) -> None:
    assert answer(small, {}, 418) == ["status must be 200, 204 or 404, got 418"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_content_type_may_be_written_otherwise(small: Document, content_type: str) -> None:
    assert answer(small, {"ok": False, "errorMessage": "NO"}, content_type=content_type) == []


@pytest.mark.parametrize("content_type", ["text/html", "", "application/jsonp"])
def test_another_content_type_is_a_violation(small: Document, content_type: str) -> None:
    assert answer(small, {}, content_type=content_type) == [
        f'contentType must be application/json, got "{content_type}"'
    ]


ALTERNATIVES = """\
{anyOf: [{type: object, required: [a], properties: {kind: {const: x}, a: {type: integer}}},
                       {type: object, required: [b], properties: {kind: {const: y}, b: {type: integer}}}]}"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"kind": "y"}, "body.b is required"),
        ({"kind": "x", "a": "1"}, 'body.a must be an integer, got "1"'),
        ({}, "body must fit one of the alternatives, got {}"),
        (7, "body must be an object, got 7"),
    ],
)
def test_of_alternatives_the_one_that_was_meant_is_told(altered: Any, body: object, message: str) -> None:
    operation = altered("schema: {type: object}", f"schema: {ALTERNATIVES}").operations["orderThing"]
    (violation,) = operation.check_answer(200, body)
    assert violation.message == message


def test_fitting_two_alternatives_of_which_only_one_may_fit_is_told(altered: Any) -> None:
    operation = altered("schema: {type: object}", "schema: {oneOf: [{minimum: 1}, {minimum: 2}]}").operations[
        "orderThing"
    ]
    (violation,) = operation.check_answer(200, 3)
    assert violation.message == "body must fit exactly one of the alternatives, got 3"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()) | st.integers(), inner),
    max_leaves=10,
)


@given(body=anything)
def test_any_body_of_a_request_has_an_outcome(small: Document, body: object) -> None:
    operation = small.operations["orderThing"]
    assert broken(operation.check_request(operation.read(PATH, [], {"extra": body}))) != ()


@given(body=anything)
def test_any_body_of_an_answer_has_an_outcome(small: Document, body: object) -> None:
    assert small.operations["getThing"].check_answer(404, {"ok": True, "extra": body}) != ()


@given(path=st.dictionaries(st.text(), st.text()), query=st.lists(st.tuples(st.text(), st.text())), body=anything)
def test_any_request_is_read(small: Document, path: Any, query: Any, body: object) -> None:
    for operation in small.operations.values():
        operation.read(path, query, body, "token")
