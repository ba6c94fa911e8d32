"""Payments: invoices and wallets, and the cryptocurrencies that a wallet accepts."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Instant
from mockserver.domain.refusal import Reason, Refusal


class Method(StrEnum):
    """How a customer pays; a coupon's `targetPay` names one (`crypto` documented by example, `card` assumed)."""

    CRYPTO = "crypto"
    CARD = "card"


class Status(StrEnum):
    """Cryptomus' own words (observed: its documentation of payment statuses)."""

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
"""Statuses from which a payment can still be paid."""

CREDITED = frozenset({Status.PAID, Status.PAID_OVER})
"""Statuses with which the money reaches the balance."""


class Deposit(NamedTuple):
    """Where and how much to pay in a cryptocurrency; `amount` is in its own unit, as the wallet shows it."""

    currency: str
    network: str
    amount: str
    address: str


class Payment(NamedTuple):
    """A payment of `cents` US cents that was asked for; a wallet has a deposit, an invoice only its page.

    `id` is the vendor's, `session` and `page` are the provider's, `url` is where to pay.
    `method` is a Method, or whatever word a past payment is listed with.
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
        """Whether it can still be paid."""
        return self.status in OPEN

    def settle(self, status: Status) -> "Payment":
        """The payment with its new status. Raises ValueError when it has come to an end already."""
        if not self.is_open:
            raise ValueError(f"payment {self.id} is {self.status} already")
        return self._replace(status=status)


class Currency(NamedTuple):
    """A cryptocurrency on a network, as `fixtures/payments/currencies.csv` lists them.

    `usd` is the price of one unit in US dollars, `decimals` how precisely an amount is written.
    `address` is a template: `%x{40}` stands for 40 lower-case hexadecimal digits, `%b{33}` for 33 of base 58.
    """

    currency: str
    network: str
    usd: Decimal
    decimals: int
    address: str

    def amount(self, cents: int) -> str:
        """US cents in this currency, rounded down to its decimals, but never to nothing."""
        smallest = Decimal(1).scaleb(-self.decimals)
        units = (Decimal(cents) / 100 / self.usd).quantize(smallest, rounding=ROUND_DOWN)
        return f"{max(units, smallest):f}"


Currencies = Mapping[tuple[str, str], Currency]
"""Currencies by (currency, network), both in upper case as in the request path."""


def find_currency(currencies: Currencies, currency: str, network: str) -> Currency:
    """The currency on that network. Raises Refusal(UNSUPPORTED_CURRENCY) for a pair that is not documented."""
    found = currencies.get((currency, network))
    if found is None:
        raise Refusal(Reason.UNSUPPORTED_CURRENCY)
    return found
