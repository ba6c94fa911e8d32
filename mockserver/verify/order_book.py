"""The orders of a customer, compared with what each response shows, and the server's time as far as responses tell."""

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
    """Looks at orders, one by one and in lists, and remembers of each person's what they show."""

    def __init__(self, context: Context, expectations: Expectations, clock: ServerClock) -> None:
        self._context = context
        self._terms = context.terms
        self._expectations = expectations
        self._clock = clock

    def look(self, person: Person, via: str, number: str, secrecy: str = "order-unknown") -> ExpectedOrder | None:
        """Look at an order, and hold it against what is known of it. None if the person has none of this number.

        `secrecy` is the rule that hides the order then.
        """
        reply = person.to("look", via).call("look", order=number)
        known, shown = number in person.orders, reply.facts.get("order")
        if not shown:
            self._expectations.expect("order-found", not known, reply, expected=number, got=reply.refusal)
            return None
        self._expectations.expect(secrecy, known, reply, expected=UNKNOWN_ORDER, got=number)
        return self.see(person, number, shown, reply) if known else None

    def known(self, person: Person, via: str, number: str) -> ExpectedOrder | None:
        """Look at an order before it is changed."""
        return self.look(person, via, number) if number in person.orders else None

    def sms_came(self, person: Person, via: str, before: ExpectedOrder) -> bool:
        """Say whether an SMS came between a look at an order and its refund."""
        after = self.look(person, via, before.number)
        return after is not None and (after.received or 0) > (before.received or 0)

    def touch(self, person: Person, order: ExpectedOrder) -> None:
        """Take in what an act has made of an order."""
        before = person.orders[order.number]
        self._context.setting.coverage.transition(before.state, order.state)
        person.orders[order.number] = order

    def see(self, person: Person, number: str, facts: Facts, reply: Reply) -> ExpectedOrder:
        """Hold an order as it is shown against what is known of it. Returns all that is known of it then."""
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
        """Count the state of an order among those that were met."""
        if order.state:
            self._context.setting.coverage.state(order.state)

    def breaches(self, order: ExpectedOrder, reply: Reply) -> None:
        """Hold an order against all that must be true of any."""
        for breach in order_oracle.breaches(order, self._terms, self._clock.now()):
            self._expectations.breach(breach.rule, reply, expected=breach.expected, got=breach.got)

    def lists(self, person: Person) -> Iterator[tuple[str, Reply, list[Facts]]]:
        """Yield what each list of orders is for, the answer, and its orders."""
        for by in person.by.values():
            for purpose in ("inventory", "orders"):
                if by.knows(purpose):
                    reply = by.call(purpose, expired=MOST)
                    if not reply.refusal:
                        yield purpose, reply, [order for order in reply.all("orders") if "id" in order]

    def agree(self, person: Person) -> None:
        """Look at all orders of a person, and hold them and their lists against what is known."""
        lists = list(self.lists(person))
        if not lists and person.knows("look"):
            for order in [order for order in person.orders.values() if order.running]:
                self.look(person, "", order.number)
        for purpose, reply, shown in lists:
            numbers = [str(order["id"]) for order in shown]
            for number, facts in zip(numbers, shown, strict=True):
                if number in person.orders:
                    self.see(person, number, facts, reply)
                elif person.untold:
                    person.untold -= 1
                    person.orders[number] = ExpectedOrder(facts, inherited=True)
            strange = [number for number in numbers if number not in person.orders]
            self._expectations.expect(
                "only-own-listed", not strange and len(numbers) == len(set(numbers)), reply, got=strange
            )
            known = person.orders.values()
            for missing in [order.number for order in known if order.running and order.number not in numbers]:
                # It may have ended without being told.
                found = self.look(person, reply.operation.partition(".")[0], missing) if person.knows("look") else None
                self._expectations.expect("running-listed", not (found and found.running), reply, expected=missing)
            if purpose == "orders":
                every = {order.number for order in known}
                self._expectations.expect("all-in-bulk", every <= set(numbers), reply, expected=every, got=numbers)
            else:
                gone = [number for number, order in zip(numbers, shown, strict=True) if order.get("state") == REFUNDED]
                self._expectations.expect("refunded-not-listed", not gone, reply, got=gone)
            for group in (RUNNING, {EXPIRED}):
                times = [o["ordered_at"] for o in shown if o.get("state") in group and "ordered_at" in o]
                self._expectations.expect("newest-first", times == sorted(times, reverse=True), reply)


SLACK = 5 * SECOND
"""By how much the clock of a server that is not ours may be off."""


class ServerClock:
    """The time of the server, once it has said when something happened just now."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._elapsed = 0
        self._began = time.monotonic()
        self._anchor: tuple[int, int] | None = None  # when by our clock it was which time of the server's

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self._context.advance(milliseconds)
        self._elapsed += milliseconds

    def set(self, moment: int) -> None:
        """Take a time of the server's for the present one."""
        self._anchor = (self._now(), moment)

    def now(self) -> tuple[int, int] | None:
        """Return a span in which the server's present time lies; None if it is unknown."""
        if self._anchor is None:
            return None
        at, moment = self._anchor
        slack = 0 if self._context.can_advance else SLACK
        now = moment + self._now() - at
        return now - slack, now + slack + SECOND

    def _now(self) -> int:
        """Return the milliseconds since the clock was made."""
        return self._elapsed if self._context.can_advance else int((time.monotonic() - self._began) * 1000)
