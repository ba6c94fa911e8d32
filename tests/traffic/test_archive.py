"""HAR as browsers and their helpers write it, and not as the specification has it."""

from __future__ import annotations

import copy
import io
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import archive
from mockserver.traffic.exchange import ANSWER, LEFT_OUT, REQUEST, SHORT, Exchange, UnreadableEntry

if TYPE_CHECKING:
    from collections.abc import Callable

STAMP = 7
JSON = '{"ok":true,"body":[]}'
SENT = {"method": "PUT", "url": "http://h/v3/x", "headers": [], "bodySize": 2, "postData": {"text": "{}"}}
RECEIVED = {"status": 200, "headers": [], "content": {"size": len(JSON), "text": JSON}, "bodySize": -1}
ENTRY = {"startedDateTime": "2025-06-15T15:06:40.250Z", "time": 5, "request": SENT, "response": RECEIVED}


def read(*entries: object) -> list[Exchange | UnreadableEntry]:
    return list(archive.read(io.BytesIO(json.dumps({"log": {"entries": entries}}).encode()), STAMP))


def one(**changes: Any) -> Exchange:
    """The exchange of an entry with other members, `None` for none at all."""
    [exchange] = read({name: value for name, value in {**ENTRY, **changes}.items() if value is not None})
    assert isinstance(exchange, Exchange), exchange
    return exchange


def received(**content: Any) -> Exchange:
    return one(response={**RECEIVED, "content": content})


@pytest.mark.parametrize(
    "response",
    [None, {}, {"status": None}, {"status": 0}, {"status": -1}, {"status": "failed"}, {"status": True}],
)
def test_an_entry_without_a_status_has_no_answer(response: object) -> None:
    assert one(response=response).answer is None


@pytest.mark.parametrize("status", [200, 200.0, "200"])
def test_a_status_is_a_number_however_it_is_written(status: object) -> None:
    answer = one(response={**RECEIVED, "status": status}).answer
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize(
    "content",
    [
        {"size": -1},
        {"size": -1, "_file": "a.json"},
        {"_file": "a.json", "size": 0},
        {"size": -1, "comment": "not included"},
        {"size": 12},
        {"size": 12, "text": ""},
        {"size": -1, "text": ""},
        {"size": 12, "text": {"ok": True}},
        {"mimeType": "application/json"},
    ],
)
def test_the_body_of_an_answer_may_be_elsewhere(content: dict[str, Any]) -> None:
    exchange = received(**content)
    assert (exchange.knows(ANSWER), exchange.knows(REQUEST)) == (False, True)


@pytest.mark.parametrize(
    ("response", "method"),
    [
        ({**RECEIVED, "content": {"size": 0}}, "PUT"),
        ({**RECEIVED, "content": {"size": 0, "text": ""}}, "PUT"),
        ({**RECEIVED, "content": {"text": ""}}, "PUT"),
        ({**RECEIVED, "content": {}, "bodySize": 0}, "PUT"),
        ({**RECEIVED, "content": {"size": -1}, "status": 204}, "PUT"),
        ({**RECEIVED, "content": {"size": 99}, "status": 304}, "PUT"),
        ({**RECEIVED, "content": {"size": 99}}, "HEAD"),
    ],
)
def test_the_body_of_an_answer_may_be_empty(response: dict[str, Any], method: str) -> None:
    exchange = one(response=response, request={**SENT, "method": method})
    assert exchange.knows(ANSWER)
    assert exchange.answer is not None
    assert exchange.answer.body == b""


@pytest.mark.parametrize(
    ("request_", "knows"),
    [
        ({"bodySize": 0}, True),
        ({"bodySize": 101}, False),
        ({"bodySize": -1}, False),
        ({}, False),
        ({"bodySize": -1, "method": "GET"}, True),
        ({"bodySize": -1, "headers": [{"name": "Content-Length", "value": "0"}]}, True),
        ({"bodySize": -1, "postData": {"text": ""}}, True),
        ({"bodySize": -1, "postData": {"text": "", "_file": "a.json"}}, False),
        ({"bodySize": 0, "postData": {"params": [{"name": "a", "value": "b"}]}}, False),
        ({"bodySize": -1, "postData": {"text": "{}"}}, True),
    ],
)
def test_the_body_of_a_request_is_known_or_not(request_: dict[str, Any], knows: bool) -> None:
    assert one(request={"method": "PUT", "url": "http://h/", **request_}).knows(REQUEST) is knows


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (b64encode(JSON.encode()).decode(), JSON),
        (b64encode(JSON.encode()).decode().rstrip("="), JSON),
        ("eyJvayI6dHJ1ZSwi\r\nYm9keSI6W119", JSON),
        (JSON, JSON),
        ("<svg>é", "<svg>é"),
    ],
)
@pytest.mark.parametrize("side", [REQUEST, ANSWER])
def test_base64_is_text_if_it_is_none(side: str, text: str, body: str) -> None:
    content = {"text": text, "encoding": "base64"}
    exchange = one(request={**SENT, "postData": content}) if side == REQUEST else received(**content)
    message = exchange.request if side == REQUEST else exchange.answer
    assert message is not None
    assert message.body.decode() == body


def test_a_text_that_could_be_base64_is_what_its_size_says() -> None:
    answers = [received(text="true", size=size, encoding="base64").answer for size in (4, 3)]
    assert [answer and answer.body for answer in answers] == [b"true", b"\xb6\xbb\x9e"]


def test_a_body_that_a_browser_has_cut_is_noted() -> None:
    assert received(text=JSON[:5], size=len(JSON)).notes == {SHORT: [ANSWER]}


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        ("2025-06-15T15:06:40.250Z", 1_750_000_000_250),
        ("2025-06-15T17:06:40.250+02:00", 1_750_000_000_250),
        ("2025-06-15T15:06:40.250", 1_750_000_000_250),
        ("0001-01-01T00:00:00Z", STAMP),
        ("9999-12-31T23:59:59-12:00", STAMP),
        ("yesterday", STAMP),
        (None, STAMP),
    ],
)
def test_a_time_is_read_in_every_zone(started: str | None, expected: int) -> None:
    assert one(startedDateTime=started).started == expected


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (5, "request is missing: it must be an object"),
        ({**ENTRY, "request": "GET /"}, "request must be an object"),
        ({**ENTRY, "request": {**SENT, "url": None}}, "request.url is missing: it must be a string"),
        ({**ENTRY, "request": {**SENT, "headers": {"a": "b"}}}, "request.headers must be a list of objects"),
        ({**ENTRY, "request": {**SENT, "_notes": {LEFT_OUT: 5}}}, "request._notes.left_out must be a list"),
        ({**ENTRY, "response": "none"}, "response must be an object"),
        ({**ENTRY, "response": {**RECEIVED, "content": "{}"}}, "response.content must be an object"),
    ],
)
def test_a_bad_entry_is_named_and_costs_itself_only(entry: object, reason: str) -> None:
    before, bad, after = read(ENTRY, entry, ENTRY)
    assert isinstance(bad, UnreadableEntry)
    assert (bad.place, bad.reason.startswith(reason)) == ("entry 2", True), bad.reason
    assert before == after == one()


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, each in inner for place in _places(each, (*path, name)))]


WHOLE: dict[str, Any] = {
    **ENTRY,
    "request": {**SENT, "headers": [{"name": "a", "value": "b"}], "_notes": {LEFT_OUT: []}, "_operation": "x"},
    "response": {**RECEIVED, "headers": [{"name": "content-length", "value": "9"}]},
}
JOURNAL: dict[str, Any] = {
    "operation": "v3.getBalance", "method": "GET", "path": "/v3/x", "query": "a=1", "status": 200,
    "request": {"headers": [["host", "h"]], "body": ""}, "answer": {"headers": [["a", "b"]], "body": "{}"},
    "faults": [], "began": "2025-06-15T15:06:40.250Z", "milliseconds": 2,
}  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(1 - 2**63, 2**63 - 1)  # yajl stops at the least integer of 64 bits
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("entry", "key", "reader"),
    [(WHOLE, ("log", "entries"), archive.read), (JOURNAL, ("exchanges",), archive.read_journal)],
    ids=["har", "journal"],
)
@given(data=st.data())
@settings(deadline=None)
def test_no_entry_can_stop_the_reader(
    entry: dict[str, Any], key: tuple[str, ...], reader: Callable[..., Any], data: st.DataObject
) -> None:
    *above, last = data.draw(st.sampled_from(_places(entry)[1:]))
    changed = copy.deepcopy(entry)
    holder: Any = changed
    for name in above:
        holder = holder[name]
    holder[last] = data.draw(ANYTHING)
    whole: Any = [changed]
    for name in reversed(key):
        whole = {name: whole}
    [found] = reader(io.BytesIO(json.dumps(whole).encode()), STAMP)
    assert isinstance(found, Exchange | UnreadableEntry)
