from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.value_template import ValueTemplate, taken_apart


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("{order.id}", ValueTemplate(("", ""), ("order.id",))),
        ("{a.b}-{c}", ValueTemplate(("", "-", ""), ("a.b", "c"))),
        ("<{a}: {b}>", ValueTemplate(("<", ": ", ">"), ("a", "b"))),
    ],
)
def test_a_template_is_read(text: str, template: ValueTemplate) -> None:
    assert (ValueTemplate.parse(text), str(template)) == (template, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "{} must contain names in braces, such as {order.id}"),
        ("{order", "{order must contain names in braces, such as {order.id}"),
        ("{order.id}}", "{order.id}} must contain names in braces, such as {order.id}"),
        ("{Order}", "{Order} must contain names in braces, such as {order.id}"),
        ("{a}{b}", "{a}{b} needs fixed text between two values to separate them"),
    ],
)
def test_a_template_that_is_none_is_told_why(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ValueTemplate.parse(text)


letters = st.text("ab\n", min_size=1, max_size=4)


@given(st.lists(letters, min_size=1, max_size=3), st.sampled_from("-:/"))
def test_a_text_is_taken_apart_as_it_was_put_together(parts: list[str], between: str) -> None:
    pieces = ("<", *[between] * (len(parts) - 1), ">")
    assert taken_apart(pieces, f"<{between.join(parts)}>") == tuple(parts)
