"""The suite `equivalence`: several contract documents of the service state the same facts."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.findings.run import EVERYTHING
from mockserver.verify.assertions import differences
from mockserver.verify.customer import MOST, OrderArguments, UnusableResponseError
from mockserver.verify.session import BUYING, Session
from mockserver.verify.target import NO_CREDENTIALS
from mockserver.verify.worlds import MINUTE, SECOND, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.verify.context import Context
    from mockserver.verify.customer import Customer, Person, Reply

PURCHASES = (
    OrderArguments("12", "ds"),
    OrderArguments("12", "go"),
    OrderArguments("95", "wa"),
    OrderArguments("95", "tg"),
)
"""The orders to place, through each document in turn. The last one is refunded."""
PROOF = ("m", "n")
"""The facts of a quote that a server may change with every quote."""
OFFERS = 3
"""How many countries, and how many offers of each, are compared if the catalogue is unknown."""
ORDERS = 25
"""The maximum number of orders that are compared."""


def run(context: Context) -> None:
    """Compare the account, the orders and the catalogue through all documents."""
    if len(context.documents) < 2:
        context.skip(EVERYTHING, "only one document has a URL")
    elif context.has_app_factory:
        for user in ("ann", "bob"):
            _play_and_compare(context, user)
    elif not context.accounts:
        context.skip(EVERYTHING, NO_CREDENTIALS)
    else:
        session = Session(context, context.accounts[:1])
        person = session.person(context.accounts[0].user)
        _compare(context, person, _sample(person))


def _play_and_compare(context: Context, user: str) -> None:
    """Start the market, place and change orders, and compare after each step."""
    market = world("market")
    context.begin(market.scenario, market.accounts)
    session = Session(context, [market.account(user)])
    person = session.person(user)
    offers = [(country, service) for country in ("12", "95") for service in ("ds", "go", "wa", "tg", "ig")]
    _compare(context, person, offers)
    names = [name for name, by in person.by.items() if by.knows(*BUYING)]
    if not names:
        context.skip("orders", "no document has all operations that they need")
        return
    bought = [
        session.buy(person, names[turn % len(names)], order_arguments) for turn, order_arguments in enumerate(PURCHASES)
    ]
    _compare(context, person, offers)
    session.wait(6 * SECOND)
    if person.knows("another"):
        for turn, order in enumerate(list(filter(None, bought))[:-1], 1):
            session.another(person, names[turn % len(names)], order.number)
    if bought[-1] and person.knows("refund"):
        session.refund(person, names[0], bought[-1].number)
    paying = [name for name, by in person.by.items() if by.knows("invoice")]
    if paying and person.knows("invoices"):
        session.pay(person, paying[-1], "invoice", 700)
    session.wait(70 * SECOND)
    _compare(context, person, offers)
    session.wait(25 * MINUTE)
    _compare(context, person, offers)


def _sample(person: Person) -> list[tuple[str, str]]:
    """Return the country and service codes of a few offers of an unknown catalogue."""
    if not person.knows("countries", "services"):
        return []
    offers = []
    for country in person.to("countries").call("countries").all("countries")[:OFFERS]:
        code = str(country["code"])
        rows = person.to("services").call("services", country=code).all("offers")
        offers += [(code, str(service)) for row in rows[:OFFERS] if (service := get(row, "service.code"))]
    return offers


def _compare(context: Context, person: Person, offers: Iterable[tuple[str, str]]) -> None:
    for comparison in (_accounts, _orders, lambda context, person: _catalogues(context, person, offers)):
        context.case()
        _attempt(comparison, context, person)


def _attempt(comparison: Callable[[Context, Person], None], context: Context, person: Person) -> None:
    try:
        comparison(context, person)
    except UnusableResponseError:
        context.skip("a comparison", "a response broke the contract")


def _customers(person: Person, purpose: str) -> list[Customer]:
    """Return the customers whose document has an operation."""
    return [by for by in person.by.values() if by.knows(purpose)]


def _accounts(context: Context, person: Person) -> None:
    replies = [by.call("balance") for by in _customers(person, "balance")]
    _expect_same(context, "accounts-agree", [(reply.operation, reply.facts) for reply in replies])


def _orders(context: Context, person: Person) -> None:
    lists = [
        (purpose, by.call(purpose, expired=MOST))
        for purpose in ("inventory", "orders")
        for by in _customers(person, purpose)
    ]
    listed = [
        (purpose, reply.operation, {str(order["id"]): order for order in reply.all("orders") if "id" in order})
        for purpose, reply in lists
    ]
    for purpose, operation, orders in listed:
        missing = sorted({number for _, _, others in listed for number in others} - orders.keys())
        if purpose == "orders":
            context.expect("orders-agree", not missing, operation, "Some orders are not listed.", got=missing)
    for number in list(dict.fromkeys(number for _, _, orders in reversed(listed) for number in orders))[:ORDERS]:
        looks = [by.call("look", order=number) for by in _customers(person, "look")]
        views = [(look.operation, look.facts.get("order") or {"id": ""}) for look in looks]
        views += [(operation, orders[number]) for _, operation, orders in listed if number in orders]
        _expect_same(context, "orders-agree", views)


def _catalogues(context: Context, person: Person, offers: Iterable[tuple[str, str]]) -> None:
    pairs = list(offers)
    questions: list[tuple[str, dict[str, str]]] = [("countries", {})]
    questions += [("services", {"country": country}) for country in dict.fromkeys(country for country, _ in pairs)]
    questions += [("quote", {"country": country, "service": service}) for country, service in pairs]
    for purpose, asked in questions:
        replies = [by.call(purpose, **asked) for by in _customers(person, purpose)]
        views = [(reply.operation, _stable_facts(context, reply)) for reply in replies]
        _expect_same(context, "catalogues-agree", views)
    replies = [by.call("quote", country="no-such", service="ds") for by in _customers(person, "quote")]
    _expect_same(context, "catalogues-agree", [(reply.operation, {"refusal": reply.refusal}) for reply in replies])


def _stable_facts(context: Context, reply: Reply) -> dict[str, Any]:
    """Return the facts of a response that do not change between two requests."""
    facts = {"refusal": reply.refusal, **reply.facts}
    if "offer" in facts and not context.has_app_factory:
        facts["offer"] = {name: value for name, value in facts["offer"].items() if name not in PROOF}
    return facts


def _expect_same(context: Context, rule: str, views: Iterable[tuple[str, Any]]) -> None:
    """Expect all views to agree in the facts that they share. A view is an operation name and its facts."""
    for (_, one), (operation, two) in combinations(views, 2):
        for name, wanted, got in differences(one, two):
            context.breach(rule, operation, f"The responses differ in {name}.", expected=wanted, got=got)
