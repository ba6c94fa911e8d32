"""What can be tried on a server that is as it is: looking around, and one cheap order that is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.suites.customers import Wish

if TYPE_CHECKING:
    from contracts.suites.life import Life

COUNTRIES = 3
OFFERS = 3
"""How many of the cheapest offers of how many countries are looked at."""
NO_SUCH = "9999999999999999999"
"""The number of an order that nobody has."""


def look_around(life: Life) -> tuple[tuple[str, str, str], ...]:
    """Look at account, orders and catalogue. Returns a few offers that are in stock, the cheapest first."""
    person = next(iter(life.people.values()))
    life.agree(person)
    for by in person.by.values():
        reply = by.look(NO_SUCH)
        life.context.expect(
            "order-unknown", reply.refusal or not reply.body, reply.operation, expected="ORDER_NOT_FOUND"
        )
    offers: list[tuple[int, tuple[str, str, str]]] = []
    for country in (person.any.call("countries").body or [])[:COUNTRIES]:
        rows = person.any.call("services", country=country["cShort"], carrier="any").body or []
        cheapest = sorted((row for row in rows if row["count"]), key=lambda row: row["price"])[:OFFERS]
        for row in cheapest:
            _compare(life, person.any, country["cShort"], row)
            offers.append((row["price"], (country["cShort"], row["sShort"], "any")))
    return tuple(offer for _, offer in sorted(offers))


def order_once(life: Life, via: str, offers: tuple[tuple[str, str, str], ...]) -> None:
    """Order the cheapest number for exactly its price, and return it unless its SMS has come."""
    person = next(iter(life.people.values()))
    if not offers:
        life.context.skip("an order", "nothing is in stock")
        return
    quoted = life.quote(person.by[via], *offers[0])
    if quoted.refusal:
        return
    price = quoted.body["price"]
    wish = Wish(*offers[0], maximum=price, m=quoted.body["m"], n=quoted.body["n"])
    order = life.buy(person, via, wish)
    if order is None:
        return
    shown = life.look(person, via, order.number)
    if shown and shown.messages:
        return
    life.another(person, via, order.number)
    if life.refund(person, via, order.number):
        life.refund(person, via, order.number)
        life.another(person, via, order.number)


def _compare(life: Life, by: Any, country: str, row: dict[str, Any]) -> None:
    quoted = life.quote(by, country, row["sShort"]).body
    got = (quoted["price"], quoted["service"]) if quoted else None
    wanted = (row["price"], row["service"])
    life.context.expect("offers-agree", got == wanted, by.name("quote"), expected=wanted, got=got)
