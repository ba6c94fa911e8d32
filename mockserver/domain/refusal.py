"""Refusals: the reasons for which a use case is refused. A refused use case changes nothing."""

from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """The reason of a refusal, by its name in the vocabulary."""

    UNAUTHORIZED = "UNAUTHORIZED"
    FORBIDDEN = "FORBIDDEN"
    NO_NUMBERS = "NO_NUMBERS"
    PRICE_CHANGED = "PRICE_CHANGED"
    INSUFFICIENT_BALANCE = "INSUFFICIENT_BALANCE"
    ORDER_NOT_FOUND = "ORDER_NOT_FOUND"
    ORDER_EXPIRED = "ORDER_EXPIRED"
    REFUND_NOT_ALLOWED = "REFUND_NOT_ALLOWED"
    SMS_NOT_RECEIVED = "SMS_NOT_RECEIVED"
    UNKNOWN_COUNTRY = "UNKNOWN_COUNTRY"
    UNKNOWN_SERVICE = "UNKNOWN_SERVICE"
    UNKNOWN_CARRIER = "UNKNOWN_CARRIER"
    INVALID_COUPON = "INVALID_COUPON"
    UNSUPPORTED_CURRENCY = "UNSUPPORTED_CURRENCY"
    TRANSACTION_NOT_FOUND = "TRANSACTION_NOT_FOUND"


class Refusal(Exception):  # noqa: N818 - a refusal is a response, not an error of the program
    """A refused use case. If the price has changed, `offer` is the current offer."""

    def __init__(self, reason: Reason, offer: Any = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.offer = offer
