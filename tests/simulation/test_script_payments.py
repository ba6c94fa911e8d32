"""The payments of a script, and when stocks fill again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.domain.catalogue import StockKey
from mockserver.domain.payment import Status
from mockserver.domain.script import Restocking, Settlement
from mockserver.simulation.script import (
    OrderRule,
    PaymentMatch,
    PaymentRule,
    Turn,
)
from tests.simulation.scripts import purchase, script, transfer

if TYPE_CHECKING:
    from mockserver.scenario.fixtures import Fixtures

# --- payments


def test_a_payment_is_settled_as_its_rule_says() -> None:
    paid = PaymentRule(after=5, status=Status.PAID)
    assert script(payments=[paid]).terms(transfer()).settlement == Settlement(5, Status.PAID)


def test_without_a_rule_a_payment_is_not_settled() -> None:
    assert script().terms(transfer()).settlement is None


def test_the_first_rule_that_fits_decides_on_a_payment() -> None:
    rules = [
        PaymentRule(PaymentMatch(provider="pay4bit"), page="other"),
        PaymentRule(PaymentMatch(account="alice"), page="hers"),
        PaymentRule(page="any"),
    ]
    assert script(payments=rules).terms(transfer()).page == "hers"


def test_a_rule_may_be_for_some_payments_in_their_turn() -> None:
    drawing = script(payments=[PaymentRule(turn=Turn(every=2), page="second")])
    assert [drawing.terms(transfer(nth)).page == "second" for nth in range(1, 5)] == [False, True, False, True]


def test_only_payments_that_meet_its_conditions_count_for_a_rule() -> None:
    rules = [PaymentRule(PaymentMatch(provider="pay4bit"), Turn(first=2), page="second")]
    drawing = script(payments=rules)
    providers = ["pay4bit", "cryptomus", "pay4bit"]
    pages = [drawing.terms(transfer(nth, provider=provider)).page for nth, provider in enumerate(providers)]
    assert [page == "second" for page in pages] == [False, False, True]


def test_a_payment_counts_for_every_rule_whose_conditions_it_meets() -> None:
    rules = [PaymentRule(turn=Turn(last=1), page="first"), PaymentRule(turn=Turn(first=2), page="second")]
    drawing = script(payments=rules)
    assert [drawing.terms(transfer(nth)).page for nth in (1, 2)] == ["first", "second"]


def test_payments_do_not_count_for_the_rules_of_orders() -> None:
    drawing = script(OrderRule(turn=Turn(last=1)), payments=[PaymentRule()])
    drawing.terms(transfer())
    assert drawing.assign(purchase()).rule == 0


def test_a_rule_by_chance_serves_its_share_of_payments() -> None:
    drawing = script(payments=[PaymentRule(turn=Turn(probability=0.3), page="hers")])
    served = [drawing.terms(transfer(nth)).page for nth in range(1, 1001)].count("hers")
    assert 250 < served < 350


def test_a_payment_may_be_settled_at_once() -> None:
    assert script(payments=[PaymentRule(status=Status.FAIL)]).terms(transfer()).settlement == Settlement(0, Status.FAIL)


def test_a_rule_without_a_page_leaves_it_to_chance() -> None:
    assert script(payments=[PaymentRule(status=Status.PAID)]).terms(transfer()).page == script().terms(transfer()).page


@pytest.mark.parametrize("change", [{"customer": "bob"}, {"cents": 501}, {"nth": 2}], ids=["customer", "cents", "nth"])
def test_a_signature_is_of_one_payment_alone(change: dict[str, Any]) -> None:
    assert script().terms(transfer()).signature != script().terms(transfer()._replace(**change)).signature


def test_payments_differ() -> None:
    first, second = (script().terms(transfer(nth)) for nth in (1, 2))
    assert first.payment_id != second.payment_id
    assert first.page != second.page


def test_an_invoice_has_no_address() -> None:
    assert script().terms(transfer()).address == ""


@pytest.mark.parametrize(
    ("template", "pattern"),
    [
        ("0x%x{40}", "0x[0-9a-f]{40}"),
        ("T%b{33}", "T[1-9A-HJ-NP-Za-km-z]{33}"),
        ("1%b{2}-%x{3}", "1[1-9A-HJ-NP-Za-km-z]{2}-[0-9a-f]{3}"),
    ],
)
def test_an_address_fits_its_currency(shipped: Fixtures, template: str, pattern: str) -> None:
    tether = shipped.currencies["USDT", "BSC"]._replace(address=template)
    terms = script().terms(transfer()._replace(currency=tether))
    assert re.fullmatch(pattern, terms.address)


def test_two_wallets_have_two_addresses(shipped: Fixtures) -> None:
    tether = shipped.currencies["USDT", "BSC"]
    first, second = (script().terms(transfer(nth)._replace(currency=tether)).address for nth in (1, 2))
    assert first != second


# --- restocking


@pytest.mark.parametrize("restock", [None, Restocking(5, 20)])
def test_every_stock_fills_again_as_the_scenario_says(restock: Restocking | None) -> None:
    assert script(restock=restock).restocking(StockKey("12", "one", "ds")) == restock
