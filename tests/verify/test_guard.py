from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.traffic import Answer, Exchange, Request
from mockserver.verify import requests
from mockserver.verify.guard import DeniedError, Guard, RunJournal
from mockserver.verify.requests import sample
from mockserver.verify.target import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract import Arguments, Document, Operation

WISH = {"country": "12", "service": "ds", "carrier": "any", "m": "", "n": ""}
ME = Account("me", "my-key")
REST = {"phoneNumber": "1555", "expiredAtUTC": "2025-06-15 15:06:40"}


def asked(operation: Operation) -> Request:
    return sample(operation, "http://far.example").by(*ME).request()


def answered(request: Request, body: object) -> Exchange:
    return Exchange(request, Answer(200, (), json.dumps(body).encode()), 0, 1.0)


def order(documents: Mapping[str, Document], cents: int = 16, name: str = "v3") -> tuple[Operation, Request, Arguments]:
    operation = documents[name].by_purpose["order"]
    arguments = operation.arguments("order", {**WISH, "maximum": cents}, ME.user, ME.key)
    request = requests.write(operation, "http://far.example", arguments.path, arguments.query, arguments.body)
    return operation, request, arguments


def bought(request: Request, cents: int = 16, number: str = "7") -> Exchange:
    return answered(request, {"ok": True, "body": {"orderId": number, "purchasePrice": cents, **REST}})


def test_what_reads_is_asked_of_anybody(documents: Mapping[str, Document]) -> None:
    for document in documents.values():
        for operation in document.operations.values():
            if operation.effect == "reads":
                Guard(remote=True).ask(operation, asked(operation))


@pytest.mark.parametrize("effect", ["changes", "orders", "pays"])
def test_what_does_more_is_not_asked_of_a_foreign_server(documents: Mapping[str, Document], effect: str) -> None:
    for document in documents.values():
        for operation in document.operations.values():
            if operation.effect == effect:
                with pytest.raises(DeniedError, match="is not sent to a remote server"):
                    Guard(remote=True).ask(operation, asked(operation))


def test_what_is_no_operation_is_not_asked_of_a_foreign_server() -> None:
    with pytest.raises(DeniedError, match="DELETE /v3/x is not sent to a remote server: it is not marked as safe"):
        Guard(remote=True).ask(None, Request("DELETE", "http://far.example/v3/x"))


def test_payments_are_never_made(documents: Mapping[str, Document]) -> None:
    guard = Guard(remote=True, allow_orders=True, limit=10_000)
    for document in documents.values():
        for operation in document.operations.values():
            if operation.effect == "pays":
                with pytest.raises(DeniedError, match="payments are never made"):
                    guard.ask(operation, asked(operation))


def test_everything_is_asked_of_a_server_that_is_ours(documents: Mapping[str, Document]) -> None:
    Guard().ask(*order(documents))


def test_orders_are_made_up_to_the_limit(documents: Mapping[str, Document]) -> None:
    guard = Guard(remote=True, allow_orders=True, limit=40)
    operation, request, arguments = order(documents)
    for number in ("1", "2"):
        guard.ask(operation, request, arguments)
        guard.note(operation, bought(request, number=number), arguments)
    with pytest.raises(DeniedError, match=r"the limit of 0\.40 dollars is reached, 0\.32 dollars were charged"):
        guard.ask(operation, request, arguments)


def test_an_order_that_may_cost_more_than_is_left_is_not_made(documents: Mapping[str, Document]) -> None:
    with pytest.raises(DeniedError, match="the limit"):
        Guard(remote=True, allow_orders=True, limit=40).ask(*order(documents, cents=41))


@pytest.mark.parametrize("maximum", ["much", "", "1e999", "nan", "-1", None])
def test_an_order_whose_price_has_no_bound_is_not_made(documents: Mapping[str, Document], maximum: str | None) -> None:
    operation, request, arguments = order(documents)
    arguments = arguments._replace(body={**arguments.body, "maximumPrice": maximum})
    with pytest.raises(DeniedError, match="without a maximum price"):
        Guard(remote=True, allow_orders=True, limit=40).ask(operation, request, arguments)


def test_an_order_that_cannot_be_read_is_not_made(documents: Mapping[str, Document]) -> None:
    operation, request, _ = order(documents)
    with pytest.raises(DeniedError, match="without a maximum price"):
        Guard(remote=True, allow_orders=True, limit=40).ask(operation, request)


def test_a_server_that_charges_more_than_it_may_stops_the_run(documents: Mapping[str, Document]) -> None:
    guard = Guard(remote=True, allow_orders=True, limit=40)
    operation, request, arguments = order(documents)
    guard.ask(operation, request, arguments)
    guard.note(operation, bought(request, cents=99), arguments)
    with pytest.raises(DeniedError, match=r"0\.99 dollars were charged, more than the limit"):
        guard.ask(operation, request, arguments)


def test_what_is_charged_in_dollars_is_counted_in_cents(documents: Mapping[str, Document]) -> None:
    operation, request, arguments = order(documents, name="v2")
    guard = Guard(remote=True, allow_orders=True, limit=40)
    guard.ask(operation, request, arguments)
    answer = {"error": False, "orderId": "7", "purchasePrice": 0.16, **REST}
    guard.note(operation, answered(request, answer), arguments)
    assert guard.statement
    assert guard.statement.spent == 16


def test_what_was_bought_for_a_price_that_is_not_said_counts_as_its_maximum(documents: Mapping[str, Document]) -> None:
    operation, request, arguments = order(documents, cents=30)
    guard = Guard(remote=True, allow_orders=True, limit=40)
    guard.ask(operation, request, arguments)
    guard.note(operation, answered(request, {"ok": True, "body": {"orderId": "7", **REST}}), arguments)
    assert guard.statement
    assert guard.statement.spent == 30


def test_the_statement_says_what_came_back(documents: Mapping[str, Document]) -> None:
    guard = Guard(remote=True, allow_orders=True, limit=40)
    operation, request, arguments = order(documents)
    guard.ask(operation, request, arguments)
    guard.note(operation, bought(request), arguments)
    guard.refunded("7", 16)
    assert guard.statement
    assert (guard.statement.spent, guard.statement.refunded, guard.statement.lost) == (16, 16, 0)


def test_an_order_whose_answer_is_lost_is_remembered(documents: Mapping[str, Document]) -> None:
    journal = RunJournal(None)
    guard = Guard(remote=True, allow_orders=True, limit=40, journal=journal)
    operation, request, arguments = order(documents)
    guard.ask(operation, request, arguments)
    guard.note(operation, Exchange(request, None, 0, 1.0), arguments)
    assert journal.lost


def test_an_order_that_is_refused_is_not_lost(documents: Mapping[str, Document]) -> None:
    journal = RunJournal(None)
    guard = Guard(remote=True, allow_orders=True, limit=40, journal=journal)
    operation, request, arguments = order(documents)
    guard.ask(operation, request, arguments)
    guard.note(operation, answered(request, {"ok": False, "errorMessage": "NO_NUMBERS"}), arguments)
    assert not journal.lost
