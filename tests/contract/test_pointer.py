from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import pointer


@given(st.text())
def test_escaping_is_undone_by_unescaping(token: str) -> None:
    assert pointer.unescape(pointer.escape(token)) == token


@given(st.lists(st.text()))
def test_joining_is_undone_by_splitting(tokens: list[str]) -> None:
    assert pointer.split(pointer.join(*tokens)) == tokens


def test_an_escaped_token_is_one_token() -> None:
    assert pointer.join("paths", "/a~b", 0) == "/paths/~1a~0b/0"


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="must be empty or begin with '/'"):
        pointer.split("paths")


@pytest.mark.parametrize(("below", "above"), [("/a/b~1c", "/a"), ("/a", ""), ("", "")])
def test_the_parent_is_one_step_up(below: str, above: str) -> None:
    assert pointer.parent(below) == above


@pytest.mark.parametrize(("value", "token", "found"), [({"a": 1}, "a", 1), ([5, 6], "1", 6), ([5, 6], 0, 5)])
def test_a_step_leads_into_a_value(value: object, token: str | int, found: object) -> None:
    assert pointer.step(value, token) == found


@pytest.mark.parametrize(("value", "token"), [({"a": 1}, "b"), ([5], "1"), ([5], "-1"), ([5], "²"), ("text", "0")])
def test_a_step_to_nothing_is_a_key_error(value: object, token: str) -> None:
    with pytest.raises(KeyError):
        pointer.step(value, token)
