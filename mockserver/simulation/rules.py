"""What a scenario says about orders and payments, as data. The first rule that matches decides."""

from typing import NamedTuple

from mockserver.domain.clock import Duration, Instant
from mockserver.domain.payment import Status
from mockserver.domain.script import Attempt, Transfer
from mockserver.simulation.messages import DEFAULT_LOCALE


class Turn(NamedTuple):
    """Which of the orders or payments that meet a rule's other conditions are meant, counted from 1.

    `first` and `last` are inclusive; `every` 3 means the third, the sixth and so on; `probability` is 0 to 1.
    """

    first: int = 1
    last: int | None = None
    every: int = 1
    probability: float = 1

    def comes(self, nth: int, draw: float) -> bool:
        """Whether the n-th one is meant; `draw` is its own draw from 0 to before 1."""
        within = self.first <= nth and (self.last is None or nth <= self.last)
        return within and nth % self.every == 0 and draw < self.probability


class OrderMatch(NamedTuple):
    """Conditions on an order, by code; None lets everything through. Prices are list prices in cents, inclusive."""

    account: str | None = None
    country: str | None = None
    service: str | None = None
    carrier: str | None = None
    least: int = 0
    most: int | None = None

    def fits(self, attempt: Attempt) -> bool:
        """Whether an order meets every condition."""
        return (
            self.account in (None, attempt.customer)
            and self.country in (None, attempt.country)
            and self.service in (None, attempt.service)
            and self.carrier in (None, attempt.carrier)
            and self.least <= attempt.price
            and (self.most is None or attempt.price <= self.most)
        )


class Sms(NamedTuple):
    """An SMS so long after the order, or at the n-th poll; it comes `times` times, the same each time.

    Without a text it comes from the templates of the service in `language`, or else in the country's. In a text
    `{code}`, `{service}` and `{other}` (a second code) are filled in, and `{fake.city}` and the other kinds of
    `people.KINDS` with what is made up in `locale`.
    """

    after: Duration = 0
    polls: int = 0
    text: str | None = None
    code: str | None = None
    language: str | None = None
    locale: str = DEFAULT_LOCALE
    times: int = 1


class Shortage(NamedTuple):
    """No numbers for the first `tries`, and until so long after the start."""

    tries: int = 0
    until: Duration = 0


class Repricing(NamedTuple):
    """A price that changes as an order is asked for: set `to` cents, or changed `by` percent, on the first tries."""

    to: int | None = None
    by: int = 0
    tries: int = 1

    def apply(self, price: int) -> int:
        """The new list price, in cents."""
        return self.to if self.to is not None else max(0, price + price * self.by // 100)


class OrderRule(NamedTuple):
    """What happens to the orders that match; an id that is given makes the rule serve one order only.

    `expires_at`, when it is given, counts instead of `lifetime`, also after another SMS was asked for; None is the
    lifetime of the service.
    """

    when: OrderMatch = OrderMatch()
    turn: Turn = Turn()
    sms: tuple[Sms, ...] = ()
    order_id: str | None = None
    phone: str | None = None
    lifetime: Duration | None = None
    expires_at: Instant | None = None
    shortage: Shortage = Shortage()
    repricing: Repricing | None = None

    def end(self, at: Instant, usual: Duration) -> Instant:
        """When a number ends that is rented, or rented on, at this time; `usual` is the lifetime of the service."""
        if self.expires_at is not None:
            return self.expires_at
        return at + (usual if self.lifetime is None else self.lifetime)


class PaymentMatch(NamedTuple):
    """Conditions on a payment; None lets everything through."""

    account: str | None = None
    provider: str | None = None

    def fits(self, transfer: Transfer) -> bool:
        """Whether a payment meets every condition."""
        return self.account in (None, transfer.customer) and self.provider in (None, transfer.provider)


class PaymentRule(NamedTuple):
    """What happens to the payments that match: `status` after a time, or nothing until they expire."""

    when: PaymentMatch = PaymentMatch()
    turn: Turn = Turn()
    after: Duration = 0
    status: Status | None = None
    page: str | None = None
