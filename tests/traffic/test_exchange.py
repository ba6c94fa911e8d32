from __future__ import annotations

import gzip
import subprocess
import sys
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import ABSENT
from mockserver.traffic import Answer, Request, exchange, header


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
    assert Answer(200, (("content-encoding", "br"),), b"\x0b").content == b"\x0b"


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@given(st.binary())
@settings(deadline=None)
def test_a_coding_is_undone(content: bytes) -> None:
    packed = {
        "gzip": gzip.compress(content, mtime=0),
        "X-GZip": gzip.compress(content, mtime=0),
        "deflate": zlib.compress(content),
        "deflate, gzip": gzip.compress(zlib.compress(content)),
        "identity": content,
    }
    assert {exchange.decode(name, body) for name, body in packed.items()} == {content}


def test_deflate_without_the_header_of_zlib_is_undone() -> None:
    assert exchange.decode("deflate", _raw_deflate(b"some text")) == b"some text"


def test_several_gzip_members_are_one_content() -> None:
    assert exchange.decode("gzip", gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0)) == b"ab"


def test_of_a_body_that_ends_too_early_the_beginning_is_read() -> None:
    assert exchange.decode("gzip", gzip.compress(b"some text", mtime=0)[:-9]) == b"some text"


@pytest.mark.parametrize(
    ("name", "body"), [("br", b"x"), ("gzip", b"{}"), ("gzip", gzip.compress(b"a", mtime=0) + b"{}")]
)
def test_what_is_not_in_a_known_coding_is_none(name: str, body: bytes) -> None:
    assert exchange.decode(name, body) is None


def test_a_small_body_cannot_unpack_to_gigabytes() -> None:
    assert exchange.decode("gzip", gzip.compress(bytes(exchange.LIMIT + 1))) is None


def test_traffic_imports_nothing_that_only_checks_need() -> None:
    script = "import sys; from mockserver.traffic import redaction, har, jsonl; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    assert not {"schemathesis", "hypothesis", "httpx", "requests", "mockserver.web", "mockserver.domain"} & set(loaded)
