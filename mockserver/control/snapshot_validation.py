"""Whether what a world is said to remember makes sense: all that is spoken of is there, and in its bounds."""

from collections.abc import Iterator
from typing import Any

from mockserver.domain.catalogue import ANY_CARRIER, Catalogue, Shelf
from mockserver.domain.clock import LAST
from mockserver.domain.customer import TIERS
from mockserver.domain.schedule import (
    Happening,
    NumbersReturn,
    OrderEnds,
    PaymentSettles,
    PriceChanges,
    SmsDue,
    StockChanges,
)
from mockserver.domain.world import Memory
from mockserver.simulation.worlds import Origin

LARGEST = 2**53 - 1
"""No number here is larger: it is the largest that every reader of JSON has."""


def nonsense(memory: Memory, origin: Origin, catalogue: Catalogue, numbers: tuple[int, ...]) -> Iterator[str]:
    """Every contradiction in a memory, in words; `numbers` are those of its clock."""
    yield from _numbers((memory, origin.seed, numbers), "$")
    yield from _people(memory)
    yield from _trade(memory, origin, catalogue)
    yield from _future(memory, catalogue)


_Trail = tuple[Any, str]
"""Where a part is: the trail of what holds it (None for the whole), and how it is called in that."""


def _numbers(data: Any, where: str) -> Iterator[str]:
    """No number is negative but a ledger's cents, and none is too large."""
    rest: list[tuple[Any, _Trail]] = [(data, (None, where))]
    while rest:
        part, trail = rest.pop()
        if type(part) is int:
            if not -LARGEST <= part <= min(LARGEST, LAST):
                yield f"{_place(trail)} is out of bounds"
            elif part < 0 and trail[1] != ".cents":
                yield f"{_place(trail)} is negative"
        else:
            rest += [(each, (trail, name)) for name, each in _parts(part) if not isinstance(each, str)]


def _parts(whole: Any) -> Iterator[tuple[str, Any]]:
    """What a whole holds, if it holds anything, and how each part is called in it."""
    if isinstance(whole, tuple) and hasattr(whole, "_fields"):
        return ((f".{name}", part) for name, part in zip(whole._fields, whole, strict=True))
    if isinstance(whole, list | tuple | frozenset):
        return ((f"[{index}]", part) for index, part in enumerate(whole))
    return ((f".{name}", part) for name, part in whole.items()) if isinstance(whole, dict) else iter(())


def _place(trail: _Trail) -> str:
    above, name = trail
    return name if above is None else f"{_place(above)}{name}"


def _people(memory: Memory) -> Iterator[str]:
    users = {customer.id for customer in memory.customers}
    labels = {tier.label for tier in TIERS}
    for customer in memory.customers:
        if customer.granted_tier is not None and customer.granted_tier not in labels:
            yield f"the customer {customer.id} has a tier that there is not: {customer.granted_tier}"
    owners = [
        *(("order", order.id, order.customer) for order in memory.orders),
        *(("payment", payment.id, payment.customer) for payment in memory.payments),
        *(("coupon", coupon.code, coupon.customer) for coupon in memory.coupons),
        *(("entry for", entry.reference, entry.customer) for entry in memory.entries),
        *(("key of", user, user) for owned in memory.keys.values() for user in owned),
    ]
    for what, name, user in owners:
        if user not in users:
            yield f"the {what} {name} belongs to {user}, who has no account"


def _trade(memory: Memory, origin: Origin, catalogue: Catalogue) -> Iterator[str]:
    rules = len(origin.data.get("orders", ()))
    for order in memory.orders:
        country = catalogue.countries.get(order.country)
        carriers = {ANY_CARRIER, *(carrier.name for carrier in country.carriers)} if country else set()
        if order.carrier not in carriers or order.service not in catalogue.services:
            yield f"the order {order.id} is for what is not in the catalogue"
        if order.rule is not None and order.rule >= rules:
            yield f"the order {order.id} comes under rule {order.rule}, and the scenario has {rules}"
    for shelf in (*memory.prices, *memory.stock):
        if not _is_shelf(shelf, catalogue):
            yield f"{'/'.join(shelf)} is no shelf of the catalogue"
    for customer in memory.customers:
        for country_code, service in customer.favourites:
            if country_code not in catalogue.countries or service not in catalogue.services:
                yield f"a favourite of {customer.id} is not in the catalogue: {country_code}/{service}"


def _future(memory: Memory, catalogue: Catalogue) -> Iterator[str]:
    orders, payments = {order.id for order in memory.orders}, {payment.id for payment in memory.payments}
    for order_id in memory.awaited:
        if order_id not in orders:
            yield f"an SMS is awaited for the order {order_id}, which there is not"
    for _, happening in memory.planned:
        yield from _unfit(happening, orders, payments, catalogue)


def _unfit(happening: Happening, orders: set[str], payments: set[str], catalogue: Catalogue) -> Iterator[str]:
    match happening:
        case SmsDue() | OrderEnds():
            if happening.order not in orders:
                yield f"something is planned for the order {happening.order}, which there is not"
        case PaymentSettles():
            if happening.payment not in payments:
                yield f"something is planned for the payment {happening.payment}, which there is not"
        case PriceChanges() | StockChanges():
            if not happening.shelves or not all(_is_shelf(shelf, catalogue) for shelf in happening.shelves):
                yield "a change is planned for what is not in the catalogue"
        case NumbersReturn():
            if not _is_shelf(happening.shelf, catalogue):
                yield "numbers come back to what is no shelf of the catalogue"


def _is_shelf(shelf: Shelf, catalogue: Catalogue) -> bool:
    country = catalogue.countries.get(shelf.country)
    named = country is not None and any(carrier.name == shelf.carrier for carrier in country.carriers)
    return named and (shelf.country, shelf.service) in catalogue.offers
