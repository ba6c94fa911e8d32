"""The API key that stands anywhere in a request."""

from __future__ import annotations

import json

import pytest

from mockserver.web.message import HttpRequest, carried_key

KEYS = ["one", "one-two", "a+b", "ümlaut"]


def request(
    query: bytes = b"", body: bytes | None = b"", *headers: tuple[bytes, bytes], path: str = "/x"
) -> HttpRequest:
    return HttpRequest("GET", path, query, headers, body)


@pytest.mark.parametrize(
    ("carrier", "carried"),
    [
        (request(b"apiKey=one"), "one"),
        (request(b"apiKey=a%2Bb&x=%ff"), "a+b"),
        (request(b"apiKey=one&key=one-two"), "one-two"),
        (request(b"", b"", (b"authorization", b"Bearer one")), "one"),
        (request(b"", b"", (b"x-api-key", b"one")), "one"),
        (request(path="/v3/one"), "one"),
        (request(b"", b'{"deep": [{"key": "one"}]}'), "one"),
        (request(b"", b"{'key': 'one',"), "one"),
        (request(b"", b"user=me&key=one&x=y"), "one"),
        (request(b"", b'--X\r\nContent-Disposition: form-data; name="key"\r\n\r\none\r\n--X--'), "one"),
        (request(b"", json.dumps({"key": "one"}).encode("utf-16")), "one"),
        (request(b"", "key=ümlaut".encode()), "ümlaut"),
        (request(b"key=someone&other=one.two"), None),
        (request(b"", b"\xff"), None),
        (request(b"", None), None),
    ],
)
def test_a_key_is_found_wherever_it_stands(carrier: HttpRequest, carried: str | None) -> None:
    assert carried_key(carrier, KEYS) == carried
