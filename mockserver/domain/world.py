"""Everything the vendor knows: accounts, money, numbers, payments, and what is still to come."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mockserver.domain.agenda import Agenda
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.clock import Clock
from mockserver.domain.coupon import Coupon
from mockserver.domain.currency import Currencies
from mockserver.domain.customer import Customer
from mockserver.domain.ledger import EntryKind, Ledger
from mockserver.domain.market import Market
from mockserver.domain.order import Order, State
from mockserver.domain.payment import Payment
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.rules import DEFAULT, Rules
from mockserver.domain.script import Delivery, Script


class Awaited(NamedTuple):
    """SMS that arrive when their order is looked at for the n-th time; `polls` is how often it was."""

    polls: int
    deliveries: tuple[Delivery, ...]


class World:
    """One isolated copy of the service. Entities are immutable; a change stores a new one in place of the old."""

    def __init__(
        self, catalogue: Catalogue, currencies: Currencies, clock: Clock, script: Script, rules: Rules = DEFAULT
    ) -> None:
        self.clock = clock
        self.script = script
        self.rules = rules
        self.currencies = currencies
        self.market = Market(catalogue)
        self.ledger = Ledger()
        self.agenda = Agenda()
        self.customers: dict[str, Customer] = {}
        self._users_by_key: dict[str, frozenset[str]] = {}
        self._orders: dict[str, Order] = {}
        self._orders_of: dict[str, list[str]] = {}
        self._awaited: dict[str, Awaited] = {}
        self._placed: Counter[tuple[str, str]] = Counter()
        self._payments: dict[str, Payment] = {}
        self._payments_of: dict[str, list[str]] = {}
        self._coupons: dict[tuple[str, str], Coupon] = {}

    @property
    def catalogue(self) -> Catalogue:
        """What is for sale."""
        return self.market.catalogue

    def open_account(self, customer: Customer, keys: Iterable[str]) -> None:
        """Add a customer who may use these API keys. A key may serve several customers."""
        self.customers[customer.id] = customer
        for key in keys:
            self._users_by_key[key] = self._users_by_key.get(key, frozenset()) | {customer.id}

    @property
    def keys(self) -> Iterable[str]:
        """The API keys that open an account here."""
        return self._users_by_key.keys()

    def customer_with(self, user: str | None, key: str | None) -> Customer:
        """The customer whom a pair of credentials belongs to.

        Raises Refusal(UNAUTHORIZED) without a known key, Refusal(FORBIDDEN) when the key is another
        user's or the account is blocked.
        """
        users = self._users_by_key.get(key) if key else None
        if users is None:
            raise Refusal(Reason.UNAUTHORIZED)
        if user not in users or self.customers[user].blocked:
            raise Refusal(Reason.FORBIDDEN)
        return self.customers[user]

    def save_customer(self, customer: Customer) -> None:
        """Store a customer's new state."""
        self.customers[customer.id] = customer

    def save_order(self, order: Order) -> None:
        """Store a new order, or an order's new state."""
        if order.id not in self._orders:
            self._orders_of.setdefault(order.customer, []).append(order.id)
            self._placed[order.country, order.service] += 1
        self._orders[order.id] = order

    def order(self, order_id: str) -> Order:
        """An order by its id. Raises KeyError."""
        return self._orders[order_id]

    def has_order(self, order_id: str) -> bool:
        """Whether the id is taken."""
        return order_id in self._orders

    def await_polls(self, order: Order, deliveries: tuple[Delivery, ...]) -> None:
        """Let these SMS arrive as the order is looked at; what was still awaited is forgotten."""
        self._awaited.pop(order.id, None)
        if deliveries:
            self._awaited[order.id] = Awaited(0, deliveries)

    def polled(self, order: Order) -> list[Delivery]:
        """Count one look at an order, and take off the SMS that arrive at it."""
        awaited = self._awaited.get(order.id)
        if awaited is None:
            return []
        polls = awaited.polls + 1
        left = tuple(delivery for delivery in awaited.deliveries if delivery.polls > polls)
        if left:
            self._awaited[order.id] = Awaited(polls, left)
        else:
            del self._awaited[order.id]
        return [delivery for delivery in awaited.deliveries if delivery.polls <= polls]

    def order_count(self) -> int:
        """How many orders were ever placed."""
        return len(self._orders)

    @property
    def placed(self) -> Mapping[tuple[str, str], int]:
        """How many orders were ever placed, by (country, service) codes."""
        return self._placed

    def order_of(self, customer: Customer, order_id: str) -> Order:
        """A customer's own order. Raises Refusal(ORDER_NOT_FOUND), also for somebody else's."""
        order = self._orders.get(order_id)
        if order is None or order.customer != customer.id:
            raise Refusal(Reason.ORDER_NOT_FOUND)
        return order

    def orders_of(self, customer: Customer) -> Iterator[Order]:
        """A customer's orders, newest first."""
        return (self._orders[order_id] for order_id in reversed(self._orders_of.get(customer.id, [])))

    def save_payment(self, payment: Payment) -> None:
        """Store a new payment, or a payment's new state."""
        if payment.id not in self._payments:
            self._payments_of.setdefault(payment.customer, []).append(payment.id)
        self._payments[payment.id] = payment

    def payment(self, payment_id: str) -> Payment:
        """A payment by its id. Raises KeyError."""
        return self._payments[payment_id]

    def payment_of(self, customer: Customer, payment_id: str) -> Payment:
        """A customer's own payment. Raises Refusal(TRANSACTION_NOT_FOUND), also for somebody else's."""
        payment = self._payments.get(payment_id)
        if payment is None or payment.customer != customer.id:
            raise Refusal(Reason.TRANSACTION_NOT_FOUND)
        return payment

    def payments_of(self, customer: Customer) -> Iterator[Payment]:
        """A customer's payments, newest first."""
        return (self._payments[payment_id] for payment_id in reversed(self._payments_of.get(customer.id, [])))

    def payment_count(self) -> int:
        """How many payments were ever asked for."""
        return len(self._payments)

    def save_coupon(self, coupon: Coupon) -> None:
        """Store a new coupon, or a coupon's new state."""
        self._coupons[coupon.customer, coupon.code] = coupon

    def coupon_of(self, customer_id: str, code: str) -> Coupon | None:
        """A customer's coupon by its code."""
        return self._coupons.get((customer_id, code))

    def coupons_of(self, customer: Customer) -> list[Coupon]:
        """A customer's coupons, in the order in which they were issued."""
        return [coupon for coupon in self._coupons.values() if coupon.customer == customer.id]

    def broken_rules(self) -> list[str]:
        """Every invariant of money and orders that does not hold, in words; empty when all is well."""
        return [*self.ledger.broken_rules(), *self._wrong_charges(), *self._wrong_refunds()]

    def _wrong_charges(self) -> Iterator[str]:
        charges: dict[str, dict[int, int]] = {}
        for entry in self.ledger:
            if entry.kind is EntryKind.CHARGE:
                charges.setdefault(entry.reference, {})[entry.period] = -entry.cents
        for order in self._orders.values():
            periods = range(order.period + 1 if self.rules.another_sms_charged else 1)
            due, paid = dict.fromkeys(periods, order.price), charges.get(order.id)
            if paid is None:
                yield f"order {order.id} was never charged"
            elif paid != due:
                yield f"order {order.id} was charged {paid} instead of {due} (cents by period)"

    def _wrong_refunds(self) -> Iterator[str]:
        returned = {entry.reference for entry in self.ledger if entry.kind is EntryKind.REFUND}
        for order in self._orders.values():
            if (order.id in returned) != (order.state is State.REFUNDED):
                yield f"order {order.id} is {order.state}, refund entry: {order.id in returned}"
            if order.state is State.REFUNDED and order.messages:
                yield f"order {order.id} was refunded after an SMS"
