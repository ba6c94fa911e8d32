"""The suite `lifecycle`: sessions of customers, scripted as workflows and random."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.findings.run import EVERYTHING
from mockserver.verify import account_workflows, order_workflows, smoke, state_machine
from mockserver.verify.customer import Person, UnusableResponseError
from mockserver.verify.guard import DeniedError
from mockserver.verify.session import BUYING, Session
from mockserver.verify.target import NO_CREDENTIALS
from mockserver.verify.worlds import world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.verify.context import Context


class Workflow(NamedTuple):
    """A workflow, and the operations or arguments that it requires, such as `order` or `order.failover`.

    The document that plays it must have all of `needs`. Those in `beside` may come from any document.
    """

    play: Callable[[Session, str], None]
    needs: tuple[str, ...] = BUYING
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the workflow: that of its function, with spaces."""
        return self.play.__name__.replace("_", " ")

    def ways(self, person: Person) -> list[str]:
        """Return the names of the documents that can play the workflow."""
        return [name for name, by in person.by.items() if by.knows(*self.needs) and person.knows(*self.beside)]


_CHANGING = (*BUYING, "refund", "another")
_PAYMENTS = ("invoices", "transaction")
_COUPONS = ("coupons", "invoice.coupon", "card_invoice.coupon", "wallet.coupon")

WORKFLOWS: Sequence[Workflow] = (
    Workflow(order_workflows.an_order_that_receives_its_sms, _CHANGING),
    Workflow(order_workflows.two_messages_for_one_order),
    Workflow(order_workflows.an_order_that_is_returned, _CHANGING),
    Workflow(order_workflows.an_order_that_is_returned_too_early, (*BUYING, "refund")),
    Workflow(order_workflows.an_order_that_expires, _CHANGING),
    Workflow(order_workflows.a_maximum_price, (*BUYING, "order.maximum")),
    Workflow(order_workflows.a_quote_that_goes_stale, (*BUYING, "order.m", "order.n")),
    Workflow(order_workflows.a_stock_that_is_emptied, (*BUYING, "order.carrier", "quote.carrier")),
    Workflow(order_workflows.what_is_not_in_the_catalogue),
    Workflow(order_workflows.too_little_money),
    Workflow(order_workflows.a_discount, (*BUYING, "refund")),
    Workflow(account_workflows.money_that_is_paid_in, (*BUYING, "invoice", "wallet"), _PAYMENTS),
    Workflow(account_workflows.money_that_nobody_pays, ("card_invoice", "wallet"), _PAYMENTS),
    Workflow(account_workflows.a_coupon, _COUPONS, _PAYMENTS),
    Workflow(account_workflows.favourites, ("favourites", "toggle_favourite")),
    Workflow(order_workflows.the_inventory, (*BUYING, "inventory.expired")),
    Workflow(order_workflows.filters, (*BUYING, "orders", "refund")),
    Workflow(account_workflows.the_catalogue, ("countries", "services", "quote")),
    Workflow(account_workflows.what_is_popular, (*BUYING, "popular")),
    Workflow(account_workflows.how_countries_compare, (*BUYING, "country_stats")),
    Workflow(account_workflows.statistics, (*BUYING, "refund", "statistics")),
)


PEOPLE = ("ann", "bob", "pia")
OFFERS = (
    *(("12", "ds", carrier) for carrier in ("any", "tmobile", "verizon")),
    *(("12", "go", carrier) for carrier in ("any", "att")),
    *(("95", "wa", carrier) for carrier in ("any", "du")),
    ("95", "tg", "any"),
    ("95", "ig", "any"),
    ("no-such", "ds", "any"),
)
SESSIONS, STEPS = 25, 30
"""The number of random sessions with an app factory, and the maximum number of steps of each."""
VISITS, ACTS = 3, 12
"""The same for a server that is not restarted for each session."""


def run(context: Context) -> None:
    """Play all workflows, then random sessions."""
    if context.has_app_factory:
        _play_workflows(context)
        _run_random_sessions(context, lambda: _begin(context), OFFERS, SESSIONS, STEPS)
    elif not context.accounts:
        context.skip(EVERYTHING, NO_CREDENTIALS)
    else:
        _run_smoke_checks(context)


def _play_workflows(context: Context) -> None:
    person = Person(context, world("market").account(PEOPLE[0]))
    for workflow in WORKFLOWS:
        ways = workflow.ways(person)
        if not ways:
            context.skip(workflow.name, "no document has all operations that it needs")
        for via in ways:
            context.case()
            try:
                workflow.play(_begin(context), via)
            except UnusableResponseError as error:
                context.skip(f"{workflow.name} by {via}", f"the response to {error} broke the contract")


def _begin(context: Context) -> Session:
    market = world("market")
    context.begin(market.scenario, market.accounts)
    session = Session(context, [market.account(user) for user in PEOPLE])
    for user, person in session.people.items():
        balance = market.balances[user]
        if person.balance is not None:
            asked = person.to("balance").name("balance")
            context.expect("opening-balance", person.balance == balance, asked, expected=balance, got=person.balance)
    return session


def _run_smoke_checks(context: Context) -> None:
    """Check a server in its current state, and order there if that is allowed."""
    guard = context.setting.guard
    try:
        context.case()
        session = Session(context, context.accounts[:1])
        offers = smoke.look_around(session)
        if guard.remote and not guard.allow_orders:
            context.skip("orders", "they are not allowed without --allow-orders")
            return
        for via, by in next(iter(session.people.values())).by.items():
            if by.knows(*smoke.ORDERING):
                context.case()
                smoke.order_once(session, via, offers)
                if not guard.remote:
                    smoke.order_in_vain(session, via, offers)
    except UnusableResponseError as error:
        context.skip("the rest", f"the response to {error} broke the contract")
        return
    except DeniedError as error:
        context.skip("the rest", str(error))
        return
    if guard.remote:
        context.skip("random sessions", "they do not run on a remote server")
    elif offers:
        _run_random_sessions(context, lambda: Session(context, context.accounts[:1]), offers, VISITS, ACTS)


def _run_random_sessions(
    context: Context, begin: Callable[[], Session], offers: tuple[tuple[str, str, str], ...], sessions: int, steps: int
) -> None:
    def counted() -> Session:
        context.case()
        return begin()

    state_machine.run_sessions(counted, offers, sessions=sessions, steps=steps, start=context.setting.seed)
