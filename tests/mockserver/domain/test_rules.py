"""How the vendor decides where its documentation can be understood in several ways."""

from __future__ import annotations

import pytest

from mockserver.domain.refusal import Reason
from mockserver.domain.rules import DEFAULT, Rules


def test_without_changes_the_default_rules_hold() -> None:
    assert Rules.of({}) == DEFAULT


@pytest.mark.parametrize("name", ["expiry_refunds", "another_sms_charged", "discount_shown"])
def test_a_rule_is_changed_by_its_name(name: str) -> None:
    assert Rules.of({name: True})._asdict() == {**DEFAULT._asdict(), name: True}


def test_a_reason_is_given_by_its_code() -> None:
    assert Rules.of({"above_maximum": "NO_NUMBERS"}).above_maximum is Reason.NO_NUMBERS


def test_a_rule_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError, match="above_minimum"):
        Rules.of({"above_minimum": True})


def test_a_reason_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="NO_LUCK"):
        Rules.of({"above_maximum": "NO_LUCK"})
