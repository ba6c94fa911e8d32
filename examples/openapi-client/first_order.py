"""Order a number with the generated package, and wait for its code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from smsonline_v3.api.orders import change_order_status, get_order, order_number
from smsonline_v3.models import ChangeOrderStatusNext, Failure, KeyBody, OrderBody, OrderItem

if TYPE_CHECKING:
    from collections.abc import Callable

    from smsonline_v3 import Client


class Refused(Exception):
    """The service refused the request; the text is its code."""


def receive_code(
    client: Client, user_id: str, api_key: str, wanted: OrderBody, sleep: Callable[[float], object] = time.sleep
) -> str | None:
    """Return the code, or request a refund and return None after a minute."""
    order_id = order(client, user_id, wanted)
    for _ in range(12):
        sleep(5)
        item = look(client, user_id, api_key, order_id)
        if item.code is not None:
            return item.code
    answer = change_order_status.sync(
        user_id, order_id, ChangeOrderStatusNext.REFUND, client=client, body=KeyBody(api_key)
    )
    if answer is None or isinstance(answer, Failure):
        raise Refused(answer.error_message if answer else "no answer that the contract knows")
    return None


def order(client: Client, user_id: str, wanted: OrderBody) -> str:
    """Return the id of a new order. Raises Refused."""
    try:
        answer = order_number.sync(user_id, client=client, body=wanted)
    except ValueError as error:
        # The generated package converts the status to an HTTPStatus, and Python has no 222.
        raise Refused("the price has changed, or is above maximumPrice") from error
    if answer is None or isinstance(answer, Failure):
        raise Refused(answer.error_message if answer else "no answer that the contract knows")
    return answer.body.order_id


def look(client: Client, user_id: str, api_key: str, order_id: str) -> OrderItem:
    """Return the current state of an order. Raises Refused."""
    answer = get_order.sync(user_id, order_id, client=client, api_key=api_key)
    if answer is None or isinstance(answer, Failure):
        raise Refused(answer.error_message if answer else "no answer that the contract knows")
    return answer.body[0]
