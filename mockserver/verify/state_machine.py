"""Random sessions: a hypothesis state machine whose rules are the steps of `Session`.

The rules are independent of the server. The steps record findings and raise no errors, so nothing is shrunk: a finding
holds the latest exchanges as evidence, and the seed repeats the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, multiple, precondition, rule, run_state_machine_as_test

from mockserver.verify.customer import MOST, OrderArguments, UnusableResponseError
from mockserver.verify.guard import DeniedError
from mockserver.verify.session import BUYING, offered
from mockserver.verify.worlds import DAY, HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.verify.customer import Person
    from mockserver.verify.session import Session

Offer = tuple[str, str, str]
"""A country, a service and a carrier."""
Number = tuple[str, str]
"""A user and the number of an order."""

WAITS = (SECOND, 6 * SECOND, 70 * SECOND, 2 * MINUTE, 10 * MINUTE, 19 * MINUTE, HOUR, 2 * DAY, 8 * DAY)
AMOUNTS = (35, 515, 1999)
"""The amounts of payments in cents. The last is one cent below a tier."""
MAXIMA = (MOST, MOST, 20, 14)
"""The maximum prices of orders in cents."""
DISTANCES = (0, 0, 0, 1)
"""The offset from the owner of an order to the person who requests it. Usually it is the owner."""


def run_sessions(
    begin: Callable[[], Session], offers: Sequence[Offer], *, sessions: int, steps: int, start: int
) -> None:
    """Run a number of random sessions with a maximum number of steps. `begin` starts each one.

    The same `start` gives the same sessions.
    """

    @seed(start)
    def machine() -> CustomerMachine:
        return CustomerMachine(begin, offers)

    run_state_machine_as_test(
        machine,  # type: ignore[arg-type] # hypothesis accepts any factory of machines
        settings=settings(
            max_examples=sessions,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


def _is_active(machine: CustomerMachine) -> bool:
    return not machine.over


def _can_wait(machine: CustomerMachine) -> bool:
    return not machine.over and machine.session.context.can_advance


def _can_pay(machine: CustomerMachine) -> bool:
    # Without these operations, the session cannot see whether a payment was credited.
    return _can_wait(machine) and machine.session.knows("invoices", "transaction")


class CustomerMachine(RuleBasedStateMachine):
    """One random session. It is over after an unusable response."""

    numbers: Bundle[Number] = Bundle("numbers")
    quotes: Bundle[OrderArguments] = Bundle("quotes")
    some = st.integers(0, 59)
    """An index into several persons, documents or offers, modulo their number."""
    distances = st.sampled_from(DISTANCES)

    def __init__(self, begin: Callable[[], Session], offers: Sequence[Offer]) -> None:
        super().__init__()
        self.offers = offers
        self.over = False
        self.session: Session
        self.attempt(lambda: setattr(self, "session", begin()))

    def attempt(self, step: Callable[[], Any]) -> Any:
        """Run a step, and return its result; None if the response is unusable or the request is denied."""
        try:
            return step()
        except UnusableResponseError:
            self.over = True
        except DeniedError:
            pass
        return None

    def person(self, index: int) -> Person:
        """Return the person at an index, modulo their number."""
        people = list(self.session.people.values())
        return people[index % len(people)]

    def via(self, index: int, *needs: str) -> str:
        """Return one of the documents that have all these operations; empty if there is none."""
        names = [name for name, by in self.person(0).by.items() if by.knows(*needs)]
        return names[index % len(names)] if names else ""

    @precondition(lambda machine: machine.over)
    @rule()
    def rest(self) -> None:
        """Do nothing."""

    @precondition(_is_active)
    @rule(target=quotes, person=some, via=some, offer=some)
    def ask_the_price(self, person: int, via: int, offer: int) -> Any:
        """Request a quote for a later order."""
        chosen = self.offers[offer % len(self.offers)]
        name = self.via(via, *BUYING)
        reply = self.attempt(lambda: self.session.quote(self.person(person).by[name], *chosen)) if name else None
        if reply is None or reply.refusal:
            return multiple()
        return OrderArguments(*chosen).on(offered(reply))._replace(maximum=MOST)

    @precondition(_is_active)
    @rule(target=numbers, person=some, via=some, offer=some, maximum=st.sampled_from(MAXIMA), failover=st.booleans())
    def order(self, person: int, via: int, offer: int, maximum: int, *, failover: bool) -> Any:
        """Order without a quote."""
        chosen = self.offers[offer % len(self.offers)]
        return self._buy(person, via, OrderArguments(*chosen, maximum=maximum, failover=failover))

    @precondition(_is_active)
    @rule(target=numbers, person=some, via=some, order_arguments=quotes)
    def order_on_a_quote(self, person: int, via: int, order_arguments: OrderArguments) -> Any:
        """Order with a quote that may be stale."""
        return self._buy(person, via, order_arguments)

    @precondition(_is_active)
    @rule(via=some, number=numbers, distance=distances)
    def refund(self, via: int, number: Number, distance: int) -> None:
        """Request a refund."""
        self._change("refund", via, number, distance)

    @precondition(_is_active)
    @rule(via=some, number=numbers, distance=distances)
    def ask_for_another_sms(self, via: int, number: Number, distance: int) -> None:
        """Request another SMS."""
        self._change("another", via, number, distance)

    @precondition(_is_active)
    @rule(via=some, number=numbers, distance=distances)
    def look(self, via: int, number: Number, distance: int) -> None:
        """Poll an order."""
        self._change("look", via, number, distance)

    @precondition(_can_pay)
    @rule(person=some, via=some, way=st.sampled_from(["invoice", "wallet"]), amount=st.sampled_from(AMOUNTS))
    def pay(self, person: int, via: int, way: str, amount: int) -> None:
        """Open a payment, which the server's scenario pays."""
        if name := self.via(via, way):
            self.attempt(lambda: self.session.pay(self.person(person), name, way, amount))

    @precondition(_can_wait)
    @rule(milliseconds=st.sampled_from(WAITS))
    def wait(self, milliseconds: int) -> None:
        """Advance the server's time."""
        self.session.wait(milliseconds)
        for person in self.session.people.values():
            self._agree(person)

    def _agree(self, person: Person) -> None:
        self.attempt(lambda: self.session.agree(person))

    def _change(self, purpose: str, via: int, number: Number, distance: int) -> None:
        steps = {"refund": self.session.refund, "another": self.session.another, "look": self.session.look}
        person = self.person(list(self.session.people).index(number[0]) + distance)
        if name := self.via(via, purpose):
            self.attempt(lambda: steps[purpose](person, name, number[1]))

    def _buy(self, person: int, via: int, order_arguments: OrderArguments) -> Any:
        buyer, name = self.person(person), self.via(via, *BUYING)
        order = self.attempt(lambda: self.session.buy(buyer, name, order_arguments)) if name else None
        return (buyer.user, order.number) if order else multiple()
