"""The world: an isolated copy of the service with its accounts, ledger, orders, payments, stock and schedule.

A world reports its changes as events. Its state can be saved as a Memory and restored from it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mockserver.domain.catalogue import Catalogue, Stock, StockKey
from mockserver.domain.clock import Clock, Instant
from mockserver.domain.customer import Coupon, Customer
from mockserver.domain.ledger import Entry, EntryKind, Ledger
from mockserver.domain.order import RUNNING, Order, State
from mockserver.domain.payment import CREDITED, Currencies, Payment, Status
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.rules import Rules
from mockserver.domain.schedule import Agenda, ScheduledEvent
from mockserver.domain.script import Delivery, Script


class OrderChanged(NamedTuple):
    """An order was created (`before` is None) or changed; `before` is its former state."""

    before: State | None
    order: Order


class PaymentChanged(NamedTuple):
    """A payment was created (`before` is None) or changed; `before` is its former status."""

    before: Status | None
    payment: Payment


class PriceChanged(NamedTuple):
    """A list price was changed, in cents."""

    stock_key: StockKey
    price: int


class StockChanged(NamedTuple):
    """A stock was changed, other than by a sale."""

    stock_key: StockKey
    stock: int


WorldEvent = OrderChanged | PaymentChanged | PriceChanged | StockChanged
Listener = Callable[[WorldEvent], None]


def ignore_event(_: WorldEvent) -> None:
    """Ignore an event."""


class Awaited(NamedTuple):
    """The SMS that arrive at later polls of an order; `polls` counts its polls so far."""

    polls: int
    deliveries: tuple[Delivery, ...]


class Memory(NamedTuple):
    """The state of a world without its clock and its script; orders, payments and coupons are in order of creation.

    `keys` are the user ids by API key, and `awaited` is by order id. `prices` (cents) and `stock` hold the differences
    from the catalogue. `planned` are the scheduled events in order, with their due times.
    """

    customers: Sequence[Customer]
    keys: Mapping[str, frozenset[str]]
    entries: Sequence[Entry]
    orders: Sequence[Order]
    awaited: Mapping[str, Awaited]
    payments: Sequence[Payment]
    coupons: Sequence[Coupon]
    prices: Mapping[StockKey, int]
    stock: Mapping[StockKey, int]
    planned: Sequence[tuple[Instant, ScheduledEvent]]


class World:
    """An isolated copy of the service. Entities are immutable; a change replaces the stored one.

    `notify` is called with every WorldEvent.
    """

    def __init__(
        self, catalogue: Catalogue, currencies: Currencies, clock: Clock, script: Script, rules: Rules
    ) -> None:
        self.clock = clock
        self.script = script
        self.rules = rules
        self.notify: Listener = ignore_event
        self.currencies = currencies
        self.stock = Stock(catalogue)
        self.ledger = Ledger()
        self.schedule = Agenda()
        self.customers: dict[str, Customer] = {}
        self._users_by_key: dict[str, frozenset[str]] = {}
        self._orders: dict[str, Order] = {}
        self._orders_of: dict[str, list[str]] = {}
        self._orders_on: dict[str, list[str]] = {}
        self._awaited: dict[str, Awaited] = {}
        self._placed: Counter[tuple[str, str]] = Counter()
        self._payments: dict[str, Payment] = {}
        self._payments_of: dict[str, list[str]] = {}
        self._paid_before: set[str] = set()
        self._coupons: dict[tuple[str, str], Coupon] = {}

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue."""
        return self.stock.catalogue

    def open_account(self, customer: Customer, keys: Iterable[str]) -> None:
        """Add a customer with these API keys. Several customers may share a key."""
        self.customers[customer.id] = customer
        for key in keys:
            self._users_by_key[key] = self._users_by_key.get(key, frozenset()) | {customer.id}

    @property
    def keys(self) -> Iterable[str]:
        """The API keys of all accounts."""
        return self._users_by_key.keys()

    def users_of(self, key: str) -> frozenset[str]:
        """Return the user ids of the accounts with this API key."""
        return self._users_by_key.get(key, frozenset())

    def rekey(self, keys: Mapping[str, str]) -> None:
        """Replace every API key by its value in `keys`."""
        self._users_by_key = {keys[key]: users for key, users in self._users_by_key.items()}

    def customer_with(self, user: str | None, key: str | None) -> Customer:
        """Return the customer with these credentials.

        Raises Refusal(UNAUTHORIZED) without a known key, Refusal(FORBIDDEN) if the key belongs to another user or the
        account is blocked.
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
        before = self._orders.get(order.id)
        if before is None:
            self._orders_of.setdefault(order.customer, []).append(order.id)
            self._orders_on.setdefault(order.phone, []).append(order.id)
            self._placed[order.country, order.service] += 1
        self._orders[order.id] = order
        self.notify(OrderChanged(before and before.state, order))

    def all_orders(self) -> Sequence[Order]:
        """Return all orders, oldest first."""
        return tuple(self._orders.values())

    def order(self, order_id: str) -> Order:
        """Return an order by its id. Raises KeyError."""
        return self._orders[order_id]

    def has_order(self, order_id: str) -> bool:
        """Whether an order has this id."""
        return order_id in self._orders

    def in_use(self, phone: str) -> bool:
        """Whether a running order has this phone number."""
        return any(self._orders[order_id].state in RUNNING for order_id in self._orders_on.get(phone, ()))

    def await_polls(self, order: Order, deliveries: tuple[Delivery, ...]) -> None:
        """Add SMS that arrive at later polls of the order; their `polls` count from now."""
        polls, awaited = self._awaited.get(order.id, Awaited(0, ()))
        if deliveries:
            later = (delivery._replace(polls=polls + delivery.polls) for delivery in deliveries)
            self._awaited[order.id] = Awaited(polls, (*awaited, *later))

    def polled(self, order: Order) -> list[Delivery]:
        """Count one poll of an order, and remove and return the SMS that arrive at it."""
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
        """Return how many orders were ever placed."""
        return len(self._orders)

    @property
    def placed(self) -> Mapping[tuple[str, str], int]:
        """The number of orders ever placed, by (country, service) codes."""
        return self._placed

    def order_of(self, customer: Customer, order_id: str) -> Order:
        """Return an order of a customer. Raises Refusal(ORDER_NOT_FOUND), also for an order of another customer."""
        order = self._orders.get(order_id)
        if order is None or order.customer != customer.id:
            raise Refusal(Reason.ORDER_NOT_FOUND)
        return order

    def orders_of(self, customer: Customer) -> Iterator[Order]:
        """Yield a customer's orders, newest first."""
        return (self._orders[order_id] for order_id in reversed(self._orders_of.get(customer.id, [])))

    def save_payment(self, payment: Payment) -> None:
        """Store a new payment, or a payment's new state."""
        before = self._payments.get(payment.id)
        if before is None:
            self._payments_of.setdefault(payment.customer, []).append(payment.id)
            # A payment that is new and paid is from before the start: the opening balance includes it.
            if payment.status in CREDITED:
                self._paid_before.add(payment.id)
        self._payments[payment.id] = payment
        self.notify(PaymentChanged(before and before.status, payment))

    def all_payments(self) -> Sequence[Payment]:
        """Return all payments, oldest first."""
        return tuple(self._payments.values())

    def payment(self, payment_id: str) -> Payment:
        """Return a payment by its id. Raises KeyError."""
        return self._payments[payment_id]

    def payment_of(self, customer: Customer, payment_id: str) -> Payment:
        """Return a payment of a customer. Raises Refusal(TRANSACTION_NOT_FOUND), also for one of another customer."""
        payment = self._payments.get(payment_id)
        if payment is None or payment.customer != customer.id:
            raise Refusal(Reason.TRANSACTION_NOT_FOUND)
        return payment

    def payments_of(self, customer: Customer) -> Iterator[Payment]:
        """Yield a customer's payments, newest first."""
        return (self._payments[payment_id] for payment_id in reversed(self._payments_of.get(customer.id, [])))

    def payment_count(self) -> int:
        """Return how many payments were ever requested."""
        return len(self._payments)

    def reprice(self, stock_key: StockKey, price: int) -> None:
        """Set a list price, in cents."""
        self.stock.reprice(stock_key, price)
        self.notify(PriceChanged(stock_key, price))

    def restock(self, stock_key: StockKey, stock: int) -> None:
        """Set how many numbers are left."""
        self.stock.restock(stock_key, stock)
        self.notify(StockChanged(stock_key, stock))

    def spread(self, stock_keys: Sequence[StockKey], stock: int) -> None:
        """Distribute `stock` numbers by the shares of the carriers."""
        self.stock.spread(list(stock_keys), stock)
        for stock_key in stock_keys:
            self.notify(StockChanged(stock_key, self.stock.left(stock_key)))

    def save_coupon(self, coupon: Coupon) -> None:
        """Store a new coupon, or a coupon's new state."""
        self._coupons[coupon.customer, coupon.code] = coupon

    def coupon_of(self, customer_id: str, code: str) -> Coupon | None:
        """Return a customer's coupon by its code, or None."""
        return self._coupons.get((customer_id, code))

    def coupons_of(self, customer: Customer) -> list[Coupon]:
        """Return a customer's coupons, in the order in which they were added."""
        return [coupon for coupon in self._coupons.values() if coupon.customer == customer.id]

    def memory(self) -> Memory:
        """Return the current state; later changes do not affect it."""
        return Memory(
            customers=tuple(self.customers.values()),
            keys=dict(self._users_by_key),
            entries=tuple(self.ledger),
            orders=tuple(self._orders.values()),
            awaited=dict(self._awaited),
            payments=tuple(self._payments.values()),
            coupons=tuple(self._coupons.values()),
            prices=dict(self.stock.prices),
            stock=dict(self.stock.stocks),
            planned=self.schedule.planned(),
        )

    def recall(self, memory: Memory) -> None:
        """Restore a state in a new world, without notifications."""
        self.customers = {customer.id: customer for customer in memory.customers}
        self._users_by_key = dict(memory.keys)
        for entry in memory.entries:
            self.ledger.post(entry)
        self._orders = {order.id: order for order in memory.orders}
        for order in memory.orders:
            self._orders_of.setdefault(order.customer, []).append(order.id)
            self._orders_on.setdefault(order.phone, []).append(order.id)
        self._placed = Counter((order.country, order.service) for order in memory.orders)
        self._awaited = dict(memory.awaited)
        self._payments = {payment.id: payment for payment in memory.payments}
        for payment in memory.payments:
            self._payments_of.setdefault(payment.customer, []).append(payment.id)
        credited = {entry.reference for entry in memory.entries if entry.kind is EntryKind.PAYMENT}
        self._paid_before = {pay.id for pay in memory.payments if pay.status in CREDITED} - credited
        self._coupons = {(coupon.customer, coupon.code): coupon for coupon in memory.coupons}
        self.stock.prices.update(memory.prices)
        self.stock.stocks.update(memory.stock)
        for due, scheduled in memory.planned:
            self.schedule.plan(due, scheduled)

    def invariant_violations(self) -> list[str]:
        """Return a message for every invariant of the ledger, orders and payments that does not hold."""
        return [
            *self.ledger.invariant_violations(),
            *self._wrong_charges(),
            *self._wrong_refunds(),
            *self._wrong_credits(),
        ]

    def _wrong_charges(self) -> Iterator[str]:
        charges: dict[str, dict[int, int]] = {}
        for entry in self.ledger:
            if entry.kind is EntryKind.CHARGE:
                charges.setdefault(entry.reference, {})[entry.period] = -entry.cents
        for order in self._orders.values():
            periods = range(order.period + 1 if self.rules.another_sms == "charged" else 1)
            due, paid = dict.fromkeys(periods, order.price), charges.get(order.id)
            if paid is None:
                yield f"order {order.id} was never charged"
            elif paid != due:
                yield f"order {order.id} was charged {paid} instead of {due} (cents by period)"

    def _wrong_refunds(self) -> Iterator[str]:
        returned = {entry.reference for entry in self.ledger if entry.kind is EntryKind.REFUND}
        for order in self._orders.values():
            if (order.id in returned) != order.is_paid_back:
                yield f"order {order.id} is {order.state}, refund entry: {order.id in returned}"
            if order.is_paid_back and order.messages:
                yield f"order {order.id} was refunded after an SMS"

    def _wrong_credits(self) -> Iterator[str]:
        credited: dict[str, list[int]] = {}
        for entry in self.ledger:
            if entry.kind is EntryKind.PAYMENT:
                credited.setdefault(entry.reference, []).append(entry.cents)
        for payment in self._payments.values():
            owed = payment.status in CREDITED and payment.id not in self._paid_before
            due, got = [payment.cents] if owed else [], credited.get(payment.id, [])
            if got != due:
                yield f"payment {payment.id} is {payment.status}: credited {got} instead of {due} (cents)"
