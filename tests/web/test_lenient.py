"""What a lenient world understands of requests that break the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import ABSENT, Arguments, broken, load
from mockserver.contract.arguments import number
from mockserver.web.repair import MAXIMUM_MENDS, repair

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.contract import Operation

DOCUMENT = """
openapi: 3.1.0
info: {title: Lent, version: '1', x-provenance: {level: assumed}}
servers:
- url: https://host.test/v9
paths:
  /things/{userId}/{page}:
    put:
      operationId: order
      parameters:
      - {name: userId, in: path, required: true, x-credential: user, schema: {type: string, minLength: 1}}
      - {name: page, in: path, required: true, schema: {type: integer}}
      - {name: key, in: query, required: true, x-credential: key, schema: {type: string, maxLength: 5}}
      - {name: size, in: query, required: true, schema: {type: integer, minimum: 1}}
      - {name: full, in: query, schema: {type: boolean}}
      - {name: limit, in: query, schema: {type: integer, default: 10}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [price]
              properties:
                price: {type: string, pattern: '^[0-9.]+$'}
                count: {type: integer, default: 3}
                gift: {type: boolean}
                note: {type: string, maxLength: 5}
                parts:
                  type: array
                  items: {type: object, required: [x], properties: {x: {type: integer}, y: {type: boolean}}}
      responses: {200: {description: Done}}
components: {schemas: {Failure: {type: object}}}
"""
PATH = {"userId": "me", "page": "1"}
QUERY = {"key": "k", "size": "2"}
BODY = {"price": "5"}


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    path: Path = tmp_path_factory.mktemp("lenient") / "lent.yaml"
    path.write_text(DOCUMENT)
    return load(path).operations["order"]


def mended(operation: Operation, query: Any = (), body: object = BODY, path: dict[str, str] = PATH) -> Arguments | None:
    pairs = [*query.items()] if isinstance(query, dict) else [*QUERY.items(), *query]
    return repair(operation, operation.read(path, pairs, body))


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ({"price": 5}, {"price": "5"}),
        ({"price": 1.5}, {"price": "1.5"}),
        ({"price": " 5 "}, {"price": "5"}),
        ({"price": "5", "count": "7"}, {"price": "5", "count": 7}),
        ({"price": "5", "count": " 7.0 "}, {"price": "5", "count": 7}),
        ({"price": "5", "gift": "true"}, {"price": "5", "gift": True}),
        ({"price": "5", "note": True}, {"price": "5", "note": "true"}),
        ({"price": "5", "note": " abcde\n"}, {"price": "5", "note": "abcde"}),
        ({"price": "5", "parts": [{"x": "1"}, {"x": 2}]}, {"price": "5", "parts": [{"x": 1}, {"x": 2}]}),
    ],
)
def test_a_field_of_another_type_with_the_same_text_is_understood(
    order: Operation, sent: Any, understood: dict[str, Any]
) -> None:
    found = mended(order, body=sent)
    assert found is not None
    assert found.body == {"count": 3, **understood}


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ({"price": "5", "gift": 1}, {"price": "5"}),
        ({"price": "5", "gift": "TRUE"}, {"price": "5"}),
        ({"price": "5", "gift": None}, {"price": "5"}),
        ({"price": "5", "note": "abcdef"}, {"price": "5"}),
        ({"price": "5", "note": ["abc"]}, {"price": "5"}),
        ({"price": "5", "note": 10**5000}, {"price": "5"}),
        ({"price": "5", "extra": {"a": b""}}, {"price": "5", "extra": {}}),
        ({"price": "5", "parts": [{"x": 1, "y": "no"}]}, {"price": "5", "parts": [{"x": 1}]}),
        ({"price": "5", "parts": [{"x": 1}, {"x": "one"}]}, {"price": "5"}),
        ({"price": "5", "parts": [{}]}, {"price": "5"}),
    ],
)
def test_an_optional_field_that_cannot_be_understood_is_left_out(
    order: Operation, sent: Any, understood: dict[str, Any]
) -> None:
    found = mended(order, body=sent)
    assert found is not None
    assert found.body == {"count": 3, **understood}


def test_a_field_that_is_left_out_has_its_default(order: Operation) -> None:
    found = mended(order, body={"price": "5", "count": "many"})
    assert found is not None
    assert found.body == {"price": "5", "count": 3}


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ([("full", " true ")], {"full": True}),
        ([("limit", " 7")], {"limit": 7}),
        ([("limit", "5"), ("limit", "7")], {"limit": 7}),
        ([("limit", "5"), ("limit", "many")], {}),
        ([("limit", "many")], {}),
        ([("full", "yes")], {}),
        ([("x", "1"), ("x", "2"), ("full", "?")], {"x": ["1", "2"]}),
    ],
)
def test_a_parameter_is_understood_or_left_out(order: Operation, sent: Any, understood: dict[str, Any]) -> None:
    found = mended(order, sent)
    assert found is not None
    assert found.query == {"key": "k", "size": 2, "limit": 10, **understood}


def test_an_integer_that_was_understood_is_one(order: Operation) -> None:
    found = mended(order, [("limit", "7.0")])
    assert found is not None
    assert type(found.query["limit"]) is int


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"key": "k"}, BODY),
        ({"key": "k", "size": "big"}, BODY),
        ({"key": "k", "size": "0"}, BODY),
        (QUERY, {}),
        (QUERY, {"price": "dear"}),
        (QUERY, {"price": None}),
        (QUERY, {7: 1}),
        (QUERY, None),
        (QUERY, [BODY]),
        (QUERY, "5"),
        (QUERY, ABSENT),
    ],
)
def test_without_what_is_required_nothing_is_understood(order: Operation, query: Any, body: object) -> None:
    assert mended(order, query, body) is None


@pytest.mark.parametrize("path", [{"userId": "me", "page": " 1 "}, {"userId": "", "page": "1"}])
def test_the_path_is_taken_as_it_is(order: Operation, path: dict[str, str]) -> None:
    assert mended(order, path=path) is None


@pytest.mark.parametrize("pairs", [[], [("key", "k"), ("key", "k")], [("key", "long  ")]])
def test_a_key_is_taken_as_it_is(order: Operation, pairs: list[tuple[str, str]]) -> None:
    assert repair(order, order.read(PATH, [("size", "2"), *pairs], BODY)) is None


def test_what_is_wrong_too_often_is_not_understood(order: Operation) -> None:
    parts = [{"x": "1"}] * (MAXIMUM_MENDS + 1)
    assert mended(order, body={**BODY, "parts": parts[1:]}) is not None
    assert mended(order, body={**BODY, "parts": parts}) is None


OPERATIONS = [operation for name in ("v3", "v2") for operation in load(name).operations.values()]

anything = st.booleans() | st.integers(-1, 20) | st.floats(0, 9) | st.none() | st.text(max_size=3) | st.just([1])


def spoilt(value: Any) -> st.SearchStrategy[Any]:
    """A value, the same with spaces or as a number, or another one."""
    return st.sampled_from([value, f" {value} ", number(str(value))]) | anything


@st.composite
def requests(draw: st.DrawFn) -> tuple[Operation, Arguments]:
    """Requests that are nearly right: of examples, a parameter and some fields are spoilt, missing, or there twice."""
    operation = draw(st.sampled_from(OPERATIONS))
    spots = [(parameter.place, parameter.name, str(parameter.example)) for parameter in operation.parameters]
    path = {name: text for place, name, text in spots if place == "path"}
    query = [(name, text) for place, name, text in spots if place == "query"]
    for name, text in draw(st.lists(st.sampled_from([*query, ("other", "1")]), max_size=1)):
        kept = query if draw(st.booleans()) else [pair for pair in query if pair[0] != name]
        query = [*kept, (name, str(draw(spoilt(text))))]
    body: object = ABSENT
    if operation.body is not None:
        example = next(iter(operation.body.examples.values())).value
        fields = draw(st.lists(st.sampled_from([*operation.body.schema["properties"], "other"]), max_size=2))
        body = {**example, **{name: draw(spoilt(example.get(name, "true"))) for name in fields}}
    return operation, operation.read(path, query, body)


@given(request=requests())
@settings(deadline=None)
def test_what_is_understood_keeps_to_the_contract(request: tuple[Operation, Arguments]) -> None:
    operation, arguments = request
    found = repair(operation, arguments)
    assert found is None or broken(operation.check_request(found)) == ()


@given(request=requests())
@settings(deadline=None)
def test_what_is_understood_is_understood_as_it_is(request: tuple[Operation, Arguments]) -> None:
    operation, arguments = request
    found = repair(operation, arguments)
    assert found is None or repair(operation, found) is found


@given(request=requests())
@settings(deadline=None)
def test_a_request_without_errors_is_not_changed(request: tuple[Operation, Arguments]) -> None:
    operation, arguments = request
    assert bool(broken(operation.check_request(arguments))) != (repair(operation, arguments) is arguments)


@given(request=requests())
@settings(deadline=None)
def test_nobody_becomes_somebody_else(request: tuple[Operation, Arguments]) -> None:
    operation, arguments = request
    found = repair(operation, arguments)
    assert found is None or (found.path, found.user, found.key) == (arguments.path, arguments.user, arguments.key)
