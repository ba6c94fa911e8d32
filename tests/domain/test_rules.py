"""The rules that hold in a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import vocabulary
from mockserver.contract.vocabulary import milliseconds
from mockserver.domain.clock import DAY, HOUR, MINUTE
from mockserver.domain.refusal import Reason
from mockserver.domain.rules import Rules
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping


USUAL = {name: rule.value for name, rule in vocabulary().rules.items()}


def of(values: Mapping[str, str]) -> Rules:
    return Rules.of({**USUAL, **values}, milliseconds)


def test_the_usual_rules_are_those_of_the_vocabulary() -> None:
    assert of({}) == DEFAULT


def test_there_is_a_rule_for_each_of_the_vocabulary() -> None:
    assert {*Rules._fields} == {*vocabulary().rules}


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("lifetime", "15m", 15 * MINUTE),
        ("renewal", "anew", None),
        ("renewal", "5m", 5 * MINUTE),
        ("refund_window", "1d", DAY),
        ("payment_lifetime", "1h30m", HOUR + 30 * MINUTE),
        ("expiry", "refunded", "refunded"),
        ("another_sms", "charged", "charged"),
        ("discount", "shown", "shown"),
        ("above_maximum", "NO_NUMBERS", Reason.NO_NUMBERS),
    ],
)
def test_a_rule_is_read_as_a_contract_says_it(name: str, value: str, rule: object) -> None:
    assert of({name: value})._asdict() == {**DEFAULT._asdict(), name: rule}


def test_a_reason_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError, match="NO_LUCK"):
        of({"above_maximum": "NO_LUCK"})
