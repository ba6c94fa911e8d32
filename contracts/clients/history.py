"""What a client has done, account by account, and its orders as it saw them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.traffic import orders
from contracts.traffic.calls import UNCERTAIN, Outcome, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.traffic.calls import Call

LOOKS = frozenset({Purpose.LOOK, Purpose.LIST})
MOVES = frozenset({Purpose.ORDER, Purpose.REFUND, Purpose.ANOTHER})
"""What changes orders, and the balance."""

_SKEW = 60_000
"""So many milliseconds may the clocks of the recorder and of the service be apart."""


@dataclass
class Order:
    """An order as its client saw it.

    `placed` is the call that made it, None if it was there before. `price` is in cents; `expires` in milliseconds
    since the epoch, None if it is not known. `heard` is the first answer that showed an SMS, `returned` the first one
    that said that it is refunded. `tried` are the calls that asked for the refund. `carrier` is the one that serves,
    empty if that was not seen. `states` are those that were seen, in their order.
    """

    id: str
    placed: Call | None = None
    price: int = 0
    expires: int | None = None
    heard: Call | None = None
    returned: Call | None = None
    tried: list[Call] = field(default_factory=list)
    carrier: str = ""
    states: list[str] = field(default_factory=list)

    def seen(self, state: str) -> None:
        """Note a state that was seen."""
        if self.states[-1:] != [state]:
            self.states.append(state)


class History:
    """The calls of one account in their order, and the orders that they tell of.

    `lost` are the orders that may have been placed, though no answer said so and nothing later showed them.
    """

    def __init__(self, calls: Iterable[Call]) -> None:
        self.calls = tuple(calls)
        self.orders: dict[str, Order] = {}
        self.lost: list[Call] = []
        for call in self.calls:
            self._see(call)

    @property
    def last(self) -> int:
        """When the last call began, in milliseconds since the epoch."""
        return self.calls[-1].at if self.calls else 0

    def _see(self, call: Call) -> None:
        if call.purpose is Purpose.ORDER and call.outcome in UNCERTAIN:
            self.lost.append(call)
        if call.purpose is Purpose.REFUND:
            self._order(call.order).tried.append(call)
        if call.outcome is not Outcome.GRANTED:
            return
        if call.purpose is Purpose.ORDER:
            for item in call.items[:1]:
                self._place(call, item)
        elif call.purpose in LOOKS:
            for item in call.items:
                self._show(call, item)
        elif call.purpose is Purpose.REFUND:
            order = self._order(call.order)
            order.returned = order.returned or call
            order.seen(orders.REFUNDED)
        elif call.purpose is Purpose.ANOTHER:
            self._order(call.order).seen(orders.WAITING)

    def _place(self, call: Call, item: dict[str, Any]) -> None:
        order = self._order(str(item.get("orderId")))
        order.placed = call
        order.price = call.cents(item.get("purchasePrice")) or 0
        order.expires = _moment(item.get("expiredAtUTC"))
        order.seen(orders.WAITING)

    def _show(self, call: Call, item: dict[str, Any]) -> None:
        known = str(item.get("orderId")) in self.orders
        order = self._order(str(item.get("orderId")))
        if not known:
            order.price = call.cents(item.get("purchasePrice")) or 0
            order.placed = self._adopted(item)
        order.expires = _moment(item.get("expiredAtUTC")) or order.expires
        order.carrier = str(item.get("carrier") or order.carrier)
        state = orders.state(item.get("status"))
        order.seen(state)
        if item.get("sms") or item.get("code") or item.get("messages") or state == orders.COMPLETED:
            order.heard = order.heard or call
        if state == orders.REFUNDED:
            order.returned = order.returned or call

    def _adopted(self, item: dict[str, Any]) -> Call | None:
        """Return the order without an answer that an unknown item comes from, if there is one."""
        ordered = _moment(item.get("orderedAtUTC"))
        for call in self.lost:
            late = ordered is None or ordered >= call.at - _SKEW
            if late and call.offer[1] in (item.get("sShort"), item.get("service")):
                self.lost.remove(call)
                return call
        return None

    def _order(self, number: str) -> Order:
        return self.orders.setdefault(number, Order(number))


def histories(calls: Iterable[Call]) -> tuple[History, ...]:
    """Sort calls by their accounts. A call that names none is left out."""
    sorted_calls: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.account:
            sorted_calls[call.account].append(call)
    return tuple(map(History, sorted_calls.values()))


def _moment(text: object) -> int | None:
    try:
        return int(datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None
