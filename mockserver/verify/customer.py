"""Customers of the service: the same calls and results for every contract document, and the state of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import broken, vocabulary
from mockserver.contract.failures import FAILURES, UNKNOWN
from mockserver.contract.pointer import join
from mockserver.contract.reader import get
from mockserver.traffic.exchange import facts_of
from mockserver.verify import requests
from mockserver.verify.context import BROKEN

if TYPE_CHECKING:
    from mockserver.contract import Document, Operation
    from mockserver.contract.reader import Facts
    from mockserver.traffic import Exchange
    from mockserver.verify.context import Context
    from mockserver.verify.order_oracle import ExpectedOrder
    from mockserver.verify.target import Account


MOST = 9999
"""The default maximum price in cents. Also the number of expired orders to request in order to list all of them."""


class UnusableResponseError(Exception):
    """A response breaks the contract, so no facts can be read from it. The finding is already recorded."""


class OrderArguments(NamedTuple):
    """The arguments of the operation `order`; `maximum` is in cents."""

    country: str
    service: str
    carrier: str = "any"
    maximum: int = MOST
    m: str = ""
    n: str = ""
    failover: bool = True

    def on(self, offer: Facts) -> OrderArguments:
        """Return the arguments with the price of an offer as the maximum, and with its m and n."""
        return self._replace(maximum=offer.get("price", MOST), m=offer.get("m", ""), n=offer.get("n", ""))


class Reply(NamedTuple):
    """A response: the reason of a refusal, or the facts that it states, with its operation and exchange.

    If the document does not define the reason of a refusal, `refusal` is the code in the response.
    """

    operation: str
    refusal: str
    facts: Facts
    status: int
    exchange: Exchange

    def get(self, path: str) -> Any:
        """Return a fact by its dotted name; None if the response does not state it."""
        return get(self.facts, path)

    def all(self, name: str) -> list[Facts]:
        """Return the records of a list; empty if the response does not state it."""
        return list(self.facts.get(name) or ())


class Customer:
    """A customer who uses one contract document of the service."""

    def __init__(self, context: Context, account: Account, document: Document) -> None:
        self._context = context
        self.account = account
        self.document = document

    def __repr__(self) -> str:
        return f"<Customer {self.account.user} by {self.document.name}>"

    def knows(self, *purposes: str) -> bool:
        """Return whether the document has all these operations or arguments, such as `order` or `order.failover`."""
        return all(self._knows(*purpose.split(".")) for purpose in purposes)

    def name(self, purpose: str) -> str:
        """Return the name of the operation with this purpose."""
        return self.document.by_purpose[purpose].name

    def call(self, purpose: str, **arguments: Any) -> Reply:
        """Call the operation with this purpose. Arguments that the document does not have are left out.

        Raises UnusableResponseError if the response is missing or breaks the contract, and DeniedError if the guard
        denies the request.
        """
        operation = self.document.by_purpose[purpose]
        known = vocabulary().purposes[purpose].arguments.items()
        defaults = {name: argument.default for name, argument in known if argument.default}
        supported = {name: value for name, value in {**defaults, **arguments}.items() if operation.takes(name)}
        written = operation.arguments(purpose, supported, self.account.user, self.account.key)
        request = requests.write(
            operation, self._context.base(self.document.name), written.path, written.query, written.body
        )
        return self._read(operation, self._context.send(request, operation))

    def order(self, order_arguments: OrderArguments) -> Reply:
        """Order a number."""
        return self.call("order", **order_arguments._asdict())

    def supported(self, order_arguments: OrderArguments) -> OrderArguments:
        """Return the order arguments with defaults for those that the document does not have."""
        defaults = OrderArguments(order_arguments.country, order_arguments.service)._asdict()
        supported = {
            name: value if self.knows(f"order.{name}") else defaults[name]
            for name, value in order_arguments._asdict().items()
        }
        return OrderArguments(**supported)

    def payable(self, way: str, cents: int) -> int:
        """Return the amount, or the amount rounded up to whole dollars if only that is valid. Both are in cents."""
        operation, account = self.document.by_purpose[way], self.account

        def violations(amount: int) -> int:
            asked = operation.arguments(way, {"amount": amount}, account.user, account.key)
            return len(broken(operation.check_request(asked)))

        return min((cents, -(-cents // 100) * 100), key=violations)

    def _knows(self, purpose: str, argument: str = "") -> bool:
        operation = self.document.by_purpose.get(purpose)
        return operation is not None and (not argument or operation.takes(argument))

    def _read(self, operation: Operation, exchange: Exchange) -> Reply:
        if exchange.answer is None or BROKEN in exchange.notes:
            raise UnusableResponseError(operation.name)
        reading, status = facts_of(operation, exchange.answer), exchange.answer.status
        if reading.refused is None:
            return Reply(operation.name, "", reading.facts, status, exchange)
        reason, code, _ = reading.refused
        if reason != UNKNOWN:
            self._expect_status(operation, reason, status)
        return Reply(operation.name, reason if reason != UNKNOWN else code or reason, {}, status, exchange)

    def _expect_status(self, operation: Operation, reason: str, status: int) -> None:
        """Expect a refusal to have the status that the document gives for its reason."""
        failures = self.document.failures
        wanted = failures.entries[reason].status if failures else status
        pointer = join(FAILURES, "reasons", reason)
        self._context.expect(
            "refusal-status",
            status == wanted,
            operation.name,
            f"The reason is {reason}.",
            expected=wanted,
            got=status,
            pointer=pointer,
            provenance=self.document.provenance(pointer).level,
        )


class OpenPayment(NamedTuple):
    """A payment that was opened: its key, its amount in cents, and its status.

    `listing` is its key in the list of invoices, empty if it is not listed: the list may identify a wallet otherwise
    than the wallet itself. `bonus` is the coupon bonus in cents, which is credited when the payment is paid.
    """

    key: str
    listing: str
    amount: int
    bonus: int
    wallet: bool
    status: str


class Person:
    """A user of the service, with a customer for each document and the expected state of the account.

    `balance` and `charges` are in cents; None if unknown. `orders_without_id` counts the orders that were granted
    without an id in the response.
    """

    def __init__(self, context: Context, account: Account) -> None:
        self.user = account.user
        self.by = {name: Customer(context, account, document) for name, document in context.documents.items()}
        self.balance: int | None = None
        self.charges: int | None = None
        self.orders: dict[str, ExpectedOrder] = {}
        self.orders_without_id = 0
        self.payments: dict[str, OpenPayment] = {}

    def knows(self, *purposes: str) -> bool:
        """Return whether at least one document has each of these operations or arguments."""
        return all(any(by.knows(purpose) for by in self.by.values()) for purpose in purposes)

    def to(self, purpose: str, via: str = "") -> Customer:
        """Return the customer for a document that has an operation: preferably `via`, otherwise any.

        There must be such a document.
        """
        own = [by for name, by in self.by.items() if name == via]
        return next(by for by in (*own, *self.by.values()) if by.knows(purpose))

    def earn(self, cents: int | None) -> None:
        """Increase the expected balance. An unknown amount makes the balance unknown."""
        self.balance = None if self.balance is None or cents is None else self.balance + cents

    def spend(self, cents: int | None) -> None:
        """Decrease the expected balance. An unknown amount makes the balance unknown."""
        self.earn(None if cents is None else -cents)
