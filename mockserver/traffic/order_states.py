"""Orders as answers show them: their states, in the words of the vocabulary, and their SMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract import vocabulary

if TYPE_CHECKING:
    from mockserver.contract.reader import Facts

STATES = vocabulary().words["state"]

WAITING, COMPLETED, REFUNDED, EXPIRED = "waiting", "completed", "refunded", "expired"

RUNNING = frozenset({WAITING, COMPLETED})

TRANSITIONS = (
    (WAITING, COMPLETED),
    (WAITING, REFUNDED),
    (WAITING, EXPIRED),
    (COMPLETED, WAITING),
    (COMPLETED, EXPIRED),
    (EXPIRED, REFUNDED),
)
"""How an order goes from state to state."""


def has_sms(order: Facts) -> bool:
    """Whether an order shows an SMS."""
    return bool(order.get("messages") or any((order.get("latest") or {}).values()))


def is_silent(order: Facts) -> bool:
    """Whether an order shows that there is no SMS, which it does not if it shows nothing of them."""
    return not order.keys().isdisjoint(("messages", "latest")) and not has_sms(order)
