from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.messages import brief, bug, choice, did_you_mean


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é", '"é"'),
        ("a\nb", '"a\\nb"'),
        ("\u2028", '"\\u2028"'),
        ("\ud800", '"\\ud800"'),
        (None, "null"),
        ({"a": [1, True]}, '{"a": [1, true]}'),
        ({1: 2}, '{"1": 2}'),
        ({(): 2}, "<dict>"),
        (b"x", '"<bytes>"'),
        pytest.param(10**5000, "<int>", id="a giant"),
        ("x" * 58, '"' + "x" * 58 + '"'),
        ("x" * 59, '"' + "x" * 58 + "…"),
    ],
)
def test_a_value_is_shown_in_short(value: object, text: str) -> None:
    assert brief(value) == text


def test_a_value_inside_itself_is_shown_as_its_type() -> None:
    circular: list[object] = []
    circular.append(circular)
    assert brief(circular) == "<list>"


@given(st.recursive(st.text() | st.integers() | st.binary(), lambda inner: st.lists(inner)), st.integers(1, 50))
def test_a_shown_value_is_one_short_printable_line(value: object, limit: int) -> None:
    text = brief(value, limit)
    assert len(text) <= limit
    assert text.isprintable()


@pytest.mark.parametrize(
    ("words", "text"), [([], "nothing"), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_a_choice_reads_well(words: list[str], text: str) -> None:
    assert choice(words) == text


@pytest.mark.parametrize(
    ("word", "hint"), [("operatonId", ", did you mean operationId?"), ("zzz", ""), (12, ""), (None, "")]
)
def test_the_nearest_word_is_suggested(word: object, hint: str) -> None:
    assert did_you_mean(word, ["operationId", "tags"]) == hint


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_bug_is_named_by_its_type_and_line_without_its_text() -> None:
    assert re.fullmatch(
        r"this is a bug: KeyError at (tests/)?contract/test_messages\.py:\d+", bug(raised(KeyError("open-sesame")))
    )


def test_a_bug_inside_a_library_is_named_by_the_end_of_its_path() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("never")
    assert re.fullmatch(r"this is a bug: JSONDecodeError at json/decoder\.py:\d+", bug(caught.value))
