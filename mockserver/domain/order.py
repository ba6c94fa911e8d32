"""Orders: rented numbers, their states and the transitions between them."""

from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Duration, Instant
from mockserver.domain.refusal import Reason, Refusal


class State(StrEnum):
    """The state of an order."""

    WAITING = "waiting"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class OrderEvent(StrEnum):
    """An event that may change the state of an order."""

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
"""All transitions of an order; any other event is refused or ignored."""

REFUSALS: dict[tuple[State, OrderEvent], Reason] = {
    (State.COMPLETED, OrderEvent.REFUND): Reason.REFUND_NOT_ALLOWED,
    (State.REFUNDED, OrderEvent.REFUND): Reason.REFUND_NOT_ALLOWED,
    (State.WAITING, OrderEvent.ANOTHER): Reason.SMS_NOT_RECEIVED,
    (State.REFUNDED, OrderEvent.ANOTHER): Reason.SMS_NOT_RECEIVED,
    (State.EXPIRED, OrderEvent.ANOTHER): Reason.ORDER_EXPIRED,
}
"""Why an order in this state refuses this event."""

RUNNING = frozenset({State.WAITING, State.COMPLETED})
"""States in which the number belongs to the customer and can still receive an SMS."""


class Message(NamedTuple):
    """A received SMS; `code` is the one-time code in its text, or None."""

    at: Instant
    text: str
    code: str | None

    @property
    def received_at(self) -> Instant:
        """The time of arrival, by its name in the vocabulary."""
        return self.at


class Order(NamedTuple):
    """The purchase of a number. `carrier` is the carrier that serves it, or `any`; `price` is in cents.

    `period` counts the requests for another SMS. `rule` is the index of the scenario's rule for the order. `repaid`
    says that the money was returned at the end of the lifetime while the state is expired, not refunded.
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
        """Whether the order has a transition for the event in its state."""
        return (self.state, event) in TRANSITIONS

    def receive(self, message: Message) -> "Order":
        """Return the order with one more SMS. The order must be running."""
        return self._replace(state=self._after(OrderEvent.SMS), messages=(*self.messages, message))

    def expire(self) -> "Order":
        """Return the order after its lifetime. The order must be running."""
        return self._replace(state=self._after(OrderEvent.EXPIRY))

    def lapse(self) -> "Order":
        """Return the order after its lifetime under the rule `refunded`: refunded if it has no SMS, else expired."""
        expired = self.expire()
        return expired if self.messages else expired._replace(state=TRANSITIONS[expired.state, OrderEvent.REFUND])

    def repay(self) -> "Order":
        """Return the order after its lifetime under the rule `repaid`: expired, and repaid if it has no SMS."""
        return self.expire()._replace(repaid=not self.messages)

    @property
    def is_paid_back(self) -> bool:
        """Whether the price has been paid back."""
        return self.repaid or self.state is State.REFUNDED

    def is_refundable(self, now: Instant, window: Duration) -> bool:
        """Whether the order can be refunded: within `window` of its purchase, without an SMS, and not repaid."""
        returnable = self.can(OrderEvent.REFUND) and not (self.repaid or self.messages)
        return returnable and now - self.ordered_at <= window

    def refund(self, now: Instant, window: Duration) -> "Order":
        """Return the refunded order. Raises Refusal(REFUND_NOT_ALLOWED) if it is not refundable."""
        after = self._after(OrderEvent.REFUND)
        if not self.is_refundable(now, window):
            raise Refusal(Reason.REFUND_NOT_ALLOWED)
        return self._replace(state=after)

    def another(self) -> "Order":
        """Return the order waiting for one more SMS. Deliveries that are already planned stay planned.

        Raises Refusal(SMS_NOT_RECEIVED) before the first SMS, Refusal(ORDER_EXPIRED) after the end.
        """
        return self._replace(state=self._after(OrderEvent.ANOTHER), period=self.period + 1)

    def renew(self, expires_at: Instant) -> "Order":
        """Return the order with a later end; an earlier end changes nothing (assumed)."""
        return self._replace(expires_at=max(self.expires_at, expires_at))

    def _after(self, event: OrderEvent) -> State:
        if not self.can(event):
            raise Refusal(REFUSALS[self.state, event])
        return TRANSITIONS[self.state, event]
