"""The suite `equivalence`: the same facts, read through V2 and V3, are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.suites.customers import UnusableError, Wish
from contracts.suites.life import Life
from contracts.suites.worlds import world

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contracts.suites.context import Context
    from contracts.suites.life import Person

Json = dict[str, Any]

ACCOUNT = ("userId", "balance", "totalCharges", "currentDiscountRate", "discountRates")
PROOF = ("m", "n")
"""What a server may draw anew for each quote."""
OFFERS = 3
"""How many offers of how many countries are compared where the catalogue is not ours."""


def run(context: Context) -> None:
    """Compare everything that both generations show."""
    if set(context.documents) != {"v2", "v3"}:
        context.skip("everything", "only one generation has a URL")
    elif context.staged:
        for user in ("ann", "bob"):
            _live_and_compare(context, user)
    elif not context.accounts:
        context.skip("everything", "no credentials are given")
    else:
        life = Life(context, context.accounts[:1])
        _compare(context, life.person(context.accounts[0].user), _sample(life))


def _live_and_compare(context: Context, user: str) -> None:
    market = world("market")
    context.begin(market.scenario, market.accounts)
    life = Life(context, [market.account(user)])
    person = life.person(user)
    offers = [(country, service) for country in ("12", "95") for service in ("ds", "go", "wa", "tg", "ig")]
    _compare(context, person, offers)
    bought = [
        life.buy(person, via, wish)
        for via, wish in (
            ("v3", Wish("12", "ds")),
            ("v2", Wish("12", "go")),
            ("v3", Wish("95", "wa")),
            ("v2", Wish("95", "tg")),
        )
    ]
    _compare(context, person, offers)
    life.wait(6)
    for via, order in zip(("v2", "v3", "v2"), filter(None, bought), strict=False):
        life.another(person, via, order.number)
    if bought[-1]:
        life.refund(person, "v3", bought[-1].number)
    life.pay(person, "v2", "invoice", 700)
    life.wait(70)
    _compare(context, person, offers)
    life.wait(25 * 60)
    _compare(context, person, offers)


def _sample(life: Life) -> list[tuple[str, str]]:
    """Take a few offers of a catalogue that is not ours."""
    by = next(iter(life.people.values())).by["v3"]
    offers = []
    for country in (by.call("countries").body or [])[:OFFERS]:
        code = country["cShort"]
        rows = by.call("services", country=code, carrier="any").body or []
        offers += [(code, row["sShort"]) for row in rows[:OFFERS]]
    return offers


def _compare(context: Context, person: Person, offers: Iterable[tuple[str, str]]) -> None:
    for comparison in (_accounts, _orders):
        context.case()
        _attempt(comparison, context, person)
    context.case()
    _attempt(lambda context, person: _catalogues(context, person, offers), context, person)


def _attempt(comparison: Any, context: Context, person: Person) -> None:
    try:
        comparison(context, person)
    except UnusableError:
        context.skip("a comparison", "an answer broke the contract")


def _accounts(context: Context, person: Person) -> None:
    new, old = (person.by[name].call("account").body or {} for name in ("v3", "v2"))
    for name in ACCOUNT:
        _expect_same(context, "accounts-agree", "v2.getBalance", name, new.get(name), old.get(name))


def _orders(context: Context, person: Person) -> None:
    new = {item["orderId"]: item for item in person.by["v3"].orders().body or []}
    old = {item["orderId"]: item for item in person.by["v2"].orders().body or []}
    missing = sorted(new.keys() - old.keys())
    context.expect("orders-agree", not missing, "v2.getBulkPhoneStatus", "Some are not listed.", got=missing)
    for number in [*old][:25]:
        one, two = person.by["v3"].look(number), person.by["v2"].look(number)
        shown = [one.body, two.body, old[number], *([new[number]] if number in new else [])]
        names = ["v3.getOrder", "v2.getPhoneStatus", "v2.getBulkPhoneStatus", "v3.getInventory"]
        for name, item in zip(names, shown, strict=False):
            _expect_same_fields(context, "orders-agree", name, one.body or {}, item or {})


def _catalogues(context: Context, person: Person, offers: Iterable[tuple[str, str]]) -> None:
    new, old = person.by["v3"], person.by["v2"]
    one, two = new.call("countries"), old.call("countries")
    _expect_same(context, "catalogues-agree", two.operation, "countries", one.body, two.body)
    pairs = list(offers)
    for country in dict.fromkeys(country for country, _ in pairs):
        one, two = (by.call("services", country=country, carrier="any") for by in (new, old))
        _expect_same(context, "catalogues-agree", two.operation, "services", one.body, two.body)
    for country, service in pairs:
        one, two = (by.call("quote", country=country, service=service, carrier="any") for by in (new, old))
        drawn = () if context.staged else PROOF
        fields = [{name: value for name, value in (r.body or {}).items() if name not in drawn} for r in (one, two)]
        _expect_same_fields(context, "catalogues-agree", two.operation, fields[0], fields[1])
    one, two = (by.call("quote", country="no-such", service="ds", carrier="any") for by in (new, old))
    _expect_same(context, "catalogues-agree", two.operation, "refusal", one.refusal, two.refusal)


def _expect_same_fields(
    context: Context, rule: str, operation: str, one: Mapping[str, Any], two: Mapping[str, Any]
) -> None:
    for name in dict.fromkeys((*one, *two)):
        _expect_same(context, rule, operation, name, one.get(name), two.get(name))


def _expect_same(context: Context, rule: str, operation: str, name: str, one: object, two: object) -> None:
    context.expect(rule, one == two, operation, f"They differ in {name}.", expected=one, got=two)
