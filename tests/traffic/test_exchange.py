from __future__ import annotations

import gzip
import subprocess
import sys

import pytest

from mockserver.contract import ABSENT
from mockserver.traffic import Answer, Exchange, Request, header
from mockserver.traffic.exchange import ANSWER, LEFT_OUT, REQUEST, SHORT, without_unknown_bodies
from mockserver.traffic.exchange import PACKED as PACKED_NOTE


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("http://h:80/v3/a%20b?x=1#y", "h:80", "/v3/a%20b"),
        ("http://h", "h", ""),
        ("/v3/a:b?x", "", "/v3/a:b"),
        ("http://[::1/x", "[::1", "/x"),
        ("", "", ""),
    ],
)
def test_a_url_has_a_host_and_a_path_even_if_it_is_broken(url: str, authority: str, path: str) -> None:
    request = Request("GET", url)
    assert (request.authority, request.path) == (authority, path)


def test_a_query_is_decoded_and_keeps_empty_values() -> None:
    assert Request("GET", "http://h/?a=%41+b&c=&a=2#d=3").query == (("a", "A b"), ("c", ""), ("a", "2"))


def test_a_header_is_found_in_any_case() -> None:
    assert header((("A", "1"), ("Content-Type", "x"), ("content-type", "y")), "CONTENT-type") == "x"


def test_a_missing_header_is_none() -> None:
    assert header((), "host") is None


@pytest.mark.parametrize(("body", "value"), [(b'{"a": 1}', {"a": 1}), (b"null", None), (b"", ABSENT), (b"{", ABSENT)])
def test_json_is_absent_unless_the_body_is_json(body: bytes, value: object) -> None:
    assert (Request("PUT", "http://h/", (), body).json, Answer(200, (), body).json) == (value, value)


def test_json_is_read_through_a_content_coding() -> None:
    assert Answer(200, (("Content-Encoding", "gzip"),), gzip.compress(b'{"a": 1}', mtime=0)).json == {"a": 1}


def test_a_body_that_cannot_be_decoded_is_its_own_content() -> None:
    assert Answer(200, (("content-encoding", "compress"),), b"\x0b").content == b"\x0b"


PACKED = gzip.compress(b'{"a": 1}', mtime=0)
ASKED = Request("GET", "http://h/")


def _with(body: bytes, *headers: tuple[str, str], status: int = 200, method: str = "GET") -> Exchange:
    return Exchange(Request(method, "http://h/"), Answer(status, headers, body), 0, 0)


@pytest.mark.parametrize(
    "exchange",
    [
        _with(b""),
        _with(b"{}", ("content-length", "2")),
        _with(b"{}", ("content-length", "1")),
        _with(b"{}", ("content-length", "soon")),
        _with(b"", ("content-length", "99"), method="HEAD"),
        _with(b"", ("content-length", "99"), status=304),
        _with(PACKED, ("Content-Encoding", "gzip"), ("Content-Length", str(len(PACKED)))),
        _with(b"", ("content-encoding", "compress")),
        Exchange(ASKED, None, 0, 0),
    ],
)
def test_a_body_that_can_be_read_is_known(exchange: Exchange) -> None:
    assert without_unknown_bodies(exchange) is exchange


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (_with(b"", ("Content-Length", "9")), SHORT),
        (_with(b'{"a": ', ("content-length", "9")), SHORT),
        (_with(PACKED[:-14], ("content-encoding", "gzip")), SHORT),
        (_with(b"?", ("content-encoding", "compress")), PACKED_NOTE),
        (_with(b"??", ("content-encoding", "gzip")), PACKED_NOTE),
    ],
)
def test_a_body_that_is_cut_off_or_cannot_be_decoded_is_unknown(exchange: Exchange, reason: str) -> None:
    found = without_unknown_bodies(exchange)
    assert (found.knows(ANSWER), found.knows(REQUEST), dict(found.notes)) == (
        False,
        True,
        {LEFT_OUT: [ANSWER], reason: [ANSWER]},
    )
    assert found.answer is not None
    assert (found.answer.body, found.answer.status) == (b"", 200)


def test_complete_json_that_is_shorter_than_its_header_says_is_known() -> None:
    exchange = without_unknown_bodies(_with(b'{"a": 1}', ("content-length", "99")))
    assert (exchange.knows(ANSWER), dict(exchange.notes)) == (True, {SHORT: [ANSWER]})
    assert exchange.answer is not None
    assert exchange.answer.json == {"a": 1}


def test_the_body_of_a_request_may_be_unknown_too() -> None:
    cut = ASKED._replace(headers=(("content-length", "9"),))
    exchange = without_unknown_bodies(Exchange(cut, None, 0, 0, notes={LEFT_OUT: [ANSWER]}))
    assert dict(exchange.notes) == {LEFT_OUT: [ANSWER, REQUEST], SHORT: [REQUEST]}


def test_a_body_that_the_recorder_left_out_is_not_called_short() -> None:
    exchange = _with(b"", ("content-length", "9"))._replace(notes={LEFT_OUT: [ANSWER]})
    assert without_unknown_bodies(exchange) is exchange


def test_traffic_imports_nothing_that_only_checks_need() -> None:
    script = "import sys; from mockserver.traffic import redaction, har, jsonl; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    assert not {"schemathesis", "hypothesis", "httpx", "requests", "mockserver.web", "mockserver.domain"} & set(loaded)
