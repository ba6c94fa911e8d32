"""What of a request could be an API key."""

from __future__ import annotations

import pytest

from mockserver.web.message import HttpRequest, possible_keys


def request(query: bytes = b"", body: bytes | None = b"", *headers: tuple[bytes, bytes]) -> HttpRequest:
    return HttpRequest("GET", "/v3/x", query, headers, body)


@pytest.mark.parametrize(
    ("carrier", "carried"),
    [
        (request(b"apiKey=one&key=two"), ["one", "two"]),
        (request(b"apiKey=a%2Bb&x=%ff"), ["a+b", "\ufffd"]),
        (request(b"", b"", (b"authorization", b"Bearer one")), ["one"]),
        (request(b"", b'{"apiKey": "one", "n": 1, "deep": {"key": "two"}}'), ["one"]),
        (request(b"", b'["one"]'), []),
        (request(b"", b"{"), []),
        (request(b"", b"\xff"), []),
        (request(b"", None), []),
        (request(), []),
    ],
)
def test_what_could_be_a_key(carrier: HttpRequest, carried: list[str]) -> None:
    assert list(possible_keys(carrier)) == carried
