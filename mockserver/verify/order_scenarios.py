"""Scenes of orders, from the quote to the end of the last refund; see `scenes`."""

from __future__ import annotations

from operator import eq, ge, le
from typing import TYPE_CHECKING, Any

from mockserver.traffic.calls import EXPIRED, REFUNDED, RUNNING, WAITING
from mockserver.verify import order_oracle
from mockserver.verify.customer import OrderArguments
from mockserver.verify.session import offered
from mockserver.verify.worlds import DEARER, DISCORD, GONE, GOOGLE, HOUR, MINUTE, SECOND, TELEGRAM, WHATSAPP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mockserver.verify.customer import Person
    from mockserver.verify.order_oracle import ExpectedOrder
    from mockserver.verify.session import Life


def an_order_that_receives_its_sms(life: Life, via: str) -> None:
    """Quote, order, poll, another SMS, expiry; and at every step what must be refused."""
    ann = life.person("ann")
    order = life.buy(ann, via, DISCORD.on(offered(life.quote(ann.by[via], "12", "ds"))))
    if order is None:
        return
    life.another(ann, via, order.number)
    life.wait(6 * SECOND)
    order = _expect_messages(life, ann, via, order, 1)
    life.refund(ann, via, order.number)
    life.another(ann, via, order.number)
    life.another(ann, via, order.number)
    life.refund(ann, via, order.number)
    life.wait(6 * SECOND)
    order = _expect_messages(life, ann, via, order, 2)
    life.wait(life.terms.lifetime - 12 * SECOND)
    life.agree(ann)
    life.wait(12 * SECOND)
    life.agree(ann)
    life.another(ann, via, order.number)
    life.refund(ann, via, order.number)


def two_messages_for_one_order(life: Life, via: str) -> None:
    """Both stay, and the latest is shown."""
    ann = life.person("ann")
    order = life.buy(ann, via, GOOGLE)
    if order is None:
        return
    life.wait(6 * SECOND)
    order = _expect_messages(life, ann, via, order, 1)
    life.wait(40 * SECOND)
    _expect_messages(life, ann, via, order, 2)


def an_order_that_is_returned(life: Life, via: str) -> None:
    """Its money comes back once."""
    ann = life.person("ann")
    order = life.buy(ann, via, TELEGRAM)
    if order is None:
        return
    life.refund(ann, via, order.number)
    life.refund(ann, via, order.number)
    life.another(ann, via, order.number)
    life.wait(30 * MINUTE)
    life.refund(ann, via, order.number)
    life.look(ann, via, order.number)


def an_order_that_is_returned_too_early(life: Life, via: str) -> None:
    """The SMS that was under way does not arrive any more."""
    ann = life.person("ann")
    for wish in (DISCORD, GOOGLE):
        order = life.buy(ann, via, wish)
        if order:
            life.refund(ann, via, order.number)
            life.wait(6 * SECOND)
            life.look(ann, via, order.number)
            life.agree(ann)


def an_order_that_expires(life: Life, via: str) -> None:
    """It receives nothing more, and can still be returned for a time."""
    ann = life.person("ann")
    returned, late, forgotten = (life.buy(ann, via, WHATSAPP) for _ in range(3))
    life.wait(life.terms.lifetime - SECOND)
    life.agree(ann)
    life.wait(2 * SECOND)
    life.agree(ann)
    life.wait(15 * MINUTE)
    life.agree(ann)
    for order in filter(None, [returned]):
        life.another(ann, via, order.number)
        life.refund(ann, via, order.number)
        life.refund(ann, via, order.number)
    life.wait(life.terms.refund_window - HOUR)
    for order in filter(None, [late]):
        life.refund(ann, via, order.number)
    life.wait(HOUR)
    for order in filter(None, [forgotten]):
        life.refund(ann, via, order.number)


def a_maximum_price(life: Life, via: str) -> None:
    """A cent below the price is too little, the price itself is enough."""
    for user in ("ann", "bob"):
        person = life.person(user)
        by = person.by[via]
        offer, account = offered(life.quote(by, "12", "ds")), by.call("balance").facts.get("account", {})
        price = order_oracle.own_price(offer.get("price"), account, life.terms)
        if price is None:
            continue
        life.buy(person, via, DISCORD._replace(maximum=price - 1))
        life.buy(person, via, DISCORD._replace(maximum=price))


def a_quote_that_goes_stale(life: Life, via: str) -> None:
    """What proves a price proves no other, and none of another offer."""
    ann = life.person("ann")
    quoted, other = (offered(life.quote(ann.by[via], "12", service)) for service in ("ds", "go"))
    if not {"m", "n", "price"} <= quoted.keys() & other.keys():
        return
    life.buy(ann, via, DISCORD._replace(m=other["m"], n=other["n"]), genuine=False)
    life.buy(ann, via, DISCORD._replace(m="no", n="quote"), genuine=False)
    life.buy(ann, via, DISCORD._replace(m=quoted["n"], n=quoted["m"]), genuine=False)
    life.wait(DEARER)
    stale = offered(life.quote(ann.by[via], "12", "ds")).get("price") != quoted["price"]
    life.buy(ann, via, DISCORD._replace(m=quoted["m"], n=quoted["n"]), genuine=not stale)
    fresh = offered(life.quote(ann.by[via], "12", "ds", "tmobile"))
    life.buy(ann, via, DISCORD._replace(carrier="tmobile").on(fresh), genuine=True)


def a_shelf_that_is_emptied(life: Life, via: str) -> None:
    """The stock falls to nothing; then another carrier serves, if it may and is not too dear."""
    ann = life.person("ann")
    here = DISCORD._replace(carrier="tmobile")
    life.buy(ann, via, here)
    life.buy(ann, via, here)
    if ann.by[via].knows("order.failover"):
        life.buy(ann, via, here._replace(failover=False))
    life.buy(ann, via, here._replace(maximum=20))
    life.buy(ann, via, here._replace(maximum=21))
    life.buy(ann, via, here)
    life.buy(ann, via, here)
    life.buy(ann, via, DISCORD)
    life.buy(ann, via, GONE)
    life.wait(41 * MINUTE)
    again = life.quote(ann.by[via], "12", "ds", "tmobile")
    restocked = not again.refusal and offered(again).get("stock", 1) == 1
    life.context.expect("restocked", restocked, again.operation)
    life.buy(ann, via, here)


def what_is_not_in_the_catalogue(life: Life, via: str) -> None:
    """Nothing of it is quoted, listed or sold."""
    ann = life.person("ann")
    unknown = {"UNKNOWN_COUNTRY": ("no-such", "ds", "any"), "UNKNOWN_SERVICE": ("12", "no-such", "any")}
    if ann.by[via].knows("quote.carrier", "order.carrier"):
        unknown["UNKNOWN_CARRIER"] = ("12", "ds", "no-such")
    for refusal, (country, service, carrier) in unknown.items():
        quoted = life.quote(ann.by[via], country, service, carrier)
        life.context.expect("unknown-not-offered", quoted.refusal, quoted.operation, expected=refusal)
        life.context.expect(
            "refusal-says-why", quoted.refusal in ("", refusal), quoted.operation, expected=refusal, got=quoted.refusal
        )
        life.buy(ann, via, OrderArguments(country, service, carrier))
    if ann.knows("services"):
        listed = ann.to("services", via).call("services", country="no-such")
        life.context.expect("unknown-not-offered", listed.refusal, listed.operation, expected="UNKNOWN_COUNTRY")


def too_little_money(life: Life, via: str) -> None:
    """What costs more than the balance is not sold, and what costs less is."""
    pia = life.person("pia")
    life.buy(pia, via, TELEGRAM)
    life.buy(pia, via, DISCORD)
    life.buy(pia, via, DISCORD)


def a_discount(life: Life, via: str) -> None:
    """It is taken off once, and paid back as it was."""
    bob = life.person("bob")
    order = life.buy(bob, via, TELEGRAM)
    life.buy(bob, via, DISCORD._replace(carrier="verizon"))
    if order:
        life.refund(bob, via, order.number)


def the_inventory(life: Life, via: str) -> None:
    """Every running order, and of the expired ones as many as are asked for, newest first."""
    ann = life.person("ann")
    for _ in range(3):
        life.buy(ann, via, TELEGRAM)
        life.wait(MINUTE)
    life.wait(life.terms.lifetime)
    running = [life.buy(ann, via, TELEGRAM), life.buy(ann, via, DISCORD)]
    life.wait(6 * SECOND)
    numbers = {order.number for order in running if order}
    if not all(order.state and order.ordered for order in ann.orders.values()):
        return
    expired = sorted((o for o in ann.orders.values() if o.state == EXPIRED), key=lambda order: -(order.ordered or 0))
    for limit in (0, 1, 2, 25):
        reply = ann.by[via].call("inventory", expired=limit)
        shown = {str(order["id"]): order.get("state") for order in reply.all("orders") if "id" in order}
        old = [number for number, state in shown.items() if state not in RUNNING]
        wanted = [order.number for order in expired[:limit]]
        life.context.expect(
            "limit-holds", len(old) <= limit, reply.operation, expected=f"at most {limit}", got=len(old)
        )
        life.context.expect("limit-filled", old == wanted, reply.operation, expected=wanted, got=old)
        life.context.expect("running-listed", numbers <= shown.keys(), reply.operation, expected=numbers, got=[*shown])


FILTERS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "country": ("country.code", eq),
    "service": ("service.code", eq),
    "state": ("state", eq),
    "expires_from": ("expires_at", le),
    "expires_through": ("expires_at", ge),
}
"""What the list of orders can be asked for: which fact of an order it is about, and how the two compare."""


def filters(life: Life, via: str) -> None:
    """Each filter of the bulk list by itself, and two together."""
    ann = life.person("ann")
    for wish in (WHATSAPP, TELEGRAM):
        life.buy(ann, via, wish)
    life.wait(25 * MINUTE)
    returned = life.buy(ann, via, TELEGRAM)
    if returned:
        life.refund(ann, via, returned.number)
    for wish in (DISCORD, TELEGRAM):
        life.buy(ann, via, wish)
    life.wait(6 * SECOND)
    life.agree(ann)
    by, orders = ann.by[via], ann.orders.values()
    middle = max((order.expires or 0 for order in orders if order.state == EXPIRED), default=0)
    wanted: Sequence[dict[str, Any]] = (
        {"country": "12"},
        {"service": "tg"},
        *({"state": state} for state in (WAITING, EXPIRED, REFUNDED)),
        {"expires_through": middle},
        {"expires_from": middle + SECOND},
        {"service": "tg", "state": WAITING},
    )
    for asked in wanted:
        about = [FILTERS[name][0] for name in asked]
        if not by.knows(*(f"orders.{name}" for name in asked)) or not all(order.states(*about) for order in orders):
            continue
        reply = by.call("orders", **asked)
        got = {str(order["id"]) for order in reply.all("orders") if "id" in order}
        fitting = {order.number for order in orders if _fits(order, asked)}
        detail = f"The filter is {', '.join(f'{name}={value}' for name, value in asked.items())}."
        life.context.expect("filter-holds", got <= fitting, reply.operation, detail, expected=fitting, got=got)
        life.context.expect("filter-lets-through", fitting <= got, reply.operation, detail, expected=fitting, got=got)


def _fits(order: ExpectedOrder, asked: Mapping[str, object]) -> bool:
    return all(FILTERS[name][1](value, order.get(FILTERS[name][0])) for name, value in asked.items())


def _expect_messages(life: Life, person: Person, via: str, order: ExpectedOrder, count: int) -> ExpectedOrder:
    shown = life.look(person, via, order.number)
    life.agree(person)
    got = None if shown is None or shown.messages is None else len(shown.messages)
    holds = got in (count, None) if shown else False
    life.context.expect("sms-arrives", holds, person.by[via].name("look"), expected=count, got=got)
    return shown or order
