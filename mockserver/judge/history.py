"""What a client has done, account by account, and its orders as it saw them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockserver.contract.reader import get
from mockserver.traffic import order_states
from mockserver.traffic.calls import SHOWS, UNCERTAIN, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract.reader import Facts
    from mockserver.traffic.calls import Call

_SKEW = 60_000
"""So many milliseconds may the clocks of the recorder and of the service be apart."""


@dataclass
class ObservedOrder:
    """An order as its client saw it.

    `placed` is the call that made it, None if it was there before. `price` is in cents; `expires` in milliseconds
    since the epoch, None if it is not known. `heard` is the first answer that showed an SMS, `returned` the first one
    that said that it is refunded. `tried` are the calls that asked for the refund. `carrier` is the one that serves,
    empty if that was not seen. `states` are those that were seen, in their order. `renewals` is how often another SMS
    was granted.
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
    renewals: int = 0

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
        self.orders: dict[str, ObservedOrder] = {}
        self.lost: list[Call] = []
        for call in self.calls:
            self._see(call)

    @property
    def last(self) -> int:
        """When the last call began, in milliseconds since the epoch."""
        return self.calls[-1].at if self.calls else 0

    def _see(self, call: Call) -> None:
        if call.purpose == "order" and call.outcome in UNCERTAIN:
            self.lost.append(call)
        if call.purpose == "refund":
            self._order(call.order).tried.append(call)
        if call.outcome is not Outcome.GRANTED:
            return
        if call.purpose == "order":
            for shown in call.orders:
                self._place(call, shown)
        elif call.purpose in SHOWS:
            for shown in call.orders:
                self._show(call, shown)
        elif call.purpose == "refund":
            order = self._order(call.order)
            order.returned = order.returned or call
            order.seen(order_states.REFUNDED)
        elif call.purpose == "another":
            order = self._order(call.order)
            order.renewals += 1
            order.seen(order_states.WAITING)

    def _place(self, call: Call, shown: Facts) -> None:
        order = self._order(shown["id"])
        order.placed = call
        order.price = shown.get("price", 0)
        order.expires = shown.get("expires_at")
        order.seen(order_states.WAITING)

    def _show(self, call: Call, shown: Facts) -> None:
        known = shown["id"] in self.orders
        order = self._order(shown["id"])
        if not known:
            order.price = shown.get("price", 0)
            order.placed = self._adopted(shown)
        order.expires = shown.get("expires_at", order.expires)
        order.carrier = shown.get("carrier", order.carrier)
        state = shown.get("state")
        if state is not None:
            order.seen(state)
        if order_states.has_sms(shown) or state == order_states.COMPLETED:
            order.heard = order.heard or call
        if state == order_states.REFUNDED:
            order.returned = order.returned or call

    def _adopted(self, shown: Facts) -> Call | None:
        """Return the order without an answer that an unknown one comes from, if there is one."""
        ordered, service = shown.get("ordered_at"), (get(shown, "service.code"), get(shown, "service.name"))
        for call in self.lost:
            late = ordered is None or ordered >= call.at - _SKEW
            if late and call.service in service:
                self.lost.remove(call)
                return call
        return None

    def _order(self, number: str) -> ObservedOrder:
        return self.orders.setdefault(number, ObservedOrder(number))


def histories(calls: Iterable[Call]) -> tuple[History, ...]:
    """Sort calls by their accounts. A call that names none is left out."""
    sorted_calls: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.account:
            sorted_calls[call.account].append(call)
    return tuple(map(History, sorted_calls.values()))
