from __future__ import annotations

import gzip
import io
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import Answer, Exchange, Request, har
from tests.traffic.traffic import exchanges

SPECIFICATION = jsonschema_rs.validator_for(json.loads(Path(__file__).with_name("har-1.2.json").read_text()))


def _log(*written: Exchange) -> Any:
    file = io.StringIO()
    har.write(written, file, version="1.0")
    archive = json.loads(file.getvalue())
    assert [str(error) for error in SPECIFICATION.iter_errors(archive)] == []
    return archive["log"]


def _entry(request: Request | None = None, answer: Answer | None = None, **more: Any) -> Any:
    [entry] = _log(Exchange(request or Request("GET", "http://h/"), answer, 1_750_000_000_123, 2.5, **more))["entries"]
    return entry


def _body(content: Any) -> bytes:
    encoded = content.get("encoding") or content.get("_encoding")
    return b64decode(content["text"]) if encoded else content["text"].encode()


@given(st.lists(exchanges, max_size=3))
@settings(deadline=None)
def test_every_body_is_in_a_valid_archive(written: list[Exchange]) -> None:
    entries = _log(*written)["entries"]
    bodies = [(_body(entry["request"].get("postData", {"text": ""})), entry["response"]["status"]) for entry in entries]
    assert bodies == [(item.request.body, item.answer.status if item.answer else 0) for item in written]
    answers = [_body(entry["response"]["content"]) for entry in entries if entry["response"]["status"]]
    assert answers == [item.answer.body for item in written if item.answer]


def test_an_archive_says_who_wrote_it() -> None:
    assert _log()["creator"] == {"name": "smsonline-mock", "version": "1.0"}


def test_a_request_has_its_url_query_and_headers() -> None:
    request = _entry(Request("GET", "http://h/v3?a=%41&b=#c", (("accept", "*/*"), ("accept", "x"))))["request"]
    assert (request["url"], request["queryString"], request["headers"]) == (
        "http://h/v3?a=%41&b=",
        [{"name": "a", "value": "A"}, {"name": "b", "value": ""}],
        [{"name": "accept", "value": "*/*"}, {"name": "accept", "value": "x"}],
    )


def test_times_are_real_and_in_milliseconds() -> None:
    entry = _entry()
    assert (entry["startedDateTime"], entry["time"], entry["timings"]["wait"]) == (
        "2025-06-15T15:06:40.123000+00:00",
        2.5,
        2.5,
    )


def test_text_stays_text() -> None:
    content = _entry(answer=Answer(200, (("content-type", "application/json"),), '{"a": "é"}'.encode()))["response"]
    assert content["content"] == {"size": 11, "mimeType": "application/json", "text": '{"a": "é"}'}


@pytest.mark.parametrize(("status", "text"), [(402, "Payment Required"), (299, ""), (200, "OK")])
def test_a_status_has_its_phrase(status: int, text: str) -> None:
    assert _entry(answer=Answer(status))["response"]["statusText"] == text


def test_a_lost_answer_has_the_status_0() -> None:
    assert _entry()["response"]["status"] == 0


def test_a_packed_body_is_unpacked_and_says_what_that_saved() -> None:
    packed = gzip.compress(b"a" * 1000)
    response = _entry(answer=Answer(200, (("content-encoding", "gzip"),), packed))["response"]
    assert (response["content"]["text"], response["bodySize"]) == ("a" * 1000, len(packed))
    assert response["content"]["compression"] == 1000 - len(packed)


def test_operation_and_notes_are_custom_fields() -> None:
    request = _entry(operation="v3.getOrder", notes={"world": "demo"})["request"]
    assert (request["_operation"], request["_notes"]) == ("v3.getOrder", {"world": "demo"})


def test_without_operation_and_notes_there_are_no_custom_fields() -> None:
    assert [name for name in _entry()["request"] if name.startswith("_")] == []


def test_an_unknown_body_is_not_written_as_empty() -> None:
    entry = _entry(answer=Answer(200), notes={"left_out": ["answer", "request"]})
    assert (entry["response"]["content"], entry["response"]["bodySize"], entry["request"]["bodySize"]) == (
        {"size": 0, "mimeType": "application/octet-stream"},
        -1,
        -1,
    )
