"""Payments by invoice or wallet, and the cryptocurrencies of wallets."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Instant
from mockserver.domain.refusal import Reason, Refusal


class Method(StrEnum):
    """A payment method, also that of a coupon (`crypto` documented by example, `card` assumed)."""

    CRYPTO = "crypto"
    CARD = "card"


class Status(StrEnum):
    """The status of a payment, in the words of Cryptomus (observed in its documentation)."""

    PAID = "paid"
    PAID_OVER = "paid_over"
    WRONG_AMOUNT = "wrong_amount"
    PROCESS = "process"
    CONFIRM_CHECK = "confirm_check"
    WRONG_AMOUNT_WAITING = "wrong_amount_waiting"
    CHECK = "check"
    FAIL = "fail"
    CANCEL = "cancel"
    SYSTEM_FAIL = "system_fail"
    REFUND_PROCESS = "refund_process"
    REFUND_FAIL = "refund_fail"
    REFUND_PAID = "refund_paid"
    LOCKED = "locked"


OPEN = frozenset({Status.CHECK, Status.PROCESS, Status.CONFIRM_CHECK, Status.WRONG_AMOUNT_WAITING})
"""Statuses in which a payment can still be paid."""

CREDITED = frozenset({Status.PAID, Status.PAID_OVER})
"""Statuses that credit the money to the balance."""


class Deposit(NamedTuple):
    """The address and the amount of a payment in a cryptocurrency; `amount` is in its own unit, as text."""

    currency: str
    network: str
    amount: str
    address: str


class Payment(NamedTuple):
    """A requested payment of `cents` US cents; a wallet has a deposit, an invoice only a page.

    `id` is the vendor's, `session` and `page` are the provider's, `url` is the page to pay on. `method` is a Method, or
    any word for a past payment.
    """

    id: str
    session: str
    page: str
    customer: str
    method: str
    provider: str
    cents: int
    created_at: Instant
    expires_at: Instant
    url: str
    status: Status = Status.CHECK
    coupon: str | None = None
    deposit: Deposit | None = None

    @property
    def is_open(self) -> bool:
        """Whether the payment can still be paid."""
        return self.status in OPEN

    def settle(self, status: Status) -> "Payment":
        """Return the payment with a new status. Raises ValueError if it is not open."""
        if not self.is_open:
            raise ValueError(f"payment {self.id} is already {self.status}")
        return self._replace(status=status)


class Currency(NamedTuple):
    """A cryptocurrency on a network, as in `fixtures/payments/currencies.csv`.

    `usd` is the price of one unit in US dollars, `decimals` the number of decimals of an amount. `address` is a
    template: `%x{40}` stands for 40 lower-case hexadecimal digits, `%b{33}` for 33 digits of base 58.
    """

    currency: str
    network: str
    usd: Decimal
    decimals: int
    address: str

    def amount(self, cents: int) -> str:
        """Convert US cents to this currency, rounded down to its decimals, and at least the smallest unit."""
        smallest = Decimal(1).scaleb(-self.decimals)
        units = (Decimal(cents) / 100 / self.usd).quantize(smallest, rounding=ROUND_DOWN)
        return f"{max(units, smallest):f}"


Currencies = Mapping[tuple[str, str], Currency]
"""Currencies by (currency, network), both in upper case as in the request path."""


def find_currency(currencies: Currencies, currency: str, network: str) -> Currency:
    """Return a currency on a network. Raises Refusal(UNSUPPORTED_CURRENCY) for an unknown pair."""
    found = currencies.get((currency, network))
    if found is None:
        raise Refusal(Reason.UNSUPPORTED_CURRENCY)
    return found
