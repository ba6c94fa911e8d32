"""The words for the states of payments, by the balance before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from mockserver.drift.inference.knowledge import Knowledge
from mockserver.drift.inference.payment_states import GROUND, payment_words
from mockserver.drift.inference.scope import Scope
from tests.drift.inference.evidence import account, call, column, evidence, payment

if TYPE_CHECKING:
    from mockserver.drift.inference.meaning import Value


class Look(NamedTuple):
    """A response that shows the word of a payment."""

    at: int
    number: str
    word: Any


def meaning(looks: list[Look], balances: dict[int, int], amount: int | None = 500) -> Value | None:
    """What the words mean. All payments have the same amount."""
    knowledge = Knowledge()
    for look in looks:
        knowledge.learn(payment(look.number), "amount", amount, look.at)
    for at, balance in balances.items():
        knowledge.learn(account("demo"), "balance", balance, at)
    scope = Scope({"payment": "payment"}, 1)
    scope.entities |= {("payment", (number,)): payment(look.number) for number, look in enumerate(looks)}
    return payment_words(
        column([look.word for look in looks]),
        scope,
        evidence([call("transaction", look.at) for look in looks], knowledge),
    )


def words(looks: list[Look], balances: dict[int, int], amount: int | None = 500) -> Any:
    """The words by the state."""
    found = meaning(looks, balances, amount)
    return found and found.words


PAYS = [Look(10, "1", "OPEN"), Look(30, "1", "DONE")]
STOPS = [Look(50, "2", "OPEN"), Look(70, "2", "GONE")]
LATE = [Look(90, "3", "OPEN"), Look(95, "3", "DONE")]


def test_a_payment_is_paid_if_the_balance_has_risen_by_its_amount() -> None:
    assert words(PAYS, {5: 100, 40: 600}) == {"check": "OPEN", "paid": "DONE"}


def test_a_payment_is_cancelled_if_the_balance_is_the_same() -> None:
    assert words(STOPS, {45: 100, 80: 100}) == {"check": "OPEN", "cancel": "GONE"}


def test_paid_and_cancelled_payments_are_told_apart() -> None:
    assert words(PAYS + STOPS, {5: 100, 40: 600, 80: 600}) == {"check": "OPEN", "paid": "DONE", "cancel": "GONE"}


def test_numbers_are_words_too() -> None:
    assert words([Look(10, "1", 1), Look(30, "1", 2)], {5: 100, 40: 600}) == {"check": 1, "paid": 2}


def test_a_third_word_is_left_for_paid_payments() -> None:
    assert words([*STOPS, *LATE], {45: 100, 80: 100}) == {"check": "OPEN", "cancel": "GONE", "paid": "DONE"}


@pytest.mark.parametrize(
    ("looks", "balances", "ground"),
    [
        pytest.param(PAYS + STOPS, {5: 100, 40: 600, 80: 600}, "", id="shown by balances"),
        pytest.param(
            [*STOPS, Look(90, "3", "OPEN"), Look(95, "3", "DONE")], {45: 100, 80: 100}, GROUND, id="left over"
        ),
    ],
)
def test_what_only_is_left_is_inferred(looks: list[Look], balances: dict[int, int], ground: str) -> None:
    found = meaning(looks, balances)
    assert found is not None
    assert found.ground == ground


def test_the_word_of_the_contract_for_cancelled_payments_is_known() -> None:
    looks = [Look(10, "1", "OPEN"), Look(30, "1", "cancel"), Look(50, "2", "OPEN"), Look(60, "2", "DONE")]
    assert words(looks, {}) == {"check": "OPEN", "cancel": "cancel", "paid": "DONE"}


@pytest.mark.parametrize(
    ("looks", "balances", "amount"),
    [
        pytest.param(PAYS, {}, 500, id="no balance"),
        pytest.param(PAYS, {5: 100}, 500, id="no balance after it"),
        pytest.param(PAYS, {40: 600}, 500, id="no balance before it"),
        pytest.param(PAYS, {5: 100, 40: 600}, None, id="no amount"),
        pytest.param(PAYS, {5: 100, 40: 350}, 500, id="another amount"),
        pytest.param(PAYS[:1] * 2, {5: 100, 40: 600}, 500, id="a single word"),
        pytest.param([PAYS[0], Look(30, "2", "DONE")], {5: 100, 40: 600}, 500, id="no payment that changes"),
        pytest.param([*PAYS, Look(35, "1", "LATER")], {5: 100, 40: 600}, 500, id="three words of one payment"),
        pytest.param([Look(10, "1", "A"), Look(10, "1", "B")], {5: 100, 40: 600}, 500, id="at the same time"),
        pytest.param([Look(10, "1", 0.5), Look(30, "1", 1.5)], {5: 100, 40: 600}, 500, id="fractions"),
    ],
)
def test_nothing_is_concluded_without_evidence(looks: list[Look], balances: dict[int, int], amount: int | None) -> None:
    assert words(looks, balances, amount) is None


@pytest.mark.parametrize(
    ("looks", "balances"),
    [
        pytest.param(
            [*PAYS, Look(50, "2", "OPEN"), Look(70, "2", "DONE")], {5: 100, 40: 600, 80: 600}, id="paid and cancelled"
        ),
        pytest.param(
            [*PAYS, Look(50, "2", "DONE"), Look(70, "2", "OPEN")], {5: 100, 40: 600, 80: 600}, id="open and paid"
        ),
        pytest.param([*PAYS, Look(50, "2", "OPEN"), Look(70, "2", "GONE")], {5: 100, 40: 600, 80: 1100}, id="two paid"),
    ],
)
def test_words_that_contradict_each_other_have_no_meaning(looks: list[Look], balances: dict[int, int]) -> None:
    assert words(looks, balances) is None


def test_a_payment_that_takes_the_id_of_an_older_one_is_another() -> None:
    knowledge = Knowledge()
    knowledge.issue(payment("1"), 30)
    knowledge.learn(payment("1"), "amount", 500, 30)
    for at, balance in {5: 100, 40: 600}.items():
        knowledge.learn(account("demo"), "balance", balance, at)
    scope = Scope({"payment": "payment"}, 1, {("payment", (number,)): payment("1") for number in (0, 1)})
    calls = [call("transaction", at) for at in (10, 30)]
    assert payment_words(column(["DONE", "OPEN"]), scope, evidence(calls, knowledge)) is None


def test_only_payments_have_these_words() -> None:
    scope = Scope({"order": "order"}, 1)
    assert payment_words(column(["A", "B"]), scope, evidence([call(), call()], Knowledge())) is None
