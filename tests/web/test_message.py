"""What a request says beside its body."""

from __future__ import annotations

import pytest

from mockserver.web.message import HttpRequest


def request(*headers: tuple[bytes, bytes]) -> HttpRequest:
    return HttpRequest("GET", "/", b"", headers)


@pytest.mark.parametrize(
    "value",
    [b"application/json", b"Application/JSON", b"application/json; charset=utf-8", b" application/json ;charset=utf-8"],
)
def test_the_media_type_is_without_parameters_and_case(value: bytes) -> None:
    assert request((b"content-type", value)).media_type == "application/json"


def test_a_request_without_a_content_type_has_an_empty_one() -> None:
    assert request().media_type == ""


def test_the_first_of_two_headers_counts() -> None:
    assert request((b"x", b"1"), (b"x", b"2")).header(b"x") == "1"


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b"Bearer abc", "abc"),
        (b"bearer  abc ", "abc"),
        (b"Bearer a b", "a b"),
        (b"Bearer \xff", "\xff"),
        (b"Bearer ", None),
        (b"Bearer", None),
        (b"Basic abc", None),
        (b"abc", None),
        (b"", None),
    ],
)
def test_a_bearer_token_is_the_key_of_its_header(value: bytes, key: str | None) -> None:
    assert request((b"authorization", value)).bearer == key


def test_no_authorization_is_no_bearer_token() -> None:
    assert request().bearer is None
