"""The words of a refusal."""

from __future__ import annotations

import pytest

from mockserver.domain.refusal import Reason, Refusal


@pytest.mark.parametrize(
    ("reason", "text"),
    [(Reason.NO_NUMBERS, "NO_NUMBERS"), (Reason.PRICE_CHANGED, "Additional user action required")],
)
def test_documented_failures_have_the_documented_words(reason: Reason, text: str) -> None:
    assert str(reason) == text


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_reads_as_its_reason(reason: Reason) -> None:
    assert str(Refusal(reason)) == reason.value
