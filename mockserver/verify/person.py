"""A customer by every document of the service, and what is known of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.verify.customer import Customer

if TYPE_CHECKING:
    from mockserver.verify.context import Context
    from mockserver.verify.credentials import Account
    from mockserver.verify.order_oracle import ExpectedOrder


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
