"""A quote confirms the price that it was taken for, and no other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.catalogue import quote

SEEN = quote(1, "12", "any", "ds", 16)


def test_a_quote_confirms_its_own_proof() -> None:
    assert SEEN.confirms(SEEN.m, SEEN.n)


def test_without_a_proof_there_is_nothing_to_go_stale() -> None:
    assert SEEN.confirms("", "")


@pytest.mark.parametrize(
    ("m", "n"), [(SEEN.m, ""), ("", SEEN.n), (SEEN.n, SEEN.m), (SEEN.m.upper(), SEEN.n), ("x", "y")]
)
def test_half_a_proof_or_a_wrong_one_confirms_nothing(m: str, n: str) -> None:
    assert not SEEN.confirms(m, n)


def test_the_same_offer_at_the_same_price_has_the_same_proof() -> None:
    assert quote(1, "12", "any", "ds", 16) == SEEN


@pytest.mark.parametrize(
    "arguments",
    [(2, "12", "any", "ds", 16), (1, "16", "any", "ds", 16), (1, "12", "att", "ds", 16), (1, "12", "any", "tg", 16)],
    ids=["secret", "country", "carrier", "service"],
)
def test_another_offer_has_another_proof(arguments: tuple[int, str, str, str, int]) -> None:
    other = quote(*arguments)
    assert not other.confirms(SEEN.m, SEEN.n)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
@settings(deadline=None)
def test_a_proof_holds_exactly_as_long_as_the_price(before: int, now: int) -> None:
    taken = quote(1, "12", "any", "ds", before)
    assert quote(1, "12", "any", "ds", now).confirms(taken.m, taken.n) == (before == now)


def test_the_proof_is_pinned() -> None:
    assert (SEEN.m, SEEN.n) == ("159b210afb03b8df", "27846b645b827174")
