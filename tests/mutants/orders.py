"""Mutants that lose track of an order's life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.clock import DAY
from mockserver.domain.order import Message, Order, OrderEvent, State
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.world import World
from tests.mutants.mutant import Family
from tests.mutants.parts import become

if TYPE_CHECKING:
    from mockserver.domain.clock import Duration, Instant
    from mockserver.domain.customer import Customer
    from tests.mutants.parts import Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _receiving(parts: Parts, ended: State) -> None:
    class Receiving(Order):
        def can(self, event: OrderEvent) -> bool:
            return super().can(event) or (self.state is ended and event is OrderEvent.SMS)

        def receive(self, message: Message) -> Order:
            if self.state is ended:
                return self._replace(messages=(*self.messages, message))
            return super().receive(message)

    parts.orders(Receiving)


def _returned_then_sent_an_sms(probe: Probe) -> object:
    order = probe.order()
    probe.refund(order)
    probe.wait("6s")
    return probe.show(order)


@mutant("An SMS still arrives at a number that was returned.", _returned_then_sent_an_sms)
def sms_after_refund(parts: Parts) -> None:
    _receiving(parts, State.REFUNDED)


def _expired_before_its_sms(probe: Probe) -> object:
    order = probe.order(country="95")
    probe.wait("1h")
    return probe.show(order)


@mutant("An SMS still arrives at a number whose time is over.", _expired_before_its_sms)
def sms_after_expiry(parts: Parts) -> None:
    _receiving(parts, State.EXPIRED)


def _aged(probe: Probe) -> object:
    order = probe.order("wa")
    probe.wait("25m")
    return probe.show(order)


@mutant("A number never expires.", _aged)
def order_never_expires(parts: Parts) -> None:
    class Immortal(Order):
        def can(self, event: OrderEvent) -> bool:
            return event is not OrderEvent.EXPIRY and super().can(event)

    parts.orders(Immortal)


def _asked_too_early(probe: Probe) -> object:
    return probe.another(probe.order()).seen


@mutant("Another SMS can be asked for before the first has come.", _asked_too_early)
def another_before_the_first(parts: Parts) -> None:
    class Eager(Order):
        def another(self) -> Order:
            if self.state is State.WAITING:
                return self._replace(period=self.period + 1)
            return super().another()

    parts.orders(Eager)


def _asked_too_late(probe: Probe) -> object:
    order = probe.order()
    probe.wait("25m")
    return probe.another(order).seen


@mutant("Another SMS can be asked for when the number's time is over.", _asked_too_late)
def another_after_the_end(parts: Parts) -> None:
    class Revived(Order):
        def another(self) -> Order:
            if self.state is State.EXPIRED:
                return self._replace(state=State.WAITING, period=self.period + 1)
            return super().another()

    parts.orders(Revived)


def _asked_for_another(probe: Probe) -> object:
    order = probe.order()
    probe.wait("11s")
    return probe.another(order).seen, probe.show(order)


@mutant("Asking for another SMS loses the SMS that were there.", _asked_for_another)
def another_forgets(parts: Parts) -> None:
    class Forgetful(Order):
        def another(self) -> Order:
            return super().another()._replace(messages=())

    parts.orders(Forgetful)


@mutant("Asking for another SMS is confirmed, but the order does not wait for one.", _asked_for_another)
def another_does_nothing(parts: Parts) -> None:
    class Idle(Order):
        def another(self) -> Order:
            return super().another()._replace(state=self.state)

    parts.orders(Idle)


def _returned_after_an_sms(probe: Probe) -> object:
    order = probe.order()
    probe.wait("6s")
    return probe.refund(order).seen, probe.balance()


@mutant("A number can be returned although an SMS has come.", _returned_after_an_sms)
def refund_after_sms(parts: Parts) -> None:
    class Generous(Order):
        def refund(self, now: Instant, window: Duration) -> Order:
            return self._replace(state=State.REFUNDED) if self.messages else super().refund(now, window)

    parts.orders(Generous)


def _returned_late(probe: Probe) -> object:
    orders = [probe.order("wa"), probe.order("wa")]
    probe.wait("1h")
    seen = [probe.refund(orders[0]).seen]
    probe.wait("8d")
    return seen, probe.refund(orders[1]).seen


@mutant("A number can be returned after more than seven days.", _returned_late)
def refund_after_the_window(parts: Parts) -> None:
    class Patient(Order):
        def refund(self, now: Instant, window: Duration) -> Order:
            return super().refund(min(now, self.expires_at), window)

    parts.orders(Patient)


@mutant("A number cannot be returned when its time is over.", _returned_late)
def refund_only_while_running(parts: Parts) -> None:
    class Final(Order):
        def refund(self, now: Instant, window: Duration) -> Order:
            if self.state is State.EXPIRED:
                raise Refusal(Reason.REFUND_NOT_ALLOWED)
            return super().refund(now, window)

    parts.orders(Final)


@mutant("A number that was returned is shown as waiting.", _returned_then_sent_an_sms)
def refunded_shown_as_waiting(parts: Parts) -> None:
    def shown(item: Body) -> Body:
        return {**item, "status": "waiting"} if item["status"] == "refunded" else item

    parts.results(lambda items: [shown(item) for item in items], "v3.look")
    parts.results(shown, "v2.look")


@mutant("The code beside an SMS is not the one in its text.", _asked_for_another)
def code_not_in_the_text(parts: Parts) -> None:
    class Garbling(Order):
        def receive(self, message: Message) -> Order:
            return super().receive(message._replace(code=message.code and message.code[::-1] + "0"))

    parts.orders(Garbling)


def _returned_on_the_last_day(probe: Probe) -> object:
    order = probe.order("wa")
    probe.wait("6d")
    probe.wait("12h")
    return probe.refund(order).seen


@mutant("A number can be returned for six days instead of seven.", _returned_on_the_last_day)
def refund_window_too_short(parts: Parts) -> None:
    class Hurried(Order):
        def refund(self, now: Instant, window: Duration) -> Order:
            return super().refund(now + DAY, window)

    parts.orders(Hurried)


def _two_messages(probe: Probe) -> object:
    order = probe.order()
    probe.wait("11s")
    return probe.show(order)


@mutant("The first SMS of an order is shown as its latest.", _two_messages)
def first_sms_shown(parts: Parts) -> None:
    def earlier(item: Body) -> Body:
        first = next(iter(item["messages"]), {"text": None, "code": None})
        return {**item, "sms": first["text"], "code": first["code"]}

    parts.results(lambda items: [earlier(item) for item in items], "v3.look", "v3.inventory")
    parts.results(earlier, "v2.look")
    parts.results(lambda items: [earlier(item) for item in items], "v2.orders")


@mutant("An order that has expired is not found any more.", _aged)
def expired_order_forgotten(parts: Parts) -> None:
    class Forgetting(World):
        def order_of(self, customer: Customer, order_id: str) -> Order:
            found = super().order_of(customer, order_id)
            if found.state is State.EXPIRED:
                raise Refusal(Reason.ORDER_NOT_FOUND)
            return found

    become(parts.world, Forgetting)
