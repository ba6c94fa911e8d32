"""Regular expressions for texts of one form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.drift.inference.text_patterns import pattern


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["92%", "5%"], "^[0-9]+%$"),
        (["0.16", "12.00"], r"^[0-9]+\.[0-9]+$"),
        (["2025-06-15T15:06:40Z", "2025-07-15T15:06:40Z"], "^[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+Z$"),
        (["12-ds", "16-wa"], "^[0-9]+-[A-Za-z]+$"),
        (["any", "tmobile"], ""),
        (["1", "a"], ""),
        ([], ""),
    ],
)
def test_the_form_of_texts(texts: list[str], form: str) -> None:
    assert pattern(texts).replace("\\-", "-") == form


@given(
    st.lists(st.text(min_size=1) | st.from_regex(r"[0-9]{1,3}[.%-][a-z]{0,3}", fullmatch=True), min_size=1, max_size=4)
)
def test_all_texts_have_their_form(texts: list[str]) -> None:
    form = pattern(texts)
    assert not form or all(re.search(form, text) for text in texts)
