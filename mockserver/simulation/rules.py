"""What a scenario says about orders and payments, as data. The first rule that matches decides."""

from typing import NamedTuple

from mockserver.domain.clock import Duration, Instant
from mockserver.domain.payment import Status


class OrderMatch(NamedTuple):
    """Conditions on an order, by code; None lets everything through."""

    account: str | None = None
    country: str | None = None
    service: str | None = None

    def fits(self, account: str, country: str, service: str) -> bool:
        """Whether an order meets every condition."""
        wanted = (self.account, self.country, self.service)
        return all(want in (None, have) for want, have in zip(wanted, (account, country, service), strict=True))


class Sms(NamedTuple):
    """An SMS so long after the order. Without a text it comes from the templates; `{code}` in a text is filled in."""

    after: Duration
    text: str | None = None
    code: str | None = None


class OrderRule(NamedTuple):
    """What happens to the orders that match; an id that is given makes the rule serve one order only."""

    when: OrderMatch = OrderMatch()
    sms: tuple[Sms, ...] = ()
    order_id: str | None = None
    phone: str | None = None
    lifetime: Duration | None = None
    expires_at: Instant | None = None


class PaymentMatch(NamedTuple):
    """Conditions on a payment; None lets everything through."""

    account: str | None = None
    provider: str | None = None

    def fits(self, account: str, provider: str) -> bool:
        """Whether a payment meets every condition."""
        return self.account in (None, account) and self.provider in (None, provider)


class PaymentRule(NamedTuple):
    """What happens to the payments that match: `status` after a time, or nothing until they expire."""

    when: PaymentMatch = PaymentMatch()
    after: Duration = 0
    status: Status | None = None
    page: str | None = None
