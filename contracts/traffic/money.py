"""Prices in cents, whichever generation of the service states them."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal, DecimalException

IN_DOLLARS = frozenset({"v2"})
"""The documents that state prices in dollars; the others do so in cents."""


def cents(document: str, amount: object) -> int | None:
    """Return a price of a document in cents, with a part of a cent as a whole one; None if it is no amount.

    `amount` is a number, or a text such as a request holds.
    """
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        return None
    try:
        exact = Decimal(str(amount)) * (100 if document in IN_DOLLARS else 1)
        return int(exact.to_integral_value(ROUND_CEILING)) if exact.is_finite() else None
    except DecimalException:
        return None


def dollars(amount: int) -> str:
    """Write cents as dollars, such as `0.16`."""
    return f"{amount // 100}.{amount % 100:02}"


def price(document: str, amount: int) -> str:
    """Write cents as a document takes them in a text."""
    return dollars(amount) if document in IN_DOLLARS else str(amount)
