"""Prices in cents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.traffic import money


@pytest.mark.parametrize(
    ("document", "amount", "cents"),
    [
        ("v3", 16, 16),
        ("v3", "16", 16),
        ("v2", 0.16, 16),
        ("v2", "0.29", 29),
        ("v2", 0.161, 17),
        ("v2", True, None),
        ("v3", None, None),
        ("v3", [16], None),
        ("v3", "much", None),
        ("v2", float("nan"), None),
        ("v2", float("inf"), None),
    ],
)
def test_an_amount_becomes_cents(document: str, amount: object, cents: int | None) -> None:
    assert money.cents(document, amount) == cents


@given(st.sampled_from(["v2", "v3"]), st.integers(0, 10**9))
def test_what_is_written_is_read_again(document: str, cents: int) -> None:
    assert money.cents(document, money.price(document, cents)) == cents
