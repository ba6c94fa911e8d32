"""The history of each account: its calls, the orders that they show, the limits for pauses, and breaches of rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract.reader import get
from mockserver.traffic import calls
from mockserver.traffic.calls import SHOWS, UNCERTAIN, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract import Place
    from mockserver.contract.reader import Facts
    from mockserver.findings import Severity
    from mockserver.traffic.calls import Call


_SKEW = 60_000
"""The maximum difference between the clocks of the recorder and the service, in milliseconds."""


@dataclass
class ObservedOrder:
    """An order as its client saw it.

    - `placed`: the call that placed it; None for an order from before the recording
    - `price`: in cents
    - `expires`: in milliseconds since the epoch; None if unknown
    - `heard`: the first call whose response showed an SMS
    - `returned`: the first call whose response showed that the order is refunded
    - `tried`: the calls that requested a refund
    - `carrier`: the carrier that serves the order; empty if no response showed it
    - `states`: the states that responses showed, in order
    - `renewals`: how often another SMS was granted
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
        """Append a state, unless it is the current one."""
        if self.states[-1:] != [state]:
            self.states.append(state)


class History:
    """The calls of one account in order, and the orders that they show.

    `lost` holds the calls that may have placed an order: their response was lost or unreadable, and no later response
    shows the order.
    """

    def __init__(self, calls: Iterable[Call]) -> None:
        self.calls = tuple(calls)
        self.orders: dict[str, ObservedOrder] = {}
        self.lost: list[Call] = []
        for call in self.calls:
            self._see(call)

    @property
    def last(self) -> int:
        """The start of the last call, in milliseconds since the epoch; 0 without calls."""
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
            order.seen(calls.REFUNDED)
        elif call.purpose == "another":
            order = self._order(call.order)
            order.renewals += 1
            order.seen(calls.WAITING)

    def _place(self, call: Call, shown: Facts) -> None:
        order = self._order(shown["id"])
        order.placed = call
        order.price = shown.get("price", 0)
        order.expires = shown.get("expires_at")
        order.seen(calls.WAITING)

    def _show(self, call: Call, shown: Facts) -> None:
        known = shown["id"] in self.orders
        order = self._order(shown["id"])
        if not known:
            order.price = shown.get("price", 0)
            order.placed = self._lost_call(shown)
        order.expires = shown.get("expires_at", order.expires)
        order.carrier = shown.get("carrier", order.carrier)
        state = shown.get("state")
        if state is not None:
            order.seen(state)
        if calls.has_sms(shown) or state == calls.COMPLETED:
            order.heard = order.heard or call
        if state == calls.REFUNDED:
            order.returned = order.returned or call

    def _lost_call(self, shown: Facts) -> Call | None:
        """Remove and return the lost call that placed the order shown here; None if there is none."""
        ordered, service = shown.get("ordered_at"), (get(shown, "service.code"), get(shown, "service.name"))
        for call in self.lost:
            is_later = ordered is None or ordered >= call.at - _SKEW
            if is_later and call.service in service:
                self.lost.remove(call)
                return call
        return None

    def _order(self, number: str) -> ObservedOrder:
        return self.orders.setdefault(number, ObservedOrder(number))


def histories(calls: Iterable[Call]) -> tuple[History, ...]:
    """Return the history of each account. Calls without an account are left out."""
    by_account: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.account:
            by_account[call.account].append(call)
    return tuple(map(History, by_account.values()))


class Limits(NamedTuple):
    """The shortest pauses of a good client, in seconds.

    - `poll`: between two polls of a waiting order (assumed; nothing is documented)
    - `backoff`: before a failed call is repeated, and after a 429 without Retry-After (assumed)
    - `stock`: before an order is repeated after NO_NUMBERS (documented: 20 to 30 seconds)
    """

    poll: float = 1.0
    backoff: float = 1.0
    stock: float = 20.0


TOLERANCE = 0.95
"""The fraction of the limit that a pause must reach. The clocks of two machines never agree exactly."""


def too_short(milliseconds: float, seconds: float) -> bool:
    """Return whether a pause in milliseconds is shorter than a limit in seconds."""
    return milliseconds < seconds * 1000 * TOLERANCE


class Breach(NamedTuple):
    """One breach of a rule, and the calls that show it.

    - `operation`: such as `v3.orderNumber`
    - `check`: distinguishes different mistakes under the same rule
    - `level`: overrides the severity of the rule
    - `pointer`, `place`, `provenance`: those of the broken line of the contract; empty for other rules
    """

    operation: str
    message: str
    calls: tuple[Call, ...]
    check: str = ""
    expected: str = ""
    got: str = ""
    level: Severity | None = None
    pointer: str = ""
    place: Place | None = None
    provenance: str = ""


Rule = Callable[[History, Limits], Iterator[Breach]]
"""A function that finds breaches in the history of an account."""


def seconds(milliseconds: float) -> str:
    """Format a pause in milliseconds as seconds: `0.2 s`."""
    return f"{milliseconds / 1000:.3g} s"
