"""A rented number, from its purchase to its end."""

from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Duration, Instant
from mockserver.domain.refusal import Reason, Refusal


class State(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    SMS = "sms"
    ANOTHER = "another"
    REFUND = "refund"
    EXPIRY = "expiry"


TRANSITIONS: dict[tuple[State, OrderEvent], State] = {
    (State.WAITING, OrderEvent.SMS): State.COMPLETED,
    (State.WAITING, OrderEvent.REFUND): State.REFUNDED,
    (State.WAITING, OrderEvent.EXPIRY): State.EXPIRED,
    (State.COMPLETED, OrderEvent.SMS): State.COMPLETED,
    (State.COMPLETED, OrderEvent.ANOTHER): State.WAITING,
    (State.COMPLETED, OrderEvent.EXPIRY): State.EXPIRED,
    (State.EXPIRED, OrderEvent.REFUND): State.REFUNDED,
}
"""The only moves there are; whatever is missing here is refused or does not happen."""

REFUSALS: dict[tuple[State, OrderEvent], Reason] = {
    (State.COMPLETED, OrderEvent.REFUND): Reason.REFUND_NOT_ALLOWED,
    (State.REFUNDED, OrderEvent.REFUND): Reason.REFUND_NOT_ALLOWED,
    (State.WAITING, OrderEvent.ANOTHER): Reason.SMS_NOT_RECEIVED,
    (State.REFUNDED, OrderEvent.ANOTHER): Reason.SMS_NOT_RECEIVED,
    (State.EXPIRED, OrderEvent.ANOTHER): Reason.ORDER_EXPIRED,
}
"""Why an order in this state refuses this event."""

RUNNING = frozenset({State.WAITING, State.COMPLETED})
"""States in which the number is the customer's and can still receive an SMS."""


class Message(NamedTuple):
    """A received SMS; `code` is the one-time code in its text, if there is one."""

    at: Instant
    text: str
    code: str | None

    @property
    def received_at(self) -> Instant:
        """When it arrived, by its name in the vocabulary."""
        return self.at


class Order(NamedTuple):
    """One purchase. `carrier` is what serves it, or `any`; `price` is what was paid, in cents.

    `period` counts how often another SMS was asked for; `rule` is the position of the scenario's rule for it. `repaid`
    says that its money has come back by itself, although it is not refunded.
    """

    id: str
    customer: str
    country: str
    carrier: str
    service: str
    phone: str
    price: int
    ordered_at: Instant
    expires_at: Instant
    state: State = State.WAITING
    messages: tuple[Message, ...] = ()
    period: int = 0
    rule: int | None = None
    repaid: bool = False

    def can(self, event: OrderEvent) -> bool:
        """Whether the event moves the order from where it stands."""
        return (self.state, event) in TRANSITIONS

    def receive(self, message: Message) -> "Order":
        """The order with one more SMS. The order must accept one."""
        return self._replace(state=self._after(OrderEvent.SMS), messages=(*self.messages, message))

    def expire(self) -> "Order":
        """The order after its lifetime. The order must be running."""
        return self._replace(state=self._after(OrderEvent.EXPIRY))

    def lapse(self) -> "Order":
        """The order after its lifetime where money returns by itself: refunded, if no SMS has ever arrived."""
        expired = self.expire()
        return expired if self.messages else expired._replace(state=TRANSITIONS[expired.state, OrderEvent.REFUND])

    def repay(self) -> "Order":
        """The order after its lifetime where money returns by itself, and nothing else: expired."""
        return self.expire()._replace(repaid=not self.messages)

    @property
    def is_paid_back(self) -> bool:
        """Whether its money has been paid back."""
        return self.repaid or self.state is State.REFUNDED

    def is_refundable(self, now: Instant, window: Duration) -> bool:
        """Whether the order can be returned: neither SMS nor money came, and its purchase is not too long ago."""
        returnable = self.can(OrderEvent.REFUND) and not (self.repaid or self.messages)
        return returnable and now - self.ordered_at <= window

    def refund(self, now: Instant, window: Duration) -> "Order":
        """The order returned for its money. Raises Refusal(REFUND_NOT_ALLOWED) if it is not refundable."""
        after = self._after(OrderEvent.REFUND)
        if not self.is_refundable(now, window):
            raise Refusal(Reason.REFUND_NOT_ALLOWED)
        return self._replace(state=after)

    def another(self) -> "Order":
        """The order waiting for one more SMS. What was on its way to the number still is.

        Raises Refusal(SMS_NOT_RECEIVED) before the first, Refusal(ORDER_EXPIRED) after the end.
        """
        return self._replace(state=self._after(OrderEvent.ANOTHER), period=self.period + 1)

    def renew(self, expires_at: Instant) -> "Order":
        """The order with a later end; an earlier one changes nothing (assumed)."""
        return self._replace(expires_at=max(self.expires_at, expires_at))

    def _after(self, event: OrderEvent) -> State:
        if not self.can(event):
            raise Refusal(REFUSALS[self.state, event])
        return TRANSITIONS[self.state, event]
