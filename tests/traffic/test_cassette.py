"""Cassettes in the layouts of vcrpy, Ruby's VCR, betamax and go-vcr."""

from __future__ import annotations

import io
from typing import Any

import pytest
import yaml

from mockserver.traffic import cassette
from mockserver.traffic.exchange import CutOffError, Exchange, RecordingError, UnreadableEntry

STAMP = 7
ASKED = {"method": "GET", "uri": "http://h/v3/x"}
TOLD = {"status": {"code": 200, "message": "OK"}, "body": {"string": "{}"}, "headers": {"a": ["b", "c"]}}
GO_1 = """
version: 1
interactions:
- request: {body: "", form: {}, headers: {}, url: http://h/v3/x, method: GET}
  response: {body: "{}", headers: {A: [b, c]}, status: 200 OK, code: 200, duration: 1m2.5s}
"""
GO_2 = """
version: 2
interactions:
    - id: 0
      request: {proto: HTTP/1.1, content_length: 0, host: h, headers: {}, url: http://h/v3/x, method: GET}
      response: {content_length: 2, uncompressed: false, body: "{}", headers: {A: [b, c]}, status: 200 OK, code: 200}
"""
BETAMAX = """
{"http_interactions": [{"request": {"body": {"encoding": "utf-8", "string": ""}, "headers": {}, "method": "GET",
 "uri": "http://h/v3/x"}, "response": {"body": {"base64_string": "e30="}, "headers": {"A": ["b", "c"]},
 "status": {"code": 200, "message": "OK"}}, "recorded_at": "2025-06-15T15:06:40"}], "recorded_with": "betamax/0.9"}
"""
RUBY = """
http_interactions:
- request: !ruby/object:VCR::Request {method: ':get', uri: 'http://h/v3/x', body: {string: ''}, headers: {}}
  response: {status: {code: 200}, headers: {A: [b, c]}, body: {encoding: ASCII-8BIT, string: !binary "e30="}}
  recorded_at: Sun, 15 Jun 2025 15:06:40 GMT
"""


def read(text: str) -> list[Exchange | UnreadableEntry]:
    return list(cassette.read(io.BytesIO(text.encode()), STAMP))


def interactions(*some: object) -> list[Exchange | UnreadableEntry]:
    return read(yaml.safe_dump({"interactions": list(some)}))


@pytest.mark.parametrize("text", [GO_1, GO_2, BETAMAX, RUBY], ids=["go-vcr 1", "go-vcr 2", "betamax", "ruby"])
def test_a_layout_is_read(text: str) -> None:
    [exchange] = read(text)
    assert isinstance(exchange, Exchange), exchange
    assert (exchange.request.method, exchange.request.url) == ("GET", "http://h/v3/x")
    assert exchange.answer is not None
    assert (exchange.answer.status, exchange.answer.body, [value for _, value in exchange.answer.headers]) == (
        200,
        b"{}",
        ["b", "c"],
    )


@pytest.mark.parametrize(("text", "started"), [(GO_1, STAMP), (BETAMAX, 1_750_000_000_000), (RUBY, 1_750_000_000_000)])
def test_a_time_without_a_zone_is_utc(text: str, started: int) -> None:
    [exchange] = read(text)
    assert isinstance(exchange, Exchange)
    assert exchange.started == started


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("1m2.5s", 62_500), ("219.7ms", 219.7), ("1h0m0s", 3_600_000), ("45µs", 0.045), ("", 0), (12, 0), (None, 0)],
)
def test_a_duration_of_go_is_read(text: object, milliseconds: float) -> None:
    [exchange] = interactions({"request": ASKED, "response": {**TOLD, "duration": text}})
    assert isinstance(exchange, Exchange)
    assert exchange.duration == pytest.approx(milliseconds)


@pytest.mark.parametrize("recorded", ["2025-13-45", "0001-01-01T00:00:00Z", "soon", 5, [1]])
def test_a_time_that_is_none_is_that_of_the_file(recorded: object) -> None:
    [exchange] = read(f"interactions: [{{request: {ASKED}, response: {TOLD}, recorded_at: {recorded}}}]")
    assert isinstance(exchange, Exchange)
    assert exchange.started == STAMP


def test_an_interaction_without_a_response_has_no_answer() -> None:
    [exchange] = interactions({"request": ASKED, "response": None})
    assert isinstance(exchange, Exchange)
    assert exchange.answer is None


@pytest.mark.parametrize("binary", ["!binary", "!!binary"])
def test_bytes_that_are_no_base64_are_text(binary: str) -> None:
    [exchange] = read(f"interactions: [{{request: {ASKED}, response: {{status: 200, body: {binary} '<svg>'}}}}]")
    assert isinstance(exchange, Exchange)
    assert exchange.answer is not None
    assert exchange.answer.body == b"<svg>"


@pytest.mark.parametrize(
    ("interaction", "reason"),
    [
        (None, "it must be a mapping"),
        ({}, "request is missing"),
        ({"request": "GET /"}, "request must be a mapping"),
        ({"request": {"uri": "http://h/"}, "response": TOLD}, "request.method is missing"),
        ({"request": {"method": "GET"}, "response": TOLD}, "request.uri is missing"),
        ({"request": ASKED, "response": {}}, "response.status is missing"),
        ({"request": ASKED, "response": "none"}, "response must be a mapping"),
        ({"request": ASKED, "response": {"status": {}}}, "response.status.code is missing"),
        ({"request": ASKED, "response": {"status": "200 OK"}}, "response.status must be an integer or a mapping"),
        ({"request": ASKED, "response": {**TOLD, "headers": ["a"]}}, "response.headers must be a mapping"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_interaction_is_named_wherever_it_is(interaction: Any, reason: str, place: int) -> None:
    sound = {"request": ASKED, "response": TOLD}
    some: list[Any] = [sound, sound]
    some.insert(place, interaction)
    found = interactions(*some)
    assert found[place] == UnreadableEntry(f"interaction {place + 1}", reason)
    assert sum(isinstance(each, Exchange) for each in found) == 2


@pytest.mark.parametrize("end", range(30, 330, 25))
def test_a_text_that_ends_too_early_is_cut_off(end: int) -> None:
    with pytest.raises(CutOffError, match=r"line \d+, column \d+: the file ends here; it was cut off"):
        read(BETAMAX.strip()[:end])


def test_yaml_that_ends_too_early_is_cut_off() -> None:
    with pytest.raises(CutOffError, match=r"line \d+, column \d+: the file ends here; it was cut off"):
        read(GO_1.rstrip()[:-20])


def test_a_mistake_in_the_yaml_has_a_place() -> None:
    with pytest.raises(RecordingError, match=r"line 2, column \d+: "):
        read("interactions:\n- a: b: c\n")
