"""A whole life of an order through httpx, with the models of datamodel-code-generator. It prints the code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import httpx
from v3 import (
    BalanceAnswerOrFailure,
    ChangeAnswer,
    ChangeAnswerOrFailure,
    Failure,
    KeyBody,
    MaximumPrice,
    OrderAnswerOrFailure,
    OrderBody,
    OrderChange,
    OrderItem,
    OrderStatus,
    Purchase,
    PurchaseAnswerOrFailure,
    QuoteAnswerOrFailure,
)

if TYPE_CHECKING:
    from pydantic import BaseModel, RootModel

Answer = TypeVar("Answer")
Reply = TypeVar("Reply")

USER = os.environ["SMSONLINE_USER_ID"]
KEY = os.environ["SMSONLINE_API_KEY"]


def ask(
    client: httpx.Client, path: str, answer: type[RootModel[Reply]], method: str = "GET", body: BaseModel | None = None
) -> Reply:
    """Send a request, with the key in its query if it has no body, and read the answer."""
    got = client.request(
        method,
        path.format(user=USER),
        params=None if body else {"apiKey": KEY},
        json=body.model_dump(mode="json", exclude_none=True) if body else None,
    )
    return answer.model_validate_json(got.content).root


def granted(answer: Answer | Failure) -> Answer:
    """Return an answer of success. Raises RuntimeError for any other."""
    if isinstance(answer, Failure):
        raise RuntimeError(answer.errorMessage)
    return answer


def balance(client: httpx.Client) -> int:
    """Return the balance in cents."""
    return granted(ask(client, "/customers/{user}/balance", BalanceAnswerOrFailure)).body.balance


def order(client: httpx.Client) -> Purchase:
    """Order a number for the price of now."""
    quote = granted(ask(client, "/numbers/{user}/lookup/12/any/ds", QuoteAnswerOrFailure)).body
    body = OrderBody(
        apiKey=KEY,
        country="12",
        service="ds",
        carrier="any",
        maximumPrice=MaximumPrice(str(quote.price)),
        m=quote.m,
        n=quote.n,
    )
    bought = granted(ask(client, "/numbers/{user}/order", PurchaseAnswerOrFailure, "PUT", body)).body
    assert bought.purchasePrice <= quote.price
    return bought


def look(client: httpx.Client, order_id: str) -> OrderItem:
    """Return an order as it is now."""
    [item] = granted(ask(client, f"/numbers/{{user}}/order/{order_id}", OrderAnswerOrFailure)).body
    return item


def refund(client: httpx.Client, order_id: str) -> ChangeAnswer | Failure:
    """Return a number for its money; tell what the service says."""
    return ask(
        client, f"/numbers/{{user}}/order/{order_id}/refund", ChangeAnswerOrFailure, "PATCH", KeyBody(apiKey=KEY)
    )


with httpx.Client(base_url=os.environ["SMSONLINE_BASE_URL"]) as client:
    before = balance(client)
    first = order(client)
    item = look(client, first.orderId)
    while item.status is OrderStatus.waiting:
        item = look(client, first.orderId)

    refused = refund(client, first.orderId)
    assert isinstance(refused, Failure)
    assert "REFUND_NOT_ALLOWED" in refused.errorMessage

    second = order(client)
    assert granted(refund(client, second.orderId)).body is OrderChange.refund_completed
    assert balance(client) == before - first.purchasePrice
    print(item.code)
