"""The expected orders of each person, compared with every response, and the server's time inferred from responses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mockserver.traffic.calls import EXPIRED, REFUNDED, RUNNING
from mockserver.verify import order_oracle
from mockserver.verify.customer import MOST
from mockserver.verify.order_oracle import SECOND, ExpectedOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract.reader import Facts
    from mockserver.verify.assertions import Expectations
    from mockserver.verify.context import Context
    from mockserver.verify.customer import Person, Reply


UNKNOWN_ORDER = "ORDER_NOT_FOUND"


class OrderBook:
    """Reads single orders and lists of orders, compares them with the expected orders, and updates these."""

    def __init__(self, context: Context, expectations: Expectations, clock: ServerClock) -> None:
        self._context = context
        self._terms = context.terms
        self._expectations = expectations
        self._clock = clock

    def look(self, person: Person, via: str, number: str, hiding_rule: str = "order-unknown") -> ExpectedOrder | None:
        """Read an order, and compare it with the expected one. Return None if the person has no such order.

        `hiding_rule` is the rule that hides the order in that case.
        """
        reply = person.to("look", via).call("look", order=number)
        known, shown = number in person.orders, reply.facts.get("order")
        if not shown:
            self._expectations.expect("order-found", not known, reply, expected=number, got=reply.refusal)
            return None
        self._expectations.expect(hiding_rule, known, reply, expected=UNKNOWN_ORDER, got=number)
        return self.see(person, number, shown, reply) if known else None

    def known(self, person: Person, via: str, number: str) -> ExpectedOrder | None:
        """Read an order before it is changed; None if the person has no such order."""
        return self.look(person, via, number) if number in person.orders else None

    def sms_came(self, person: Person, via: str, before: ExpectedOrder) -> bool:
        """Return whether an SMS has arrived since an order was read."""
        after = self.look(person, via, before.number)
        return after is not None and (after.received or 0) > (before.received or 0)

    def touch(self, person: Person, order: ExpectedOrder) -> None:
        """Replace an order after a step has changed it."""
        before = person.orders[order.number]
        self._context.setting.coverage.transition(before.state, order.state)
        person.orders[order.number] = order

    def see(self, person: Person, number: str, facts: Facts, reply: Reply) -> ExpectedOrder:
        """Compare an order as shown with the expected one. Return the updated expected order."""
        before = person.orders[number]
        shown = order_oracle.follow(before, facts)
        for breach in order_oracle.changes(before, shown, lapses=self._terms.lapses):
            self._expectations.breach(breach.rule, reply, expected=breach.expected, got=breach.got)
        self.breaches(shown, reply)
        known = order_oracle.learn(before, shown)
        if shown.state and shown.state != before.state:
            if shown.state == REFUNDED or order_oracle.is_repaid(known, self._terms):
                person.earn(before.price)
            if before.state:
                self._context.setting.coverage.transition(before.state, shown.state)
        self.count_state(shown)
        person.orders[number] = known
        return known

    def count_state(self, order: ExpectedOrder) -> None:
        """Count the state of an order for the coverage."""
        if order.state:
            self._context.setting.coverage.state(order.state)

    def breaches(self, order: ExpectedOrder, reply: Reply) -> None:
        """Record the rules that an order breaks by itself."""
        for breach in order_oracle.breaches(order, self._terms, self._clock.now()):
            self._expectations.breach(breach.rule, reply, expected=breach.expected, got=breach.got)

    def lists(self, person: Person) -> Iterator[tuple[str, Reply, list[Facts]]]:
        """Yield the purpose, the response and the orders of each list of orders."""
        for by in person.by.values():
            for purpose in ("inventory", "orders"):
                if by.knows(purpose):
                    reply = by.call(purpose, expired=MOST)
                    if not reply.refusal:
                        yield purpose, reply, [order for order in reply.all("orders") if "id" in order]

    def agree(self, person: Person) -> None:
        """Read all orders of a person, and compare them and their lists with the expected orders."""
        lists = list(self.lists(person))
        if not lists and person.knows("look"):
            for order in [order for order in person.orders.values() if order.running]:
                self.look(person, "", order.number)
        for purpose, reply, shown in lists:
            numbers = [str(order["id"]) for order in shown]
            for number, facts in zip(numbers, shown, strict=True):
                if number in person.orders:
                    self.see(person, number, facts, reply)
                elif person.orders_without_id:
                    person.orders_without_id -= 1
                    person.orders[number] = ExpectedOrder(facts, inherited=True)
            unknown = [number for number in numbers if number not in person.orders]
            self._expectations.expect(
                "only-own-listed", not unknown and len(numbers) == len(set(numbers)), reply, got=unknown
            )
            known = person.orders.values()
            for missing in [order.number for order in known if order.running and order.number not in numbers]:
                # The order may have ended since it was last read.
                found = self.look(person, reply.operation.partition(".")[0], missing) if person.knows("look") else None
                self._expectations.expect("running-listed", not (found and found.running), reply, expected=missing)
            if purpose == "orders":
                wanted = {order.number for order in known}
                self._expectations.expect("all-in-bulk", wanted <= set(numbers), reply, expected=wanted, got=numbers)
            else:
                refunded = [id_ for id_, order in zip(numbers, shown, strict=True) if order.get("state") == REFUNDED]
                self._expectations.expect("refunded-not-listed", not refunded, reply, got=refunded)
            for group in (RUNNING, {EXPIRED}):
                times = [o["ordered_at"] for o in shown if o.get("state") in group and "ordered_at" in o]
                self._expectations.expect("newest-first", times == sorted(times, reverse=True), reply)


SLACK = 5 * SECOND
"""The tolerance for the time of a server whose time cannot be advanced, in milliseconds."""


class ServerClock:
    """The server's time, in milliseconds since the epoch. It is unknown until a response states a current time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._elapsed = 0
        self._began = time.monotonic()
        self._anchor: tuple[int, int] | None = None  # a time of this clock, and the server's time at that moment

    def wait(self, milliseconds: int) -> None:
        """Advance the server's time."""
        self._context.advance(milliseconds)
        self._elapsed += milliseconds

    def set(self, moment: int) -> None:
        """Set the server's current time."""
        self._anchor = (self._now(), moment)

    def now(self) -> tuple[int, int] | None:
        """Return an interval that contains the server's current time; None if it is unknown."""
        if self._anchor is None:
            return None
        at, moment = self._anchor
        slack = 0 if self._context.can_advance else SLACK
        now = moment + self._now() - at
        return now - slack, now + slack + SECOND

    def _now(self) -> int:
        """Return the milliseconds since the clock was created."""
        return self._elapsed if self._context.can_advance else int((time.monotonic() - self._began) * 1000)
