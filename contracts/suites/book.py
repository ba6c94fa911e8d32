"""What is known of a customer's orders from the answers so far, and what must hold of the next answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.traffic.orders import COMPLETED, EXPIRED, REFUNDED, RUNNING, WAITING, state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

BY_ITSELF: Mapping[str, frozenset[str]] = {
    WAITING: frozenset({WAITING, COMPLETED, EXPIRED}),
    COMPLETED: frozenset({COMPLETED, EXPIRED}),
    REFUNDED: frozenset({REFUNDED}),
    EXPIRED: frozenset({EXPIRED}),
}
"""In which state an order can be found that nobody has touched since it was in another."""

LIFETIME = 20 * 60
"""Seconds."""
REFUND_WINDOW = 7 * 24 * 3600
"""Seconds."""


class Message(NamedTuple):
    """An SMS; `at` is in seconds since the epoch."""

    text: str
    code: str | None
    at: int


class Order(NamedTuple):
    """What is known of an order. Times are in seconds since the epoch, the price is in cents.

    `heard` is how many messages there were when another SMS was last asked for. An `inherited` order was there before.
    """

    number: str
    service: str
    country: str
    carrier: str
    phone: str
    price: int
    status: str
    ordered: int
    expires: int
    messages: tuple[Message, ...] = ()
    sms: str | None = None
    code: str | None = None
    heard: int = 0
    renewed: bool = False
    inherited: bool = False

    @property
    def facts(self) -> tuple[object, ...]:
        """What never changes."""
        return self.service, self.country, self.carrier, self.phone, self.ordered

    @property
    def running(self) -> bool:
        """Whether the number is still the customer's."""
        return self.status in RUNNING


class Breach(NamedTuple):
    """A rule that an order breaks; what was expected, and what is there."""

    rule: str
    expected: object
    got: object


def seconds(text: str) -> int:
    """Read a time of the service as seconds since the epoch."""
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp())


def written(second: int) -> str:
    """Write seconds since the epoch as the service does."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")


def read(item: Json) -> Order:
    """Read an order as the service shows it, with its price in cents."""
    return Order(
        number=item["orderId"],
        service=item["sShort"],
        country=item["cShort"],
        carrier=item["carrier"],
        phone=item["phoneNumber"],
        price=item["purchasePrice"],
        status=state(item["status"]),
        ordered=seconds(item["orderedAtUTC"]),
        expires=seconds(item["expiredAtUTC"]),
        messages=tuple(
            Message(each["text"], each["code"], seconds(each["receivedAtUTC"])) for each in item["messages"]
        ),
        sms=item["sms"],
        code=item["code"],
    )


def follow(before: Order, shown: Order) -> Order:
    """Return an order as it is shown now, with what is remembered of it."""
    return shown._replace(heard=before.heard, renewed=before.renewed, inherited=before.inherited)


def breaches(order: Order, now: tuple[int, int] | None) -> Iterator[Breach]:
    """Find the rules that an order breaks by itself; `now` is a span in which the server's present time lies."""
    yield from _in_state(order)
    latest = order.messages[-1] if order.messages else Message("", None, 0)
    shown = (order.sms or "", order.code)
    if shown != (latest.text, latest.code):
        yield Breach("latest-shown", (latest.text, latest.code), shown)
    for message in order.messages:
        if message.code and message.code not in message.text:
            yield Breach("code-in-text", f"a part of {message.text}", message.code)
    late = [message for message in order.messages if message.at >= order.expires or message.at < order.ordered]
    if late:
        yield Breach("no-sms-after-end", f"between {order.ordered} and {order.expires}", late[0].at)
    if not order.renewed and not order.inherited and order.expires - order.ordered != LIFETIME:
        yield Breach("lifetime", f"{LIFETIME} seconds", f"{order.expires - order.ordered} seconds")
    if now and order.running and now[0] > order.expires:
        yield Breach("expires-on-time", EXPIRED, order.status)
    if now and order.status == EXPIRED and now[1] < order.expires:
        yield Breach("expires-on-time", "running", order.status)


def changes(before: Order, shown: Order, *, lapses: bool) -> Iterator[Breach]:
    """Find the rules that an order breaks that nobody has touched since it was shown before.

    With `lapses`, one that ends without an SMS is refunded by itself.
    """
    allowed = BY_ITSELF[before.status] | ({REFUNDED} if lapses and not shown.messages else set())
    if shown.status not in allowed:
        yield Breach("status-follows", " or ".join(sorted(allowed)), f"{before.status}, then {shown.status}")
    if shown.facts != before.facts:
        yield Breach("order-keeps-facts", before.facts, shown.facts)
    if shown.price != before.price:
        yield Breach("price-stays", before.price, shown.price)
    if shown.messages[: len(before.messages)] != before.messages:
        yield Breach("messages-stay", before.messages, shown.messages)
    if not before.running and len(shown.messages) > len(before.messages):
        yield Breach("no-sms-after-end", len(before.messages), len(shown.messages))
    if shown.expires != before.expires:
        yield Breach("times-stay", before.expires, shown.expires)


def _in_state(order: Order) -> Iterator[Breach]:
    heard = len(order.messages) - order.heard
    if order.status == COMPLETED and heard < 1:
        yield Breach("status-shows-messages", WAITING, COMPLETED)
    if order.status == WAITING and heard > 0:
        yield Breach("status-shows-messages", COMPLETED, WAITING)
