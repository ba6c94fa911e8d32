"""Why the service says no. Every refused use case raises one of these and has changed nothing."""

from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """The reasons for which the business of the vendor refuses, by their names in the vocabulary."""

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


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A use case that the service declines. When a price has changed, `offer` is what is for sale now."""

    def __init__(self, reason: Reason, offer: Any = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.offer = offer
