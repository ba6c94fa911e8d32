"""Recordings of every program are read the same way, without their keys, and say where they are broken."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import load
from mockserver.traffic import Answer, Exchange, Redactor, Request, har, jsonl, recordings
from mockserver.traffic.exchange import CutOffError, RecordingError
from mockserver.traffic.recordings import read
from tests.traffic.traffic import exchanges

RECORDED = Path(__file__).parent / "recorded"
KEY = "planted-key-0123"
COUNTRIES = {"ok": True, "body": [{"cShort": "12", "country": "United States", "carriers": ["any"]}]}
STAMP = 1_750_000_000_250


def entry(**changes: Any) -> dict[str, Any]:
    """A HAR entry as small as can be; changes are to its response."""
    return {
        "startedDateTime": "2025-06-15T15:06:40.250Z",
        "time": 5,
        "request": {"method": "GET", "url": "http://service.test/v3/x", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"text": "{}"}, **changes},
    }


def archive(path: Path, *entries: object) -> Path:
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return path


def read_all(path: Path) -> list[Exchange]:
    return list(read(path))


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("chromium.har", [COUNTRIES, None, None]),
        ("firefox.har", ["orderId"]),
        ("mitmproxy.har", ["userId", "orderId", None]),
        ("vcrpy.yaml", [None, None]),
        ("vcrpy.json", [None, None]),
    ],
)
def test_what_a_program_has_recorded_is_read(name: str, answers: list[Any]) -> None:
    found = read_all(RECORDED / name)
    assert len(found) == len(answers)
    for exchange, expected in zip(found, answers, strict=True):
        if isinstance(expected, dict):
            assert exchange.answer is not None
            assert exchange.answer.json == expected
        elif expected:
            assert exchange.answer is not None
            assert expected in exchange.answer.json["body"]


@pytest.mark.parametrize("name", ["chromium.har", "firefox.har", "vcrpy.yaml", "vcrpy.json"])
def test_no_key_is_left_of_what_is_read(name: str) -> None:
    assert KEY in (RECORDED / name).read_text()
    assert KEY.encode() not in b"".join(jsonl.write(read(RECORDED / name)))


def test_a_lost_answer_of_chromium_is_none() -> None:
    assert read_all(RECORDED / "chromium.har")[2].answer is None


def test_a_body_that_chromium_has_dropped_is_noted() -> None:
    assert read_all(RECORDED / "chromium.har")[1].notes == {"left_out": ["answer"]}


def test_pseudo_headers_of_http_2_are_no_headers() -> None:
    names = {name for exchange in read(RECORDED / "chromium.har") for name, _ in exchange.request.headers}
    assert names == {"accept", "accept-encoding", "content-type"}


@pytest.mark.parametrize(("name", "started"), [("chromium.har", STAMP), ("firefox.har", STAMP)])
def test_times_are_read_in_every_zone(name: str, started: int) -> None:
    assert read_all(RECORDED / name)[0].started == started


def test_a_packed_answer_of_vcrpy_is_unpacked() -> None:
    answer = read_all(RECORDED / "vcrpy.yaml")[0].answer
    assert answer is not None
    assert answer.json["body"][0]["carriers"] == ["any", "tmobile"]


def test_a_packed_body_in_a_har_is_unpacked(tmp_path: Path) -> None:
    packed = b64encode(gzip.compress(b'{"ok":true}')).decode()
    headers = [{"name": "Content-Encoding", "value": "gzip"}]
    path = archive(tmp_path / "a.har", entry(headers=headers, content={"text": packed, "encoding": "base64"}))
    answer = read_all(path)[0].answer
    assert answer is not None
    assert answer.json == {"ok": True}


@given(st.lists(exchanges, max_size=3))
@settings(deadline=None, max_examples=40)
def test_lines_are_read_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, written: list[Exchange]) -> None:
    path = tmp_path_factory.getbasetemp() / "property.jsonl"
    redacted = [Redactor().exchange(exchange) for exchange in written]
    path.write_bytes(b"".join(jsonl.write(redacted)) or b"\n\n")
    if redacted:
        assert [each._replace(notes={}) for each in read(path)] == [each._replace(notes={}) for each in redacted]


def test_a_har_of_our_own_keeps_operation_and_notes(tmp_path: Path) -> None:
    exchange = Exchange(
        Request("PUT", "http://service.test/v3/x?a=1", (("content-type", "application/octet-stream"),), b"\xff\xe9"),
        Answer(200, (("content-type", "application/json"),), b'{"ok":true}'),
        STAMP,
        1.5,
        "v3.orderNumber",
        {"world": "w1"},
    )
    with (tmp_path / "own.har").open("w") as file:
        har.write([exchange], file)
    assert read_all(tmp_path / "own.har") == [exchange]


def test_the_journal_as_the_control_api_shows_it_is_read(tmp_path: Path) -> None:
    shown = {
        "number": 1, "world": "w1", "operation": "v3.getBalance", "method": "GET", "path": "/v3/x", "query": "a=1",
        "status": 200, "request": {"headers": [["host", "127.0.0.1:8080"]], "body": ""},
        "answer": {"headers": [["content-type", "application/json"]], "body": '{"ok":true}'},
        "faults": [], "rules": [], "at": None, "began": "2025-06-15T15:06:40.250Z", "milliseconds": 2,
    }  # fmt: skip
    (tmp_path / "journal.json").write_text(json.dumps({"exchanges": [shown], "recorded": 1, "forgotten": 0}))
    (exchange,) = read(tmp_path / "journal.json")
    assert (exchange.request.url, exchange.started) == ("http://127.0.0.1:8080/v3/x?a=1", STAMP)


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.har.gz").write_bytes(gzip.compress((RECORDED / "chromium.har").read_bytes()))
    assert read_all(tmp_path / "a.har.gz") == read_all(RECORDED / "chromium.har")


@pytest.mark.parametrize("end", range(200, 3600, 400))
def test_of_a_har_that_was_cut_off_the_whole_entries_are_read(tmp_path: Path, end: int) -> None:
    (tmp_path / "cut.har").write_bytes((RECORDED / "chromium.har").read_bytes()[:end])
    found: list[Exchange] = []
    with pytest.raises(CutOffError, match=r"cut\.har: the file ends in entry \d+; it was cut off"):
        found.extend(read(tmp_path / "cut.har"))
    assert found == read_all(RECORDED / "chromium.har")[: len(found)]


def test_of_lines_that_were_cut_off_the_whole_ones_are_read(tmp_path: Path) -> None:
    whole = b"".join(jsonl.write(read(RECORDED / "chromium.har")))
    (tmp_path / "cut.jsonl").write_bytes(whole[:-20])
    with pytest.raises(CutOffError, match="line 3: the file ends within this line"):
        read_all(tmp_path / "cut.jsonl")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (
            b'{"log": {"entries": [{"request": {"method": "GET"}}]}}',
            r"entry 1: request\.url is missing: it must be a string",
        ),
        (
            b'{"log": {"entries": [{"request": {"method": "GET"}, "response": {"status": 200}}]}}',
            r"entry 1: request\.url is missing: it must be a string",
        ),
        (b'{"log": {"entries": [{]}}', "after entry 0: this is not JSON"),
        (b'{"started": 1}\n', r"line 1: .*request"),
        (b"a: 1\n", "unknown format: a recording must be HAR"),
        (b"a: [1\nb", r"line \d+, column \d+: "),
        (
            b"interactions:\n- request: {method: GET}\n  response: {}\n- {}\n",
            r"interaction 1: request\.uri is missing",
        ),
        (b"\x89PNG\r\n\x1a\n", "this is not a recording"),
    ],
    ids=["empty", "no response", "no url", "no json", "no line", "yaml", "broken yaml", "cassette", "binary"],
)
def test_what_cannot_be_read_says_where(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(RecordingError, match=message):
        read_all(tmp_path / "bad")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.har: cannot be read: No such file"):
        read_all(tmp_path / "none.har")


@pytest.mark.parametrize(
    "spelled", [KEY, quote(KEY, safe="").replace("-", "%2D"), b64encode(f"u:{KEY}".encode()).decode()]
)
def test_a_key_that_comes_back_in_an_answer_is_hidden_however_it_is_spelled(tmp_path: Path, spelled: str) -> None:
    request = {"method": "GET", "url": f"http://service.test/v3/x?apiKey={KEY}", "headers": []}
    path = archive(tmp_path / "a.har", {**entry(content={"text": json.dumps({"note": spelled})}), "request": request})
    assert spelled.encode() not in b"".join(jsonl.write(read(path)))


def test_a_large_har_needs_little_memory(tmp_path: Path) -> None:
    text = json.dumps(entry(content={"text": "x" * 20_000}))
    with (tmp_path / "large.har").open("w") as file:
        file.write('{"log": {"version": "1.2", "entries": [')
        file.write(",".join([text] * 1000))
        file.write("]}}")
    tracemalloc.start()
    count = sum(1 for _ in read(tmp_path / "large.har"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, peak < 4_000_000) == (1000, True)


def test_a_key_in_a_url_is_noted_under_whatever_name(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    leaking = Request("GET", "http://stranger.test/hello?who=se%63ret-1")
    path.write_bytes(b"".join(jsonl.write([Exchange(leaking, None, 0, 0.0)])))
    [exchange] = recordings.read(path, ["secret-1"])
    assert exchange.notes == {recordings.KEY_IN_URL: True}


def test_a_key_that_is_looked_for_is_redacted(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    path.write_bytes(b"".join(jsonl.write([Exchange(Request("GET", "http://a.test/?who=secret-1"), None, 0, 0.0)])))
    [exchange] = recordings.read(path, ["secret-1"])
    assert "secret-1" not in exchange.request.url


def test_the_keys_of_the_service_are_those_that_its_requests_carry(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    urls = ("http://a.test/v3/customers/demo/balance?apiKey=ours", "http://b.test/maps?key=theirs")
    path.write_bytes(b"".join(jsonl.write(Exchange(Request("GET", url), None, 0, 0.0) for url in urls)))
    assert recordings.keys_of(path, (load("v3"), load("v2"))) == {"ours"}


def test_a_body_that_is_cut_is_not_kept_since_it_may_end_within_a_key(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.har", entry(content={"text": f'{{"key": "{KEY[:5]}', "size": 99}))
    [exchange] = read(path)
    assert exchange.answer is not None
    assert (exchange.answer.body, exchange.notes) == (b"", {"left_out": ["answer"], "short": ["answer"]})


def test_a_packed_body_in_an_unknown_coding_is_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    packed = Answer(200, (("content-encoding", "secret"),), b"\xff\x00")
    path.write_bytes(b"".join(jsonl.write([Exchange(Request("GET", "http://h/"), packed, 0, 0.0)])))
    assert [each.notes for each in read(path)] == [{"left_out": ["answer"], "packed": ["answer"]}]
