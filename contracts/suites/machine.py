"""Lives at random: a state machine of hypothesis whose rules are the acts of `life`.

The rules do not know whom they face. What is found is noted by the acts; nothing is raised, so nothing is shrunk: the
evidence of a finding holds the last exchanges, and the seed repeats them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, multiple, precondition, rule, run_state_machine_as_test

from contracts.suites.customers import UnusableError, Wish
from contracts.suites.guard import DeniedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.suites.life import Life, Person

Offer = tuple[str, str, str]
"""A country, a service and a carrier."""
Number = tuple[str, str]
"""A user and the number of an order."""

WAITS = (1, 6, 70, 120, 600, 1140, 3600, 2 * 86400, 8 * 86400)
"""Seconds."""
AMOUNTS = (35, 515, 1999)
"""Cents to pay in; the last is a cent short of a tier."""
MAXIMA = (9999, 9999, 20, 14)
"""Cents that a customer would pay at most."""


def live(begin: Callable[[], Life], offers: Sequence[Offer], *, lives: int, steps: int, start: int) -> None:
    """Live so many lives of so many steps at random, each begun anew; the same start gives the same lives."""

    @seed(start)
    def machine() -> Lives:
        return Lives(begin, offers)

    run_state_machine_as_test(
        machine,  # type: ignore[arg-type] # any maker of machines will do
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


def _goes_on(machine: Lives) -> bool:
    return not machine.over


def _can_wait(machine: Lives) -> bool:
    return not machine.over and machine.life.context.can_advance


def _can_pay(machine: Lives) -> bool:
    return _can_wait(machine) and "v3" in machine.life.context.documents  # only V3 lists what was opened


class Lives(RuleBasedStateMachine):
    """One life. After an answer that nothing can be read from it is over."""

    numbers: Bundle[Number] = Bundle("numbers")
    quotes: Bundle[Wish] = Bundle("quotes")
    some = st.integers(0, 59)
    """Which of several: a number that is divided by how many there are."""

    def __init__(self, begin: Callable[[], Life], offers: Sequence[Offer]) -> None:
        super().__init__()
        self.offers = offers
        self.over = False
        self.life: Life
        self.attempt(lambda: setattr(self, "life", begin()))

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Act. Returns None if nothing came of it."""
        try:
            return act()
        except UnusableError:
            self.over = True
        except DeniedError:
            pass
        return None

    def person(self, index: int) -> Person:
        """Return one of the people."""
        people = list(self.life.people.values())
        return people[index % len(people)]

    def via(self, index: int) -> str:
        """Return one of the generations of the API."""
        names = list(self.life.context.documents)
        return names[index % len(names)]

    @precondition(lambda machine: machine.over)
    @rule()
    def rest(self) -> None:
        """Do nothing more."""

    @precondition(_goes_on)
    @rule(target=quotes, person=some, via=some, offer=some)
    def ask_the_price(self, person: int, via: int, offer: int) -> Any:
        """Take a quote to order on."""
        chosen = self.offers[offer % len(self.offers)]
        by = self.person(person).by[self.via(via)]
        reply = self.attempt(lambda: self.life.quote(by, *chosen))
        if reply is None or reply.refusal:
            return multiple()
        return Wish(*chosen, m=reply.body["m"], n=reply.body["n"])

    @precondition(_goes_on)
    @rule(target=numbers, person=some, via=some, offer=some, maximum=st.sampled_from(MAXIMA), failover=st.booleans())
    def order(self, person: int, via: int, offer: int, maximum: int, *, failover: bool) -> Any:
        """Order without a quote."""
        chosen = self.offers[offer % len(self.offers)]
        return self._buy(person, via, Wish(*chosen, maximum=maximum, failover=failover or self.via(via) == "v2"))

    @precondition(_goes_on)
    @rule(target=numbers, person=some, via=some, wish=quotes)
    def order_on_a_quote(self, person: int, via: int, wish: Wish) -> Any:
        """Order on a quote that may be stale by now."""
        return self._buy(person, via, wish)

    @precondition(_goes_on)
    @rule(via=some, number=numbers)
    def refund(self, via: int, number: Number) -> None:
        """Return a number."""
        self.attempt(lambda: self.life.refund(self.life.person(number[0]), self.via(via), number[1]))

    @precondition(_goes_on)
    @rule(via=some, number=numbers)
    def ask_for_another_sms(self, via: int, number: Number) -> None:
        """Ask for another SMS."""
        self.attempt(lambda: self.life.another(self.life.person(number[0]), self.via(via), number[1]))

    @precondition(_goes_on)
    @rule(via=some, number=numbers)
    def look(self, via: int, number: Number) -> None:
        """Poll."""
        self.attempt(lambda: self.life.look(self.life.person(number[0]), self.via(via), number[1]))

    @precondition(_can_pay)
    @rule(person=some, via=some, way=st.sampled_from(["invoice", "wallet"]), amount=st.sampled_from(AMOUNTS))
    def pay(self, person: int, via: int, way: str, amount: int) -> None:
        """Pay money in, where somebody pays what is opened."""
        self.attempt(lambda: self.life.pay(self.person(person), self.via(via), way, amount))

    @precondition(_can_wait)
    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.life.wait(seconds)
        for person in self.life.people.values():
            self._agree(person)

    def _agree(self, person: Person) -> None:
        self.attempt(lambda: self.life.agree(person))

    def _buy(self, person: int, via: int, wish: Wish) -> Any:
        buyer = self.person(person)
        order = self.attempt(lambda: self.life.buy(buyer, self.via(via), wish))
        return (buyer.user, order.number) if order else multiple()
