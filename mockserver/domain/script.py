"""What the world outside decides, as the domain sees it: numbers, ids, texts, and when things arrive.

A world is deterministic but for its script; a scenario and a seed make one.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from mockserver.domain.catalogue import StockKey
from mockserver.domain.clock import Duration, Instant
from mockserver.domain.order import Order
from mockserver.domain.payment import Currency, Status
from mockserver.domain.refusal import Reason


class Delivery(NamedTuple):
    """An SMS on its way; it counts from the order, or from the request for another SMS.

    It arrives `after` a time, or at the poll of that number: when the order is looked at for the `polls`th time.
    """

    after: Duration
    text: str
    code: str | None
    polls: int = 0


class Attempt(NamedTuple):
    """An order that is asked for. `carrier` is the word that was asked for, `price` the list price in cents.

    `taken` tells which order ids there are already.
    """

    customer: str
    country: str
    carrier: str
    service: str
    price: int
    at: Instant
    taken: Callable[[str], bool]


class PreOrderEffect(NamedTuple):
    """What comes between an attempt and its order: a new list price in cents, a refusal, or nothing."""

    price: int | None = None
    refusal: Reason | None = None


class Purchase(NamedTuple):
    """An order that is about to be made, from this attempt. `stock_key` serves it.

    `nth` counts the orders of the world from 1, `nth_in_country` those of the country. `in_use` tells which numbers
    a running order has.
    """

    attempt: Attempt
    stock_key: StockKey
    nth: int
    nth_in_country: int
    in_use: Callable[[str], bool]


class Assignment(NamedTuple):
    """What an order gets: its id, its number, its end, and the SMS that will come.

    `rule` is the position of the scenario's rule that decided so, if one did.
    """

    order_id: str
    phone: str
    expires_at: Instant
    deliveries: tuple[Delivery, ...]
    rule: int | None = None


class Renewal(NamedTuple):
    """What an order gets that asked for another SMS: its end, unless it ends later anyway, and the SMS that will come
    beside those that are still on their way.
    """

    expires_at: Instant
    deliveries: tuple[Delivery, ...]


class Settlement(NamedTuple):
    """How a payment ends, so long after it was asked for."""

    after: Duration
    status: Status


class Transfer(NamedTuple):
    """A payment that is about to be made; `currency` for a wallet, None for an invoice.

    `nth` counts the payments of the world from 1.
    """

    customer: str
    provider: str
    method: str
    cents: int
    currency: Currency | None
    nth: int


class Terms(NamedTuple):
    """What a payment gets: our id, the provider's session and page, the address to pay to (empty for an invoice),
    a signature, and its end if it has one.
    """

    payment_id: str
    session: str
    page: str
    address: str
    signature: str
    settlement: Settlement | None


class Restocking(NamedTuple):
    """Numbers that come back so long after the stock ran empty, if it is empty then."""

    after: Duration
    stock: int


class Script(Protocol):
    """Decides for a world. Answers depend on the arguments, the seed and what was asked before."""

    @property
    def secret(self) -> int:
        """What quotes are keyed with."""

    def pre_order_effect(self, attempt: Attempt) -> PreOrderEffect:
        """What happens when an order is asked for, before anything is decided."""

    def assign(self, purchase: Purchase) -> Assignment:
        """Give an order its number and its future. Raises Refusal(NO_NUMBERS) when every number is in use."""

    def another(self, order: Order, at: Instant) -> Renewal:
        """What follows when another SMS is asked for at this time; the order counts the request already."""

    def terms(self, transfer: Transfer) -> Terms:
        """Give a payment its ids and its end."""

    def restocking(self, stock_key: StockKey) -> Restocking | None:
        """When an empty stock fills again, if ever."""
