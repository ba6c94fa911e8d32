from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import contract
from mockserver.verify.rules import ServiceTerms

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def terms(**rules: str) -> ServiceTerms:
    return ServiceTerms.of({**contract().rules, **rules})


def test_the_terms_are_those_of_the_contract() -> None:
    assert terms() == ServiceTerms(
        lifetime=20 * MINUTE,
        renewal=None,
        refund_window=7 * DAY,
        payment_lifetime=HOUR,
        lapses=False,
        repaid=False,
        charged_again=False,
        above="PRICE_CHANGED",
        shown=False,
        listed=False,
        by_state=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("lifetime", "15m", {"lifetime": 15 * MINUTE}),
        ("renewal", "5m", {"renewal": 5 * MINUTE}),
        ("refund_window", "1d", {"refund_window": DAY}),
        ("payment_lifetime", "30m", {"payment_lifetime": 30 * MINUTE}),
        ("expiry", "refunded", {"lapses": True}),
        ("expiry", "repaid", {"repaid": True}),
        ("wallets", "listed", {"listed": True}),
        ("counted", "by_state", {"by_state": True}),
        ("another_sms", "charged", {"charged_again": True}),
        ("above_maximum", "NO_NUMBERS", {"above": "NO_NUMBERS"}),
        ("discount", "shown", {"shown": True}),
    ],
)
def test_a_rule_changes_the_terms(name: str, value: str, changed: dict[str, Any]) -> None:
    assert terms(**{name: value}) == terms()._replace(**changed)
