"""The differences in values that conform to the contract, but mean something else."""

from __future__ import annotations

import pytest

from mockserver.contract import contract
from mockserver.drift.inference.bodies import shape
from mockserver.drift.inference.encodings import Encoding
from mockserver.drift.inference.learned import Learned
from mockserver.drift.inference.meaning import Value
from mockserver.drift.inferred_differences import reworded

AMOUNT, STATUS = ("body", "[]", "amount"), ("body", "[]", "status")
BODY = {"ok": True, "body": [{"amount": 5, "status": "open"}]}
DOLLARS = Encoding("integer", ("x-unit", "dollars"))


def differences(path: tuple[str, ...], meaning: Value) -> list[tuple[str, str, str]]:
    """What `reworded` says of a place in the list of payments: the place, and what is expected and seen there."""
    operations = contract().documents["v3"].operations.values()
    listing = next(operation for operation in operations if operation.purposes == ("invoices",))
    learned = Learned(listing, (), shape([BODY], lambda _: False), {path: meaning})
    return [(each.what, each.expected, each.got) for each in reworded(learned)]


def test_another_unit_is_told_as_its_annotation() -> None:
    found = differences(AMOUNT, Value("payment.amount", DOLLARS, None, 3))
    assert found == [("200 body.body[].amount", "payment.amount", "x-unit: dollars")]


@pytest.mark.parametrize("ground", ["", "the only one that is left"])
def test_other_words_are_told_even_if_some_are_inferred(ground: str) -> None:
    words = {"check": "open", "paid": "settled"}
    found = differences(STATUS, Value("payment.status", None, words, 3, ground))
    assert found == [("200 body.body[].status", "check, paid", "open, settled")]


@pytest.mark.parametrize(
    "meaning",
    [
        pytest.param(Value("payment.amount", Encoding("integer"), None, 3), id="as the contract says"),
        pytest.param(Value("payment.amount", DOLLARS, None, 3, "nothing else is left"), id="inferred"),
        pytest.param(Value("order.price", DOLLARS, None, 3), id="another meaning"),
    ],
)
def test_nothing_else_is_told(meaning: Value) -> None:
    assert differences(AMOUNT, meaning) == []
