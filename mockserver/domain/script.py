"""The script of a world: the protocol for outside decisions, such as numbers, ids, SMS and their times.

Apart from its script, a world is deterministic. A scenario and a seed make a script.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import Duration, Instant
from mockserver.domain.order import Order
from mockserver.domain.payment import Currency, Status
from mockserver.domain.refusal import Reason


class Delivery(NamedTuple):
    """A planned SMS. It arrives `after` milliseconds, or at the `polls`-th poll of the order if `polls` is not 0.

    Both count from the order, or from the request for another SMS.
    """

    after: Duration
    text: str
    code: str | None
    polls: int = 0


class Attempt(NamedTuple):
    """A requested order. `carrier` is the carrier word of the request, `price` the list price in cents.

    `taken` says whether an order id is in use.
    """

    customer: str
    country: str
    carrier: str
    service: str
    price: int
    at: Instant
    taken: Callable[[str], bool]


class PreOrderEffect(NamedTuple):
    """An effect before an order is made: a new list price in cents, a refusal, or neither."""

    price: int | None = None
    refusal: Reason | None = None


class Purchase(NamedTuple):
    """An order that is about to be made from an attempt. `stock_key` is the stock that serves it.

    `nth` counts the orders of the world from 1, `nth_in_country` those of the country. `in_use` says whether a
    running order has a phone number.
    """

    attempt: Attempt
    stock_key: StockKey
    nth: int
    nth_in_country: int
    in_use: Callable[[str], bool]


class Assignment(NamedTuple):
    """The id, the phone number, the end and the SMS deliveries of a new order.

    `rule` is the index of the scenario's rule that decided, or None.
    """

    order_id: str
    phone: str
    expires_at: Instant
    deliveries: tuple[Delivery, ...]
    rule: int | None = None


class Renewal(NamedTuple):
    """The result of a request for another SMS: the new end of the order, and further SMS deliveries.

    The end applies if it is later than the current one. Deliveries that are already planned stay planned.
    """

    expires_at: Instant
    deliveries: tuple[Delivery, ...]


class Settlement(NamedTuple):
    """A status of a payment, and its time after the request in milliseconds."""

    after: Duration
    status: Status


class Transfer(NamedTuple):
    """A payment that is about to be made; `currency` is None for an invoice.

    `nth` counts the payments of the world from 1.
    """

    customer: str
    provider: str
    method: str
    cents: int
    currency: Currency | None
    nth: int


class Terms(NamedTuple):
    """The terms of a payment: the vendor's id, the provider's session and page, a signature, and the settlement.

    `address` is the address to pay to, empty for an invoice. `settlement` is None for a payment that only expires.
    `steps` are the statuses before it.
    """

    payment_id: str
    session: str
    page: str
    address: str
    signature: str
    settlement: Settlement | None
    steps: tuple[Settlement, ...] = ()


class Restocking(NamedTuple):
    """A refill of a stock, `after` milliseconds from when it ran empty, if it is still empty."""

    after: Duration
    stock: int


class Script(Protocol):
    """Makes the outside decisions of a world. They depend on the arguments, the seed and earlier calls."""

    @property
    def secret(self) -> int:
        """The secret of quotes."""

    def pre_order_effect(self, attempt: Attempt) -> PreOrderEffect:
        """Return the effect on a requested order before it is made."""

    def assign(self, purchase: Purchase) -> Assignment:
        """Return the number and the deliveries of an order. Raises Refusal(NO_NUMBERS) if every number is in use."""

    def another(self, order: Order, at: Instant) -> Renewal:
        """Return the renewal for a request for another SMS; `period` of the order already counts the request."""

    def terms(self, transfer: Transfer) -> Terms:
        """Return the ids and the settlement of a payment."""

    def restocking(self, stock_key: StockKey) -> Restocking | None:
        """Return the refill of an empty stock, or None."""
