"""Checks for a server in an unknown state: reading its lists, one cheap order with a refund, and refused orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract.reader import get
from mockserver.verify.assertions import alike
from mockserver.verify.customer import OrderArguments
from mockserver.verify.session import BUYING, offered

if TYPE_CHECKING:
    from mockserver.contract.reader import Facts
    from mockserver.verify.customer import Customer
    from mockserver.verify.session import Session

ORDERING = (*BUYING, "another", "refund")
"""The operations that a document must have, so that an order can be placed and refunded through it."""

COUNTRIES = 3
OFFERS = 3
"""How many of the cheapest offers are compared in each country, and in how many countries."""
NO_SUCH = "9999999999999999999"
"""An order id that does not exist."""


def look_around(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Check the account, its orders and the catalogue. Return a few offers in stock, the cheapest first.

    An offer is the code of a country, the code of a service, and a carrier.
    """
    person = next(iter(session.people.values()))
    session.agree(person)
    for by in person.by.values():
        if by.knows("look"):
            reply = by.call("look", order=NO_SUCH)
            unknown = reply.refusal or not reply.facts.get("order")
            session.context.expect("order-unknown", unknown, reply.operation, expected="ORDER_NOT_FOUND")
    if not person.knows("countries", "services", "quote"):
        session.context.skip("the catalogue", "no document has the operations for it")
        return ()
    listing, offers = person.to("services"), []
    for country in person.to("countries").call("countries").all("countries")[:COUNTRIES]:
        code = str(country["code"])
        listed = listing.call("services", country=code).all("offers")
        rows = [row for row in listed if row.get("stock", 1) and get(row, "service.code")]
        for row in sorted(rows, key=lambda row: row.get("price", 0))[:OFFERS]:
            _compare(session, person.to("quote"), code, row)
            offers.append((row.get("price", 0), (code, str(get(row, "service.code")), "any")))
    return tuple(offer for _, offer in sorted(offers))


def order_once(session: Session, via: str, offers: tuple[tuple[str, str, str], ...]) -> None:
    """Order the cheapest offer at exactly its price, and refund it unless its SMS has arrived."""
    person = next(iter(session.people.values()))
    if not offers:
        session.context.skip("an order", "nothing is in stock")
        return
    quoted = session.quote(person.by[via], *offers[0])
    if quoted.refusal:
        return
    order_arguments = OrderArguments(*offers[0]).on(offered(quoted))
    order = session.buy(person, via, order_arguments)
    if order is None:
        return
    shown = session.look(person, via, order.number)
    if shown and shown.received:
        return
    session.another(person, via, order.number)
    if session.refund(person, via, order.number):
        session.refund(person, via, order.number)
        session.another(person, via, order.number)


def order_in_vain(session: Session, via: str, offers: tuple[tuple[str, str, str], ...]) -> None:
    """Order the cheapest offer with a maximum of one cent below its price, and with an invalid m and n."""
    person = next(iter(session.people.values()))
    if not offers:
        return
    order_arguments = OrderArguments(*offers[0]).on(offered(session.quote(person.by[via], *offers[0])))
    if order_arguments.maximum and person.by[via].knows("order.maximum"):
        session.buy(person, via, order_arguments._replace(maximum=order_arguments.maximum - 1))
    if person.by[via].knows("order.m", "order.n"):
        session.buy(person, via, order_arguments._replace(m="no", n="quote"), genuine=False)


def _compare(session: Session, by: Customer, country: str, row: Facts) -> None:
    quoted = session.quote(by, country, str(get(row, "service.code")))
    wanted = {name: row[name] for name in ("price", "service") if name in row}
    holds = not quoted.refusal and alike(wanted, offered(quoted))
    session.context.expect("offers-agree", holds, by.name("quote"), expected=wanted, got=offered(quoted))
