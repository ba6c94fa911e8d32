"""Workflows of orders: quotes, stock, prices, SMS, expiry, refunds and lists."""

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
    from mockserver.verify.session import Session


def an_order_that_receives_its_sms(session: Session, via: str) -> None:
    """An order from quote to expiry, with another SMS, and the requests that must be refused at each step."""
    ann = session.person("ann")
    order = session.buy(ann, via, DISCORD.on(offered(session.quote(ann.by[via], "12", "ds"))))
    if order is None:
        return
    session.another(ann, via, order.number)
    session.wait(6 * SECOND)
    order = _expect_messages(session, ann, via, order, 1)
    session.refund(ann, via, order.number)
    session.another(ann, via, order.number)
    session.another(ann, via, order.number)
    session.refund(ann, via, order.number)
    session.wait(6 * SECOND)
    order = _expect_messages(session, ann, via, order, 2)
    session.wait(session.terms.lifetime - 12 * SECOND)
    session.agree(ann)
    session.wait(12 * SECOND)
    session.agree(ann)
    session.another(ann, via, order.number)
    session.refund(ann, via, order.number)


def two_messages_for_one_order(session: Session, via: str) -> None:
    """An order keeps both messages, and shows the latest."""
    ann = session.person("ann")
    order = session.buy(ann, via, GOOGLE)
    if order is None:
        return
    session.wait(6 * SECOND)
    order = _expect_messages(session, ann, via, order, 1)
    session.wait(40 * SECOND)
    _expect_messages(session, ann, via, order, 2)


def an_order_that_is_returned(session: Session, via: str) -> None:
    """An order is refunded once."""
    ann = session.person("ann")
    order = session.buy(ann, via, TELEGRAM)
    if order is None:
        return
    session.refund(ann, via, order.number)
    session.refund(ann, via, order.number)
    session.another(ann, via, order.number)
    session.wait(30 * MINUTE)
    session.refund(ann, via, order.number)
    session.look(ann, via, order.number)


def an_order_that_is_returned_too_early(session: Session, via: str) -> None:
    """An SMS that was due does not arrive after a refund."""
    ann = session.person("ann")
    for order_arguments in (DISCORD, GOOGLE):
        order = session.buy(ann, via, order_arguments)
        if order:
            session.refund(ann, via, order.number)
            session.wait(6 * SECOND)
            session.look(ann, via, order.number)
            session.agree(ann)


def an_order_that_expires(session: Session, via: str) -> None:
    """An expired order receives no SMS, and can be refunded within the refund window."""
    ann = session.person("ann")
    returned, late, forgotten = (session.buy(ann, via, WHATSAPP) for _ in range(3))
    session.wait(session.terms.lifetime - SECOND)
    session.agree(ann)
    session.wait(2 * SECOND)
    session.agree(ann)
    session.wait(15 * MINUTE)
    session.agree(ann)
    for order in filter(None, [returned]):
        session.another(ann, via, order.number)
        session.refund(ann, via, order.number)
        session.refund(ann, via, order.number)
    session.wait(session.terms.refund_window - HOUR)
    for order in filter(None, [late]):
        session.refund(ann, via, order.number)
    session.wait(HOUR)
    for order in filter(None, [forgotten]):
        session.refund(ann, via, order.number)


def a_maximum_price(session: Session, via: str) -> None:
    """A maximum of a cent below the price is too low; the price itself is high enough."""
    for user in ("ann", "bob"):
        person = session.person(user)
        by = person.by[via]
        offer, account = offered(session.quote(by, "12", "ds")), by.call("balance").facts.get("account", {})
        price = order_oracle.own_price(offer.get("price"), account, session.terms)
        if price is None:
            continue
        session.buy(person, via, DISCORD._replace(maximum=price - 1))
        session.buy(person, via, DISCORD._replace(maximum=price))


def a_quote_that_goes_stale(session: Session, via: str) -> None:
    """The m and n of a quote are valid only for its price and its offer."""
    ann = session.person("ann")
    quoted, other = (offered(session.quote(ann.by[via], "12", service)) for service in ("ds", "go"))
    if not {"m", "n", "price"} <= quoted.keys() & other.keys():
        return
    session.buy(ann, via, DISCORD._replace(m=other["m"], n=other["n"]), genuine=False)
    session.buy(ann, via, DISCORD._replace(m="no", n="quote"), genuine=False)
    session.buy(ann, via, DISCORD._replace(m=quoted["n"], n=quoted["m"]), genuine=False)
    session.wait(DEARER)
    stale = offered(session.quote(ann.by[via], "12", "ds")).get("price") != quoted["price"]
    session.buy(ann, via, DISCORD._replace(m=quoted["m"], n=quoted["n"]), genuine=not stale)
    fresh = offered(session.quote(ann.by[via], "12", "ds", "tmobile"))
    session.buy(ann, via, DISCORD._replace(carrier="tmobile").on(fresh), genuine=True)


def a_stock_that_is_emptied(session: Session, via: str) -> None:
    """The stock falls to zero. Then another carrier serves, if failover is on and its price is within the maximum."""
    ann = session.person("ann")
    here = DISCORD._replace(carrier="tmobile")
    session.buy(ann, via, here)
    session.buy(ann, via, here)
    if ann.by[via].knows("order.failover"):
        session.buy(ann, via, here._replace(failover=False))
    session.buy(ann, via, here._replace(maximum=20))
    session.buy(ann, via, here._replace(maximum=21))
    session.buy(ann, via, here)
    session.buy(ann, via, here)
    session.buy(ann, via, DISCORD)
    session.buy(ann, via, GONE)
    session.wait(41 * MINUTE)
    again = session.quote(ann.by[via], "12", "ds", "tmobile")
    restocked = not again.refusal and offered(again).get("stock", 1) == 1
    session.context.expect("restocked", restocked, again.operation)
    session.buy(ann, via, here)


def what_is_not_in_the_catalogue(session: Session, via: str) -> None:
    """Unknown countries, services and carriers are not quoted, listed or sold."""
    ann = session.person("ann")
    unknown = {"UNKNOWN_COUNTRY": ("no-such", "ds", "any"), "UNKNOWN_SERVICE": ("12", "no-such", "any")}
    if ann.by[via].knows("quote.carrier", "order.carrier"):
        unknown["UNKNOWN_CARRIER"] = ("12", "ds", "no-such")
    for refusal, (country, service, carrier) in unknown.items():
        quoted = session.quote(ann.by[via], country, service, carrier)
        session.context.expect("unknown-not-offered", quoted.refusal, quoted.operation, expected=refusal)
        session.context.expect(
            "refusal-says-why", quoted.refusal in ("", refusal), quoted.operation, expected=refusal, got=quoted.refusal
        )
        session.buy(ann, via, OrderArguments(country, service, carrier))
    if ann.knows("services"):
        listed = ann.to("services", via).call("services", country="no-such")
        session.context.expect("unknown-not-offered", listed.refusal, listed.operation, expected="UNKNOWN_COUNTRY")


def too_little_money(session: Session, via: str) -> None:
    """An order above the balance is refused; one within the balance is granted."""
    pia = session.person("pia")
    session.buy(pia, via, TELEGRAM)
    session.buy(pia, via, DISCORD)
    session.buy(pia, via, DISCORD)


def a_discount(session: Session, via: str) -> None:
    """A discount is applied once, and the refund is the discounted price."""
    bob = session.person("bob")
    order = session.buy(bob, via, TELEGRAM)
    session.buy(bob, via, DISCORD._replace(carrier="verizon"))
    if order:
        session.refund(bob, via, order.number)


def the_inventory(session: Session, via: str) -> None:
    """The inventory lists every running order, and the requested number of expired ones, the newest first."""
    ann = session.person("ann")
    for _ in range(3):
        session.buy(ann, via, TELEGRAM)
        session.wait(MINUTE)
    session.wait(session.terms.lifetime)
    running = [session.buy(ann, via, TELEGRAM), session.buy(ann, via, DISCORD)]
    session.wait(6 * SECOND)
    numbers = {order.number for order in running if order}
    if not all(order.state and order.ordered for order in ann.orders.values()):
        return
    expired = sorted((o for o in ann.orders.values() if o.state == EXPIRED), key=lambda order: -(order.ordered or 0))
    for limit in (0, 1, 2, 25):
        reply = ann.by[via].call("inventory", expired=limit)
        shown = {str(order["id"]): order.get("state") for order in reply.all("orders") if "id" in order}
        old = [number for number, state in shown.items() if state not in RUNNING]
        wanted = [order.number for order in expired[:limit]]
        session.context.expect(
            "limit-holds", len(old) <= limit, reply.operation, expected=f"at most {limit}", got=len(old)
        )
        session.context.expect("limit-filled", old == wanted, reply.operation, expected=wanted, got=old)
        session.context.expect(
            "running-listed", numbers <= shown.keys(), reply.operation, expected=numbers, got=[*shown]
        )


FILTERS: Mapping[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "country": ("country.code", eq),
    "service": ("service.code", eq),
    "state": ("state", eq),
    "expires_from": ("expires_at", le),
    "expires_through": ("expires_at", ge),
}
"""The filters of the list of orders: the fact that each compares, and the comparison."""


def filters(session: Session, via: str) -> None:
    """Each filter of the list of orders by itself, and two combined."""
    ann = session.person("ann")
    for order_arguments in (WHATSAPP, TELEGRAM):
        session.buy(ann, via, order_arguments)
    session.wait(25 * MINUTE)
    returned = session.buy(ann, via, TELEGRAM)
    if returned:
        session.refund(ann, via, returned.number)
    for order_arguments in (DISCORD, TELEGRAM):
        session.buy(ann, via, order_arguments)
    session.wait(6 * SECOND)
    session.agree(ann)
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
        matching = {order.number for order in orders if _matches(order, asked)}
        detail = f"The filter is {', '.join(f'{name}={value}' for name, value in asked.items())}."
        session.context.expect("filter-holds", got <= matching, reply.operation, detail, expected=matching, got=got)
        session.context.expect(
            "filter-lets-through", matching <= got, reply.operation, detail, expected=matching, got=got
        )


def _matches(order: ExpectedOrder, asked: Mapping[str, object]) -> bool:
    return all(FILTERS[name][1](value, order.get(FILTERS[name][0])) for name, value in asked.items())


def _expect_messages(session: Session, person: Person, via: str, order: ExpectedOrder, count: int) -> ExpectedOrder:
    shown = session.look(person, via, order.number)
    session.agree(person)
    got = None if shown is None or shown.messages is None else len(shown.messages)
    holds = got in (count, None) if shown else False
    session.context.expect("sms-arrives", holds, person.by[via].name("look"), expected=count, got=got)
    return shown or order
