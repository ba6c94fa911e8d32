"""Scenes of orders, from the quote to the end of the last refund; see `scenes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.suites import book, forecast
from contracts.suites.customers import Wish
from contracts.suites.worlds import DAY, DEARER, DISCORD, GONE, GOOGLE, HOUR, MINUTE, TELEGRAM, WHATSAPP
from contracts.traffic.orders import EXPIRED, REFUNDED, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.suites.book import Order
    from contracts.suites.life import Life, Person


def an_order_that_receives_its_sms(life: Life, via: str) -> None:
    """Quote, order, poll, another SMS, expiry; and at every step what must be refused."""
    ann = life.person("ann")
    quoted = life.quote(ann.by[via], "12", "ds").body
    order = life.buy(ann, via, DISCORD._replace(maximum=quoted["price"], m=quoted["m"], n=quoted["n"]))
    if order is None:
        return
    life.another(ann, via, order.number)
    life.wait(6)
    order = _expect_messages(life, ann, via, order, 1)
    life.refund(ann, via, order.number)
    life.another(ann, via, order.number)
    life.another(ann, via, order.number)
    life.refund(ann, via, order.number)
    life.wait(6)
    order = _expect_messages(life, ann, via, order, 2)
    life.wait(book.LIFETIME - 12)
    life.agree(ann)
    life.wait(12)
    life.agree(ann)
    life.another(ann, via, order.number)
    life.refund(ann, via, order.number)


def two_messages_for_one_order(life: Life, via: str) -> None:
    """Both stay, and the latest is shown."""
    ann = life.person("ann")
    order = life.buy(ann, via, GOOGLE)
    if order is None:
        return
    life.wait(6)
    order = _expect_messages(life, ann, via, order, 1)
    life.wait(40)
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
            life.wait(6)
            life.look(ann, via, order.number)
            life.agree(ann)


def an_order_that_expires(life: Life, via: str) -> None:
    """It receives nothing more, and can still be returned for a week."""
    ann = life.person("ann")
    returned, late, forgotten = (life.buy(ann, via, WHATSAPP) for _ in range(3))
    life.wait(book.LIFETIME - 1)
    life.agree(ann)
    life.wait(2)
    life.agree(ann)
    life.wait(15 * MINUTE)
    life.agree(ann)
    for order in filter(None, [returned]):
        life.another(ann, via, order.number)
        life.refund(ann, via, order.number)
        life.refund(ann, via, order.number)
    life.wait(7 * DAY - HOUR)
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
        price = forecast.own_price(life.quote(by, "12", "ds").body["price"], by.call("account").body, shown=life.shown)
        life.buy(person, via, DISCORD._replace(maximum=price - 1))
        life.buy(person, via, DISCORD._replace(maximum=price))


def a_quote_that_goes_stale(life: Life, via: str) -> None:
    """What proves a price proves no other, and none of another offer."""
    ann = life.person("ann")
    quoted = life.quote(ann.by[via], "12", "ds").body
    other = life.quote(ann.by[via], "12", "go").body
    life.buy(ann, via, DISCORD._replace(m=other["m"], n=other["n"]), genuine=False)
    life.buy(ann, via, DISCORD._replace(m="no", n="quote"), genuine=False)
    life.buy(ann, via, DISCORD._replace(m=quoted["n"], n=quoted["m"]), genuine=False)
    life.wait(DEARER)
    stale = life.quote(ann.by[via], "12", "ds").body["price"] != quoted["price"]
    life.buy(ann, via, DISCORD._replace(m=quoted["m"], n=quoted["n"]), genuine=not stale)
    fresh = life.quote(ann.by[via], "12", "ds", "tmobile").body
    life.buy(ann, via, Wish("12", "ds", "tmobile", fresh["price"], fresh["m"], fresh["n"]), genuine=True)


def a_shelf_that_is_emptied(life: Life, via: str) -> None:
    """The stock falls to nothing; then another carrier serves, if it may and is not too dear."""
    ann = life.person("ann")
    here = DISCORD._replace(carrier="tmobile")
    life.buy(ann, via, here)
    life.buy(ann, via, here)
    if via == "v3":
        life.buy(ann, via, here._replace(failover=False))
    life.buy(ann, via, here._replace(maximum=20))
    life.buy(ann, via, here._replace(maximum=21))
    life.buy(ann, via, here)
    life.buy(ann, via, here)
    life.buy(ann, via, DISCORD)
    life.buy(ann, via, GONE)
    life.wait(41 * MINUTE)
    again = life.quote(ann.by[via], "12", "ds", "tmobile")
    life.context.expect("restocked", not again.refusal and again.body["count"] == 1, again.operation)
    life.buy(ann, via, here)


def what_is_not_in_the_catalogue(life: Life, via: str) -> None:
    """Nothing of it is quoted, listed or sold."""
    ann = life.person("ann")
    unknown = {
        "UNKNOWN_COUNTRY": ("no-such", "ds", "any"),
        "UNKNOWN_SERVICE": ("12", "no-such", "any"),
        "UNKNOWN_CARRIER": ("12", "ds", "no-such"),
    }
    for refusal, (country, service, carrier) in unknown.items():
        quoted = life.quote(ann.by[via], country, service, carrier)
        life.context.expect("unknown-not-offered", quoted.refusal, quoted.operation, expected=refusal)
        life.context.expect(
            "refusal-says-why", quoted.refusal in ("", refusal), quoted.operation, expected=refusal, got=quoted.refusal
        )
        life.buy(ann, via, Wish(country, service, carrier))
    listed = ann.by[via].call("services", country="no-such", carrier="any")
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
        life.wait(60)
    life.wait(book.LIFETIME)
    running = [life.buy(ann, via, TELEGRAM), life.buy(ann, via, DISCORD)]
    life.wait(6)
    numbers = {order.number for order in running if order}
    expired = sorted((o for o in ann.orders.values() if o.status == EXPIRED), key=lambda o: -o.ordered)
    for limit in (0, 1, 2, 25):
        reply = ann.by[via].orders(limit)
        shown = [] if reply.refusal else [book.read(item) for item in reply.body]
        old = [order.number for order in shown if not order.running]
        wanted = [order.number for order in expired[:limit]]
        life.context.expect(
            "limit-holds", len(old) <= limit, reply.operation, expected=f"at most {limit}", got=len(old)
        )
        life.context.expect("limit-filled", old == wanted, reply.operation, expected=wanted, got=old)
        seen = {order.number for order in shown}
        life.context.expect("running-listed", numbers <= seen, reply.operation, expected=numbers, got=seen)


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
    life.wait(6)
    life.agree(ann)
    middle = max((order.expires for order in ann.orders.values() if order.status == EXPIRED), default=0)
    wanted: Sequence[tuple[dict[str, str], Callable[[Order], bool]]] = (
        ({"country": "12"}, lambda order: order.country == "12"),
        ({"service": "tg"}, lambda order: order.service == "tg"),
        ({"status": "waiting"}, lambda order: order.status == WAITING),
        ({"status": "expired"}, lambda order: order.status == EXPIRED),
        ({"status": "refunded"}, lambda order: order.status == REFUNDED),
        ({"expiresTo": book.written(middle)}, lambda order: order.expires <= middle),
        ({"expiresFrom": book.written(middle + 1)}, lambda order: order.expires > middle),
        ({"service": "tg", "status": "waiting"}, lambda o: o.service == "tg" and o.status == WAITING),
    )
    for query, fits in wanted:
        reply = ann.by[via].orders(**query)
        got = set() if reply.refusal else {item["orderId"] for item in reply.body}
        fitting = {number for number, order in ann.orders.items() if fits(order)}
        detail = f"The filter is {', '.join(f'{name}={value}' for name, value in query.items())}."
        life.context.expect("filter-holds", got <= fitting, reply.operation, detail, expected=fitting, got=got)
        life.context.expect("filter-lets-through", fitting <= got, reply.operation, detail, expected=fitting, got=got)


def _expect_messages(life: Life, person: Person, via: str, order: Order, count: int) -> Order:
    shown = life.look(person, via, order.number)
    life.agree(person)
    got = len(shown.messages) if shown else 0
    life.context.expect("sms-arrives", got == count, person.by[via].name("look"), expected=count, got=got)
    return shown or order
