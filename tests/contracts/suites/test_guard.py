from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from contracts.suites import requests
from contracts.suites.credentials import Account
from contracts.suites.guard import DeniedError, Guard
from contracts.suites.journal import Journal
from contracts.traffic import Answer, Exchange, Request

if TYPE_CHECKING:
    from contracts.spec import Document, Operation

WISH = {"country": "12", "service": "ds", "carrier": "any", "m": "", "n": ""}
ME = Account("me", "my-key")


def asked(operation: Operation, **values: object) -> Request:
    return requests.build(operation, "http://far.example", ME, values)


def answered(request: Request, body: object) -> Exchange:
    return Exchange(request, Answer(200, (), json.dumps(body).encode()), 0, 1.0)


def order(documents: dict[str, Document], cents: int = 16) -> tuple[Operation, Request]:
    operation = documents["v3"].operations["orderNumber"]
    return operation, asked(operation, **WISH, maximumPrice=str(cents))


def bought(request: Request, cents: int = 16, number: str = "7") -> Exchange:
    return answered(request, {"ok": True, "body": {"orderId": number, "purchasePrice": cents}})


def test_what_reads_is_asked_of_anybody(documents: dict[str, Document]) -> None:
    for document in documents.values():
        for operation in document.operations.values():
            if operation.effect == "reads":
                Guard(foreign=True).ask(operation, asked(operation))


@pytest.mark.parametrize("effect", ["changes", "orders", "pays"])
def test_what_does_more_is_not_asked_of_a_foreign_server(documents: dict[str, Document], effect: str) -> None:
    for document in documents.values():
        for operation in document.operations.values():
            if operation.effect == effect:
                with pytest.raises(DeniedError, match="is not asked of a foreign server"):
                    Guard(foreign=True).ask(operation, asked(operation))


def test_what_is_no_operation_is_not_asked_of_a_foreign_server() -> None:
    with pytest.raises(DeniedError, match="DELETE /v3/x is not asked of a foreign server: it is not marked safe"):
        Guard(foreign=True).ask(None, Request("DELETE", "http://far.example/v3/x"))


def test_payments_are_never_made(documents: dict[str, Document]) -> None:
    guard = Guard(foreign=True, allow_orders=True, limit=10_000)
    for document in documents.values():
        for operation in document.operations.values():
            if operation.effect == "pays":
                with pytest.raises(DeniedError, match="payments are never made"):
                    guard.ask(operation, asked(operation))


def test_everything_is_asked_of_a_server_that_is_ours(documents: dict[str, Document]) -> None:
    operation, request = order(documents)
    Guard().ask(operation, request)


def test_orders_are_made_up_to_the_limit(documents: dict[str, Document]) -> None:
    guard = Guard(foreign=True, allow_orders=True, limit=40)
    operation, request = order(documents)
    for number in ("1", "2"):
        guard.ask(operation, request)
        guard.note(operation, bought(request, number=number))
    with pytest.raises(DeniedError, match=r"the limit of 0\.40 dollars is reached, 0\.32 were charged"):
        guard.ask(operation, request)


def test_an_order_that_may_cost_more_than_is_left_is_not_made(documents: dict[str, Document]) -> None:
    with pytest.raises(DeniedError, match="the limit"):
        Guard(foreign=True, allow_orders=True, limit=40).ask(*order(documents, cents=41))


@pytest.mark.parametrize("maximum", ["much", "", "1e999", "nan"])
def test_an_order_whose_price_has_no_bound_is_not_made(documents: dict[str, Document], maximum: str) -> None:
    operation = documents["v3"].operations["orderNumber"]
    request = asked(operation, **WISH, maximumPrice=maximum)
    with pytest.raises(DeniedError):
        Guard(foreign=True, allow_orders=True, limit=40).ask(operation, request)


def test_a_server_that_charges_more_than_it_may_stops_the_run(documents: dict[str, Document]) -> None:
    guard = Guard(foreign=True, allow_orders=True, limit=40)
    operation, request = order(documents)
    guard.ask(operation, request)
    guard.note(operation, bought(request, cents=99))
    with pytest.raises(DeniedError, match=r"0\.99 were charged, more than the limit"):
        guard.ask(operation, request)


def test_what_v2_charges_is_counted_in_cents(documents: dict[str, Document]) -> None:
    operation = documents["v2"].operations["purchase"]
    guard = Guard(foreign=True, allow_orders=True, limit=40)
    request = asked(operation, **WISH, maximumPrice="0.16")
    guard.ask(operation, request)
    guard.note(operation, answered(request, {"error": False, "orderId": "7", "purchasePrice": 0.16}))
    assert guard.statement
    assert guard.statement.spent == 16


def test_the_statement_says_what_came_back(documents: dict[str, Document]) -> None:
    guard = Guard(foreign=True, allow_orders=True, limit=40)
    operation, request = order(documents)
    guard.ask(operation, request)
    guard.note(operation, bought(request))
    guard.refunded("7", 16)
    assert guard.statement
    assert (guard.statement.spent, guard.statement.refunded, guard.statement.lost) == (16, 16, 0)


def test_an_order_whose_answer_is_lost_is_remembered(documents: dict[str, Document]) -> None:
    journal = Journal(None)
    guard = Guard(foreign=True, allow_orders=True, limit=40, journal=journal)
    operation, request = order(documents)
    guard.ask(operation, request)
    guard.note(operation, Exchange(request, None, 0, 1.0))
    assert journal.lost


def test_an_order_that_is_refused_is_not_lost(documents: dict[str, Document]) -> None:
    journal = Journal(None)
    guard = Guard(foreign=True, allow_orders=True, limit=40, journal=journal)
    operation, request = order(documents)
    guard.ask(operation, request)
    guard.note(operation, answered(request, {"ok": False, "errorMessage": "NO_NUMBERS"}))
    assert not journal.lost
