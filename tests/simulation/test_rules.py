"""What a rule is for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.script import Attempt, Transfer
from mockserver.simulation.script import OrderMatch, PaymentMatch, Repricing, Turn


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (OrderMatch(), True),
        (OrderMatch(account="alice"), True),
        (OrderMatch(country="12"), True),
        (OrderMatch(service="ds"), True),
        (OrderMatch("alice", "12", "ds"), True),
        (OrderMatch("bob", "12", "ds"), False),
        (OrderMatch("alice", "46", "ds"), False),
        (OrderMatch("alice", "12", "tg"), False),
        (OrderMatch(account=""), False),
        (OrderMatch(carrier="one"), True),
        (OrderMatch(carrier="any"), False),
        (OrderMatch(least=20, most=20), True),
        (OrderMatch(least=21), False),
        (OrderMatch(most=19), False),
        (OrderMatch(most=0), False),
        (OrderMatch(least=20), True),
        (OrderMatch(most=20), True),
        (OrderMatch(least=21, most=19), False),
        (OrderMatch("alice", "12", "ds", "one", 20, 20), True),
        (OrderMatch("alice", "12", "ds", "any", 20, 20), False),
        (OrderMatch("alice", "12", "ds", "one", 21), False),
    ],
)
def test_an_order_must_meet_every_condition(match: OrderMatch, fits: bool) -> None:
    assert match.fits(Attempt("alice", "12", "one", "ds", 20, 0, lambda _: False)) is fits


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (PaymentMatch(), True),
        (PaymentMatch(account="alice"), True),
        (PaymentMatch(provider="cryptomus"), True),
        (PaymentMatch("bob", "cryptomus"), False),
        (PaymentMatch("alice", "pay4bit"), False),
        (PaymentMatch("alice", "cryptomus"), True),
        (PaymentMatch(account=""), False),
        (PaymentMatch(provider=""), False),
    ],
)
def test_a_payment_must_meet_every_condition(match: PaymentMatch, fits: bool) -> None:
    assert match.fits(Transfer("alice", "cryptomus", "crypto", 500, None, 1)) is fits


@pytest.mark.parametrize(
    ("turn", "nth", "draw", "comes"),
    [
        (Turn(), 1, 0.99, True),
        (Turn(first=3), 2, 0, False),
        (Turn(first=3), 3, 0, True),
        (Turn(last=3), 3, 0, True),
        (Turn(last=3), 4, 0, False),
        (Turn(first=3, last=2), 2, 0, False),
        (Turn(every=3), 4, 0, False),
        (Turn(every=3), 6, 0, True),
        (Turn(probability=0.5), 1, 0.49, True),
        (Turn(probability=0.5), 1, 0.5, False),
        (Turn(probability=0), 1, 0, False),
        (Turn(first=3, every=2), 3, 0, False),
        (Turn(first=3, every=2), 4, 0, True),
        (Turn(first=2, last=2), 1, 0, False),
        (Turn(first=2, last=2), 2, 0, True),
        (Turn(every=2, probability=0.5), 2, 0.5, False),
        (Turn(first=2, probability=0.5), 1, 0, False),
    ],
)
def test_a_turn_comes_when_all_of_it_holds(turn: Turn, nth: int, draw: float, comes: bool) -> None:
    assert turn.comes(nth, draw) is comes


@given(st.floats(0, 1, exclude_max=True))
@settings(deadline=None)
def test_a_probability_of_one_is_certain_and_of_nothing_impossible(draw: float) -> None:
    assert (Turn(probability=1).comes(1, draw), Turn(probability=0).comes(1, draw)) == (True, False)


@pytest.mark.parametrize(
    ("repricing", "price"),
    [
        (Repricing(to=99), 99),
        (Repricing(to=0), 0),
        (Repricing(by=25), 20),
        (Repricing(by=-25), 12),
        (Repricing(by=1), 16),
        (Repricing(by=-100), 0),
        (Repricing(by=-101), 0),
        (Repricing(), 16),
        (Repricing(to=99, by=25), 99),
        (Repricing(by=-1), 15),
    ],
)
def test_a_price_is_set_or_changed(repricing: Repricing, price: int) -> None:
    assert repricing.apply(16) == price
