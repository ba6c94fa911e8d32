"""Which operation a request is for, and what is wrong with it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.contract import contract
from mockserver.proxy import CheckedContract
from mockserver.traffic import Answer, Request

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = CheckedContract(contract().documents.values())
BALANCE = "/v3/customers/demo/balance"
IN_JSON = (("content-type", "application/json"),)


def places(request: Request | None, answer: Answer | None = None) -> set[str]:
    match = CONTRACT.match("GET", BALANCE)
    return {violation.place for violation in CONTRACT.check(match, request, answer)}


def test_an_operation_is_found_by_the_prefix_of_its_document() -> None:
    operations = [CONTRACT.match("GET", path).operation for path in (BALANCE, "/cs/getBalance")]
    assert [operation and operation.name for operation in operations] == ["v3.getBalance", "v2.getBalance"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/v3"), ("GET", "/v3/x"), ("PUT", BALANCE)])
def test_of_what_no_document_has_there_is_no_operation(method: str, path: str) -> None:
    assert CONTRACT.match(method, path).operation is None


def test_by_another_method_the_operations_of_the_path_are_near() -> None:
    assert [operation.name for operation in CONTRACT.match("GET", "/cs/purchase").near] == ["v2.purchase"]


@pytest.mark.parametrize("path", [BALANCE + "/", "//v3/./customers/demo//balance", "/v3/%63ustomers/demo/balance"])
def test_a_server_may_be_easy_about_a_path(path: str) -> None:
    exact, loose = (find("GET", path).operation for find in (CONTRACT.match, CONTRACT.match_loosely))
    assert (exact, loose and loose.name) == (None, "v3.getBalance")


def test_a_slash_in_a_parameter_stays_one() -> None:
    assert CONTRACT.match_loosely("GET", "/v3/customers/a%2Fb/balance").path == {"userId": "a/b"}


def test_a_key_is_missed() -> None:
    assert places(Request("GET", f"http://h{BALANCE}")) == {"query.apiKey"}


@pytest.mark.parametrize("authorization", ["Bearer k", "bearer   k"])
def test_a_bearer_token_stands_in_for_a_key(authorization: str) -> None:
    assert not places(Request("GET", f"http://h{BALANCE}", (("authorization", authorization),)))


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (Answer(200, IN_JSON, b'{"ok": true}'), "body.body"),
        (Answer(200, (("content-type", "text/html"),), b"<html>"), "contentType"),
        (Answer(599, IN_JSON, b"{}"), "status"),
        (Answer(200, IN_JSON), "body"),
    ],
)
def test_an_answer_is_held_against_the_contract(answer: Answer, place: str) -> None:
    assert place in places(None, answer)


def test_a_side_that_is_not_known_is_not_checked() -> None:
    assert not places(None, None)


@pytest.mark.parametrize(
    ("media", "body", "place"),
    [
        ("application/x-www-form-urlencoded", b"apiKey=k", "contentType"),
        ("application/json", b"{'apiKey': 'k'}", "body"),
        ("application/json", b'{"apiKey": "k", "apiKey": "k"}', "body"),
    ],
    ids=["a form", "no JSON", "a field twice"],
)
def test_of_what_cannot_be_read_the_cause_is_named(media: str, body: bytes, place: str) -> None:
    request = Request("PATCH", "http://h", (("content-type", media),), body)
    match = CONTRACT.match("PATCH", "/v3/customers/demo/favourites/12/ds")
    assert [violation.place for violation in CONTRACT.check(match, request, None)] == [place]


@pytest.mark.parametrize(("coding", "places"), [("compress", ["contentEncoding"]), ("gzip", [])])
def test_of_an_unknown_body_the_coding_is_checked(coding: str, places: list[str]) -> None:
    request = Request("PATCH", "http://h", (*IN_JSON, ("content-encoding", coding)))
    match = CONTRACT.match("PATCH", "/v3/customers/demo/favourites/12/ds")
    found = CONTRACT.check(match, request, None, knows_body=False)
    assert [violation.place for violation in found] == places


def test_a_packed_body_is_read() -> None:
    body = gzip.compress(orjson.dumps({"apiKey": "k"}))
    request = Request("PATCH", "http://h", (*IN_JSON, ("content-encoding", "gzip")), body)
    match = CONTRACT.match("PATCH", "/v3/customers/demo/favourites/12/ds")
    assert not list(CONTRACT.check(match, request, None))


def test_a_missing_header_of_a_refusal_is_found(tmp_path: Path) -> None:
    action = {"target": "$['x-failures'].reasons.UNAUTHORIZED", "update": {"headers": {"WWW-Authenticate": "Bearer"}}}
    overlay = {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "extends": "v3.yaml", "actions": [action]}
    (tmp_path / "headers.json").write_bytes(orjson.dumps(overlay))
    checked = CheckedContract(contract(overlays=(tmp_path / "headers.json",)).documents.values())
    answer = Answer(401, IN_JSON, b'{"ok": false, "errorMessage": "UNAUTHORIZED"}')
    found = [violation.place for violation in checked.check(checked.match("GET", BALANCE), None, answer)]
    assert found == ["headers.WWW-Authenticate"]
