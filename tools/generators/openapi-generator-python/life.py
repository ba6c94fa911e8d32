"""A whole life of an order through a package of openapi-generator, python. It prints the code."""

from __future__ import annotations

import os
from typing import TypeVar

from smsonline_v3 import (
    ApiClient,
    BalanceAnswer,
    ChangeAnswer,
    ChangeAnswerOrFailure,
    Configuration,
    CustomerApi,
    Failure,
    KeyBody,
    LookupApi,
    OrderAnswer,
    OrderBody,
    OrderBodyMaximumPrice,
    OrderChange,
    OrderItem,
    OrdersApi,
    OrderStatus,
    Purchase,
    PurchaseAnswer,
    QuoteAnswer,
)

Answer = TypeVar("Answer")

USER = os.environ["SMSONLINE_USER_ID"]
KEY = os.environ["SMSONLINE_API_KEY"]


def granted(answer: object, kind: type[Answer]) -> Answer:
    """Return an answer of success. Raises RuntimeError for any other."""
    if not isinstance(answer, kind):
        raise RuntimeError(answer)
    return answer


def balance(client: ApiClient) -> int:
    """Return the balance in cents."""
    answer = CustomerApi(client).get_balance(USER, KEY)
    return granted(answer.actual_instance, BalanceAnswer).body.balance


def order(client: ApiClient) -> Purchase:
    """Order a number for the price of now."""
    asked = LookupApi(client).get_service_detail(USER, "12", "any", "ds", KEY)
    quote = granted(asked.actual_instance, QuoteAnswer).body
    body = OrderBody(
        apiKey=KEY,
        country="12",
        service="ds",
        carrier="any",
        maximumPrice=OrderBodyMaximumPrice(str(quote.price)),
        m=quote.m,
        n=quote.n,
    )
    answer = OrdersApi(client).order_number(USER, body)
    bought = granted(answer.actual_instance, PurchaseAnswer).body
    assert bought.purchase_price <= quote.price
    return bought


def look(client: ApiClient, order_id: str) -> OrderItem:
    """Return an order as it is now."""
    answer = OrdersApi(client).get_order(USER, order_id, KEY)
    [item] = granted(answer.actual_instance, OrderAnswer).body
    return item


def refund(client: ApiClient, order_id: str) -> ChangeAnswerOrFailure:
    """Return a number for its money; tell what the service says."""
    return OrdersApi(client).change_order_status(USER, order_id, "refund", KeyBody(apiKey=KEY))


with ApiClient(Configuration(host=os.environ["SMSONLINE_BASE_URL"])) as client:
    before = balance(client)
    first = order(client)
    item = look(client, first.order_id)
    while item.status is OrderStatus.WAITING:
        item = look(client, first.order_id)

    refused = granted(refund(client, first.order_id).actual_instance, Failure)
    assert "REFUND_NOT_ALLOWED" in refused.error_message

    second = order(client)
    changed = granted(refund(client, second.order_id).actual_instance, ChangeAnswer)
    assert changed.body is OrderChange.REFUND_MINUS_COMPLETED
    assert balance(client) == before - first.purchase_price
    print(item.code)
