from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import BadPath, Found, NotFound, WrongMethod
from mockserver.contract.routing import Router

ROUTES = [
    ("GET", "/"),
    ("GET", "/a"),
    ("PUT", "/a"),
    ("GET", "/a/{x}"),
    ("GET", "/a/b"),
    ("GET", "/a/b/c"),
    ("GET", "/a/{x}/d"),
    ("PUT", "/a/{y}/{z}/e"),
    ("PUT", "/{all}"),
]
OPERATIONS = {route: cast("Any", SimpleNamespace(method=route[0], path=route[1])) for route in ROUTES}
ROUTER = Router(OPERATIONS.values())


@pytest.mark.parametrize(
    ("method", "path", "template", "params"),
    [
        ("GET", "/", "/", {}),
        ("PUT", "/a", "/a", {}),
        ("PUT", "/b", "/{all}", {"all": "b"}),
        ("GET", "/a/b", "/a/b", {}),
        ("GET", "/a/x", "/a/{x}", {"x": "x"}),
        ("GET", "/a/b/d", "/a/{x}/d", {"x": "b"}),
        ("PUT", "/a/b/c/e", "/a/{y}/{z}/e", {"y": "b", "z": "c"}),
        ("GET", "/a/%C3%A9%2F%25+", "/a/{x}", {"x": "é/%+"}),
        ("GET", "/a/b%00", "/a/{x}", {"x": "b\0"}),
    ],
)
def test_a_path_leads_to_its_operation(method: str, path: str, template: str, params: dict[str, str]) -> None:
    assert ROUTER.route(method, path) == Found(OPERATIONS[method, template], params)


@pytest.mark.parametrize("path", ["", "a", "/a/", "//", "/A/x", "/a/b/c/", "/a//d", "/a/b/c/d/e/f", "/a/%62/c/"])
def test_an_unknown_path_leads_nowhere(path: str) -> None:
    assert isinstance(ROUTER.route("GET", path), NotFound)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "/a", ("GET", "PUT")), ("PUT", "/a/b", ("GET",)), ("get", "/a/x", ("GET",)), ("GET", "/b", ("PUT",))],
)
def test_a_wrong_method_is_told_the_right_ones(method: str, path: str, allowed: tuple[str, ...]) -> None:
    assert ROUTER.route(method, path) == WrongMethod(allowed)


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        ("%", "a % is not followed by two hexadecimal digits"),
        ("%4", "a % is not followed by two hexadecimal digits"),
        ("%zz", "a % is not followed by two hexadecimal digits"),
        ("%FF", "the percent-encoded bytes are not UTF-8"),
        ("%ED%A0%80", "the percent-encoded bytes are not UTF-8"),
        ("%C0%AF", "the percent-encoded bytes are not UTF-8"),
        ("é", "a character outside ASCII is not percent-encoded"),
        ("\ud800", "a character outside ASCII is not percent-encoded"),
    ],
)
def test_a_path_that_is_none_is_told_why(segment: str, reason: str) -> None:
    assert ROUTER.route("GET", f"/a/{segment}") == BadPath(reason)


@given(st.text(min_size=1).filter(lambda text: text != "b"))
def test_any_text_survives_percent_encoding(text: str) -> None:
    assert ROUTER.route("GET", f"/a/{quote(text, safe='')}") == Found(OPERATIONS["GET", "/a/{x}"], {"x": text})


@given(st.text(), st.text("/%ab{}\0é\ud800", max_size=12))
def test_any_path_has_an_outcome(method: str, path: str) -> None:
    assert isinstance(ROUTER.route(method, path), Found | NotFound | WrongMethod | BadPath)
