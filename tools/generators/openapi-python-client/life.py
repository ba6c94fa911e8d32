"""A whole life of an order through a package of openapi-python-client. It prints the code."""

from __future__ import annotations

import os
from typing import TypeVar

from smsonline_v3 import Client
from smsonline_v3.api.customer import get_balance
from smsonline_v3.api.lookup import get_service_detail
from smsonline_v3.api.orders import change_order_status, get_order, order_number
from smsonline_v3.models import (
    ChangeAnswer,
    ChangeOrderStatusNext,
    Failure,
    KeyBody,
    OrderBody,
    OrderChange,
    OrderItem,
    OrderStatus,
    Purchase,
)

Answer = TypeVar("Answer")

USER = os.environ["SMSONLINE_USER_ID"]
KEY = os.environ["SMSONLINE_API_KEY"]


def granted(answer: Answer | Failure | None) -> Answer:
    """Return an answer of success. Raises RuntimeError for any other."""
    if answer is None or isinstance(answer, Failure):
        raise RuntimeError(answer)
    return answer


def balance(client: Client) -> int:
    """Return the balance in cents."""
    return granted(get_balance.sync(USER, client=client, api_key=KEY)).body.balance


def order(client: Client) -> Purchase:
    """Order a number for the price of now."""
    quote = granted(get_service_detail.sync(USER, "12", "any", "ds", client=client, api_key=KEY)).body
    body = OrderBody(KEY, "12", "ds", "any", str(quote.price), quote.m, quote.n)
    bought = granted(order_number.sync(USER, client=client, body=body)).body
    assert bought.purchase_price <= quote.price
    return bought


def look(client: Client, order_id: str) -> OrderItem:
    """Return an order as it is now."""
    [item] = granted(get_order.sync(USER, order_id, client=client, api_key=KEY)).body
    return item


def refund(client: Client, order_id: str) -> ChangeAnswer | Failure | None:
    """Return a number for its money; tell what the service says."""
    return change_order_status.sync(USER, order_id, ChangeOrderStatusNext.REFUND, client=client, body=KeyBody(KEY))


with Client(base_url=os.environ["SMSONLINE_BASE_URL"]) as client:
    before = balance(client)
    first = order(client)
    item = look(client, first.order_id)
    while item.status is OrderStatus.WAITING:
        item = look(client, first.order_id)

    refused = refund(client, first.order_id)
    assert isinstance(refused, Failure)
    assert "REFUND_NOT_ALLOWED" in refused.error_message

    second = order(client)
    assert granted(refund(client, second.order_id)).body is OrderChange.REFUND_COMPLETED
    assert balance(client) == before - first.purchase_price
    print(item.code)
