"""A problem is shown with its line, and without a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import LocatedError
from mockserver.scenario.error import SourceText, path

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.load import Scenario

SECRET = "TOPSECRET"


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", "$"),
        ("/seed", "$.seed"),
        ("/orders/0/sms", "$.orders[0].sms"),
        ("/readings/another-sms", "$.readings['another-sms']"),
        ("/a~1b", "$['a/b']"),
    ],
)
def test_a_pointer_is_written_as_a_path(pointer: str, expected: str) -> None:
    assert path(pointer) == expected


def test_a_problem_is_followed_by_its_line_and_a_caret(read: Callable[[str], Scenario]) -> None:
    with pytest.raises(LocatedError) as refused:
        read("description: x\naccounts: []\nrestock: {after: 5 s, stock: 1}\n")
    assert str(refused.value).splitlines()[-2:] == [
        "    3 | restock: {after: 5 s, stock: 1}",
        "      |                  ^",
    ]


def test_an_excerpt_says_that_words_are_hidden_and_keeps_its_punctuation() -> None:
    line, caret = SourceText("accounts: [{userId: a, kye: s3cret, = !}]").excerpt(1, 25)
    assert line.endswith("kye: ******, = !}]")
    assert caret.endswith("^  (* hides words that may be secret)")


def test_a_long_line_is_cut_around_the_column() -> None:
    line, caret = SourceText(f"description: {'x' * 300}Y{'z' * 300}").excerpt(1, 314)
    assert (len(line) <= 110, line[caret.index("^")]) == (True, "Y")


def test_a_place_after_the_end_has_no_line() -> None:
    assert list(SourceText("a: 1\n").excerpt(9, 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"accounts: [{{userId: a, key: {SECRET}, seed: x}}]",
        f"accounts: [{{userId: a, keys: [{SECRET}, '{SECRET}'], seed: x}}]",
        f"accounts: [{{userId: a, kye: {SECRET}, seed: x}}]",
        f"accounts: [{{userId: a, api_key: [{{seed: {SECRET}}}], seed: x}}]",
        f"accounts: [{{userId: a, key: {{{SECRET}: 1}}, seed: x}}]",
        f"accounts:\n  - key: {SECRET}\n    seed: x",
        f"accounts:\n  - key: >\n      {SECRET}\n      {SECRET}\n    seed: x",
        f"accounts:\n  - keys:\n      - {SECRET}\n      - &a {SECRET}\n    seed: x",
        f"variables: {{token: {SECRET}}}\nseed: x",
        f"accounts: [{{key: {SECRET}",
        f"accounts: [{{key: '{SECRET}",
        f"accounts:\n\t- key: {SECRET}",
        f"accounts:\n  - keys:\n    - '{SECRET}\n    - b\nseed: x",
        f"a: b: c\naccounts: [{{key: {SECRET}}}]",
        f"key: {SECRET}: {SECRET}",
        f"{{key: {SECRET} }} }} {SECRET}",
    ],
)
def test_no_excerpt_shows_a_key(text: str) -> None:
    shown = [line for number in range(1, 9) for line in SourceText(text).excerpt(number, 1)]
    assert SECRET not in "\n".join(shown)


@given(st.text(), st.integers(1, 9), st.integers(1, 300))
@settings(deadline=None)
def test_any_text_has_excerpts_of_two_lines_or_none(text: str, line: int, column: int) -> None:
    assert len(list(SourceText(text).excerpt(line, column))) in (0, 2)
