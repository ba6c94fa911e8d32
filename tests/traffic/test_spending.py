from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import Operation, contract
from mockserver.traffic.spending import (
    CHANGES,
    ORDERS,
    PAYS,
    READS,
    UNKNOWN,
    Allowance,
    Charge,
    buys,
    charged,
    cost,
    may_cost,
)

V3, V2 = (contract().documents[name] for name in ("v3", "v2"))
WISH = {"country": "12", "service": "ds"}
REST = {"phoneNumber": "1555", "expiredAtUTC": "2025-06-15 15:06:40"}


@pytest.mark.parametrize("operation", [V3.by_purpose["order"], V2.by_purpose["order"]])
def test_an_order_may_cost_its_maximum_in_cents(operation: Operation) -> None:
    assert may_cost(operation, operation.arguments("order", {**WISH, "maximum": 116})) == 116


@pytest.mark.parametrize("maximum", ["much", "", "1e999", "nan", "-1", "9" * 13, None, True, [1]])
def test_what_is_no_maximum_bounds_nothing(maximum: object) -> None:
    operation = V3.by_purpose["order"]
    asked = operation.arguments("order", WISH)
    assert may_cost(operation, asked._replace(body={**asked.body, "maximumPrice": maximum})) is None


@pytest.mark.parametrize(
    ("operation", "answer", "charge"),
    [
        (V3.by_purpose["order"], {"ok": True, "body": {"orderId": "7", "purchasePrice": 16}}, Charge("7", 16)),
        (V3.by_purpose["order"], {"ok": True, "body": {"orderId": "7"}}, Charge("7", None)),
        (V3.by_purpose["order"], {"ok": True, "body": {"orderId": "7", "purchasePrice": -1}}, Charge("7", None)),
        (V2.by_purpose["order"], {"error": False, "orderId": "7", "purchasePrice": 0.16}, Charge("7", 16)),
        (V3.by_purpose["order"], {"ok": False, "errorMessage": "NO_NUMBERS"}, None),
        (V3.by_purpose["order"], {"ok": True, "body": REST}, None),
    ],
)
def test_an_answer_says_what_was_charged(operation: Operation, answer: Any, charge: Charge | None) -> None:
    assert charged(operation.read_answer(200, answer)) == charge


@pytest.mark.parametrize(
    ("purpose", "bought"), [("order", True), ("another", False), ("refund", False), ("quote", False), ("wallet", False)]
)
def test_only_an_order_buys(purpose: str, *, bought: bool) -> None:
    operations = [document.by_purpose[purpose] for document in (V3, V2)]
    assert [buys(operation) for operation in operations] == [bought, bought]


@pytest.mark.parametrize("purpose", ["refund", "another"])
def test_arguments_say_which_of_several_an_operation_does(purpose: str) -> None:
    operation = V3.by_purpose[purpose]
    assert not buys(operation, operation.arguments(purpose, {"order": "7"}))


@pytest.mark.parametrize(
    ("allowance", "forbidden"),
    [
        (Allowance(), [ORDERS, PAYS, UNKNOWN]),
        (Allowance(orders=True), [PAYS, UNKNOWN]),
        (Allowance(payments=True), [ORDERS, UNKNOWN]),
        (Allowance(orders=True, payments=True), []),
    ],
)
def test_orders_and_payments_need_permission_and_what_nobody_knows_needs_both(
    allowance: Allowance, forbidden: list[str]
) -> None:
    assert list(filter(allowance.forbids, (READS, CHANGES, ORDERS, PAYS, UNKNOWN))) == forbidden


@pytest.mark.parametrize(
    ("limit", "maximum", "spent", "held", "covered"),
    [
        (None, None, 99, 99, True),
        (40, None, 0, 0, False),
        (40, 40, 0, 0, True),
        (40, 8, 16, 16, True),
        (40, 9, 16, 16, False),
        (40, 0, 41, 0, False),
    ],
)
def test_a_limit_covers_what_was_spent_and_held_back_to_the_last_cent(
    limit: int | None, maximum: int | None, spent: int, held: int, *, covered: bool
) -> None:
    assert Allowance(limit=limit).covers(maximum, spent, held) is covered


@pytest.mark.parametrize(
    ("charge", "maximum", "cents"),
    [(Charge("7", 16), 20, 16), (Charge("7", 0), 20, 0), (Charge("7", None), 20, 20), (None, 20, 20), (None, None, 0)],
)
def test_an_order_counts_as_its_maximum_where_no_answer_says_its_price(
    charge: Charge | None, maximum: int | None, cents: int
) -> None:
    assert cost(charge, maximum) == cents
