"""A customer of the service, by one document or by all of them: the same calls and results, whatever the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import broken, vocabulary
from mockserver.contract.failures import FAILURES, UNKNOWN
from mockserver.contract.pointer import join
from mockserver.contract.reader import get
from mockserver.verify import requests
from mockserver.verify.assertions import read
from mockserver.verify.context import BROKEN

if TYPE_CHECKING:
    from mockserver.contract import Document, Operation
    from mockserver.contract.reader import Facts
    from mockserver.traffic import Exchange
    from mockserver.verify.context import Context
    from mockserver.verify.order_oracle import ExpectedOrder
    from mockserver.verify.target import Account


MOST = 9999
"""Cents that a customer pays without a thought; and how many ended orders are asked for to have them all."""


class UnusableResponseError(Exception):
    """An answer breaks the contract, so that nothing can be read from it. It is noted already."""


class OrderArguments(NamedTuple):
    """What a customer orders, by the arguments of the operation `order`."""

    country: str
    service: str
    carrier: str = "any"
    maximum: int = MOST
    m: str = ""
    n: str = ""
    failover: bool = True

    def on(self, offer: Facts) -> OrderArguments:
        """Return the arguments of an order on an offer: at its price, and with the proof of it."""
        return self._replace(maximum=offer.get("price", MOST), m=offer.get("m", ""), n=offer.get("n", ""))


class Reply(NamedTuple):
    """An answer: the reason of its refusal, or the facts that it states; the operation and exchange it comes from.

    A refusal whose reason the document does not know has what it is called there.
    """

    operation: str
    refusal: str
    facts: Facts
    status: int
    exchange: Exchange

    def get(self, path: str) -> Any:
        """Return a fact by its dotted name; None if it is not stated."""
        return get(self.facts, path)

    def all(self, name: str) -> list[Facts]:
        """Return the records of a list; none if it is not stated."""
        return list(self.facts.get(name) or ())


class Customer:
    """A customer, by one document of the service."""

    def __init__(self, context: Context, account: Account, document: Document) -> None:
        self._context = context
        self.account = account
        self.document = document

    def __repr__(self) -> str:
        return f"<Customer {self.account.user} by {self.document.name}>"

    def knows(self, *purposes: str) -> bool:
        """Whether the document can do all this: operations of the vocabulary, or arguments such as `order.failover`."""
        return all(self._knows(*purpose.split(".")) for purpose in purposes)

    def name(self, purpose: str) -> str:
        """Return the name of the operation that is for something."""
        return self.document.by_purpose[purpose].name

    def call(self, purpose: str, **arguments: Any) -> Reply:
        """Do something. Arguments that the document does not take are left out.

        Raises UnusableError for an answer that nothing can be read from.
        """
        operation = self.document.by_purpose[purpose]
        known = vocabulary().purposes[purpose].arguments.items()
        usual = {name: argument.default for name, argument in known if argument.default}
        taken = {name: value for name, value in {**usual, **arguments}.items() if operation.takes(name)}
        written = operation.arguments(purpose, taken, self.account.user, self.account.key)
        request = requests.write(
            operation, self._context.base(self.document.name), written.path, written.query, written.body
        )
        return self._read(operation, self._context.send(request, operation))

    def order(self, order_arguments: OrderArguments) -> Reply:
        """Order a number."""
        return self.call("order", **order_arguments._asdict())

    def sayable(self, order_arguments: OrderArguments) -> OrderArguments:
        """Return the arguments that the document can say; the others get their defaults."""
        usual = OrderArguments(order_arguments.country, order_arguments.service)._asdict()
        said = {
            name: value if self.knows(f"order.{name}") else usual[name]
            for name, value in order_arguments._asdict().items()
        }
        return OrderArguments(**said)

    def payable(self, way: str, cents: int) -> int:
        """Return an amount if the document can say it, else the next one in whole dollars if it can say that."""
        operation, account = self.document.by_purpose[way], self.account

        def wrong(amount: int) -> int:
            asked = operation.arguments(way, {"amount": amount}, account.user, account.key)
            return len(broken(operation.check_request(asked)))

        return min((cents, -(-cents // 100) * 100), key=wrong)

    def _knows(self, purpose: str, argument: str = "") -> bool:
        operation = self.document.by_purpose.get(purpose)
        return operation is not None and (not argument or operation.takes(argument))

    def _read(self, operation: Operation, exchange: Exchange) -> Reply:
        if exchange.answer is None or BROKEN in exchange.notes:
            raise UnusableResponseError(operation.name)
        reading, status = read(operation, exchange.answer), exchange.answer.status
        if reading.refused is None:
            return Reply(operation.name, "", reading.facts, status, exchange)
        reason, code, _ = reading.refused
        if reason != UNKNOWN:
            self._expect_status(operation, reason, status)
        return Reply(operation.name, reason if reason != UNKNOWN else code or reason, {}, status, exchange)

    def _expect_status(self, operation: Operation, reason: str, status: int) -> None:
        """Expect that a refusal has the status that the document gives to its reason."""
        failures = self.document.failures
        wanted = failures.entries[reason].status if failures else status
        pointer = join(FAILURES, "reasons", reason)
        self._context.expect(
            "refusal-status",
            status == wanted,
            operation.name,
            f"It is {reason}.",
            expected=wanted,
            got=status,
            pointer=pointer,
            provenance=self.document.provenance(pointer).level,
        )


class OpenPayment(NamedTuple):
    """A payment that was opened: its key by what tells it from others, its cents, and its status.

    `bonus` is what its coupon adds when it is paid, in cents.
    """

    key: str
    amount: int
    bonus: int
    wallet: bool
    status: str


class Person:
    """A user of the service, by every document of it, and what the account must be by now; None if it is not known."""

    def __init__(self, context: Context, account: Account) -> None:
        self.user = account.user
        self.by = {name: Customer(context, account, document) for name, document in context.documents.items()}
        self.balance: int | None = None
        self.charges: int | None = None
        self.orders: dict[str, ExpectedOrder] = {}
        self.untold = 0  # orders that were granted without their number
        self.payments: dict[str, OpenPayment] = {}

    def knows(self, *purposes: str) -> bool:
        """Whether for each of these there is a document that can do it."""
        return all(any(by.knows(purpose) for by in self.by.values()) for purpose in purposes)

    def to(self, purpose: str, via: str = "") -> Customer:
        """Return the customer by a document that can do something: by this one, or else by any. There must be one."""
        own = [by for name, by in self.by.items() if name == via]
        return next(by for by in (*own, *self.by.values()) if by.knows(purpose))

    def earn(self, cents: int | None) -> None:
        """Let the balance grow; by an amount that is not known, so that it is not known either."""
        self.balance = None if self.balance is None or cents is None else self.balance + cents

    def spend(self, cents: int | None) -> None:
        """Let the balance fall, likewise."""
        self.earn(None if cents is None else -cents)
