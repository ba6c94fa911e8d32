from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import Operation, contract
from mockserver.traffic.spending import Charge, buys, charged, may_cost

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
