"""What answers of the stand-in say, as a customer would write it: typed, and in units of its own."""

import calendar
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx


class ApiError(Exception):
    """A refusal: its HTTP status, and its code where the answer has one."""

    def __init__(self, response: httpx.Response, code: str) -> None:
        super().__init__(f"{response.status_code} {code}: {response.text[:200]}")
        self.response = response
        self.status = response.status_code
        self.code = code


class QuoteChangedError(ApiError):
    """The price has changed; the new quote came with the answer."""

    def __init__(self, response: httpx.Response, code: str, quote: "Quote") -> None:
        super().__init__(response, code)
        self.quote = quote


@dataclass(frozen=True, slots=True)
class Balance:
    """The account, in cents."""

    cents: int
    charges: int
    rate: str
    tiers: list[list[Any]]
    coupons: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as a list shows it."""

    country: str
    service: str
    title: str
    price: int
    left: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The present price of a service, and the two keys that prove it."""

    country: str
    service: str
    carrier: str
    price: int
    left: int
    percent: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an order; the price is cents."""

    id: str
    phone: str
    ends: int
    price: int


@dataclass(frozen=True, slots=True)
class Sms:
    """A received SMS."""

    text: str
    code: str
    at: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the API shows it."""

    id: str
    country: str
    service: str
    carrier: str
    phone: str
    price: int
    state: str
    bought: int
    ends: int
    messages: list[Sms]

    @property
    def codes(self) -> list[str]:
        """The received codes, first one first."""
        return [message.code for message in self.messages]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the list of payments shows it."""

    id: str
    method: str
    cents: int
    created: int
    expires: int
    status: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """An address to pay to."""

    id: str
    address: str
    coin: str
    network: str
    cents: int
    expires: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon of the account."""

    code: str
    percentage: int
    status: str


@dataclass(frozen=True, slots=True)
class Report:
    """Statistics: orders by state word, and money in cents."""

    counts: dict[str, int]
    out: int
    back: int
    percent: int
    services: dict[str, "Report"]


def cents(dollars: str) -> int:
    """Read dollars, e.g. `0.16`, as cents."""
    return int(Decimal(dollars) * 100)


def dollars(amount: int) -> str:
    """Write cents as dollars."""
    return f"{amount // 100}.{amount % 100:02d}"


def seconds(text: str) -> int:
    """Read either written form of a time as Unix seconds."""
    pattern = "%Y-%m-%dT%H:%M:%SZ" if "T" in text else "%Y-%m-%d %H:%M:%S"
    return calendar.timegm(time.strptime(text, pattern))


def pair(text: str) -> tuple[str, str]:
    """Read `12-ds` as country and service."""
    country, service = text.split("-")
    return country, service


def percent(text: str) -> int:
    """Read `92%` as 92."""
    assert text.endswith("%")
    return int(text[:-1])
