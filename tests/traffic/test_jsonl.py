from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import Answer, Exchange, Request, jsonl
from tests.traffic.traffic import exchanges

EXCHANGE = Exchange(
    Request("PUT", "http://h/v3?a=b", (("accept", "*/*"),), b'{"a": 1}'),
    Answer(200, (("content-type", "application/json"),), b"\xff"),
    1_750_000_000_000,
    2.5,
    "v3.orderNumber",
    {"world": "demo"},
)
LINE = (
    b'{"started":1750000000000,"duration":2.5,"operation":"v3.orderNumber",'
    b'"request":{"method":"PUT","url":"http://h/v3?a=b","headers":[["accept","*/*"]],"body":"{\\"a\\": 1}"},'
    b'"answer":{"status":200,"headers":[["content-type","application/json"]],"body":{"base64":"/w=="}},'
    b'"notes":{"world":"demo"}}\n'
)


def test_an_exchange_is_a_line() -> None:
    assert list(jsonl.write([EXCHANGE])) == [LINE]


@given(st.lists(exchanges, max_size=3))
@settings(deadline=None)
def test_what_is_written_is_read(written: list[Exchange]) -> None:
    assert list(jsonl.read(b"".join(jsonl.write(written)).splitlines(keepends=True))) == written


def test_the_end_of_the_last_line_may_be_missing() -> None:
    assert list(jsonl.read([LINE, LINE.rstrip()])) == [EXCHANGE, EXCHANGE]


def test_blank_lines_are_read_over() -> None:
    assert list(jsonl.read([b"\n", LINE, b"  \n"])) == [EXCHANGE]


def test_what_may_be_missing_is_empty() -> None:
    line = b'{"request": {"method": "GET", "url": "http://h/"}, "answer": null, "started": 0, "duration": 0}'
    assert list(jsonl.read([line])) == [Exchange(Request("GET", "http://h/"), None, 0, 0)]


def _with(pointer: str, value: object) -> bytes:
    line = orjson.loads(LINE)
    holder = line
    *above, last = pointer.split(".")
    for name in above:
        holder = holder[name]
    holder[last] = value
    return orjson.dumps(line) + b"\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{]\n", "line 2: this is not JSON: "),
        (LINE[:100], "line 2: the file ends within this line; it was cut off"),
        (b"[]\n", 'line 2: the value is not of type "object"'),
        (b"{}\n", 'line 2: "request" is a required property'),
        (_with("answer.status", "200"), 'line 2: answer.status: the value is not of type "integer"'),
        (_with("request.headers", [["a"]]), "line 2: request.headers.0: the value has less than 2 items"),
        (_with("request.body", {"base64": "?"}), "line 2: request.body.base64: this is not base64: "),
        (_with("started", True), 'line 2: started: the value is not of type "integer"'),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes, message: str) -> None:
    with pytest.raises(jsonl.LinesError) as refused:
        list(jsonl.read([LINE, line]))
    assert str(refused.value).startswith(message)


def test_an_error_quotes_no_value() -> None:
    with pytest.raises(jsonl.LinesError) as refused:
        list(jsonl.read([_with("request", "apiKey=demo-key")]))
    assert "demo-key" not in str(refused.value)


def test_the_exchanges_before_a_broken_line_are_read() -> None:
    reading = jsonl.read([LINE, LINE[:100]])
    assert next(reading) == EXCHANGE
