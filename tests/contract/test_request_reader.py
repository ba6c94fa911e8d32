from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import ABSENT, Arguments, Document

PATH = {"userId": "demo", "thingId": "7"}


@pytest.fixture
def get(small: Document) -> Any:
    return small.operations["getThing"].read


@pytest.fixture
def put(small: Document) -> Any:
    return small.operations["orderThing"].read


def test_texts_become_values(get: Any) -> None:
    arguments = get(PATH, [("apiKey", "k"), ("page", "2"), ("full", "true")])
    assert arguments.path == {"userId": "demo", "thingId": 7}
    assert arguments.query == {"apiKey": "k", "page": 2, "full": True}


def test_what_cannot_be_read_stays_text(get: Any) -> None:
    assert get({"userId": "demo", "thingId": "x"}, [("page", "one")]).path["thingId"] == "x"


def test_defaults_of_the_query_are_filled_in(get: Any) -> None:
    assert get(PATH).query == {"page": 1}


def test_defaults_of_the_body_are_filled_in(put: Any) -> None:
    assert put({}, body={"name": "a"}).body == {"name": "a", "wrapped": True}


def test_a_default_gives_way_to_null(put: Any) -> None:
    assert put({}, body={"wrapped": None}).body == {"wrapped": None}


@pytest.mark.parametrize("body", [None, [], "text", 1, ABSENT])
def test_a_body_that_is_no_object_is_kept(put: Any, body: object) -> None:
    assert put({}, body=body).body is body


def test_the_request_itself_is_not_changed(put: Any) -> None:
    body = {"size": 16.0}
    put({}, [], body, "token")
    assert body == {"size": 16.0}


@pytest.mark.parametrize(
    ("name", "number", "read"),
    [
        ("size", 16.0, 16),
        ("size", 16.5, 16.5),
        ("size", float("inf"), float("inf")),
        ("price", 2000.0, 2000),
        ("name", 1.0, 1.0),
    ],
)
def test_a_whole_number_of_the_body_becomes_an_integer(put: Any, name: str, number: float, read: float) -> None:
    found = put({}, body={name: number}).body[name]
    assert (found, type(found)) == (read, type(read))


def test_a_parameter_given_twice_is_a_list(get: Any) -> None:
    assert get(PATH, [("a", "1"), ("b", "2"), ("a", "3")]).query == {"a": ["1", "3"], "b": "2", "page": 1}


def test_the_credentials_are_found_in_path_and_query(get: Any) -> None:
    arguments = get(PATH, [("apiKey", "k")])
    assert (arguments.user, arguments.key) == ("demo", "k")


def test_the_credentials_are_found_in_the_body(put: Any) -> None:
    assert put(PATH, body={"apiKey": "k"}).key == "k"


@pytest.mark.parametrize("body", [ABSENT, None, "k", ["k"], {}, {"apiKey": 7}, {"apiKey": None}])
def test_a_key_that_is_no_string_is_none(put: Any, body: object) -> None:
    assert put(PATH, body=body).key is None


def test_a_key_given_twice_is_none(get: Any) -> None:
    assert get(PATH, [("apiKey", "k"), ("apiKey", "k")]).key is None


def test_without_marks_there_are_no_credentials() -> None:
    arguments = Arguments({"userId": "demo"}, {"apiKey": "k"})
    assert (arguments.user, arguments.key) == (None, None)


def test_a_bearer_token_stands_in_for_a_missing_key_of_the_query(get: Any) -> None:
    assert get(PATH, bearer="token").query["apiKey"] == "token"


def test_a_bearer_token_stands_in_for_a_missing_key_of_the_body(put: Any) -> None:
    assert put(PATH, body={}, bearer="token").body["apiKey"] == "token"


def test_a_bearer_token_gives_way_to_a_key(get: Any) -> None:
    assert get(PATH, [("apiKey", "k")], bearer="token").key == "k"


@pytest.mark.parametrize("body", [ABSENT, None, []])
def test_a_bearer_token_makes_no_body(put: Any, body: object) -> None:
    assert put(PATH, body=body, bearer="token").body is body


def test_a_bearer_token_counts_only_where_the_document_says_so(altered: Any) -> None:
    operation = altered("      x-stands-in-for: apiKey\n", "").operations["getThing"]
    assert operation.read(PATH, bearer="token").key is None
