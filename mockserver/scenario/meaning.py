"""What the schema of scenarios cannot say: dates that exist, codes of the catalogue, ids that are given once."""

from collections.abc import Iterator
from typing import Any

from contracts.spec import did_you_mean
from contracts.spec.pointer import join
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.refusal import Refusal
from mockserver.scenario.units import instant

Misfit = tuple[str, str]
"""The JSON pointer of a value, and what is wrong with it."""

_INSTANTS = frozenset({"start", "issuedAt", "expiredAt", "orderedAt", "expiresAt", "created", "expires"})


def misfits(data: dict[str, Any], catalogue: Catalogue) -> Iterator[Misfit]:
    """Everything in a scenario, valid by its schema, that makes no sense."""
    yield from _impossible_dates(data, ())
    yield from _unknown_codes(data, catalogue, ())
    yield from _repeated(data)
    yield from _impossible_balances(data)


def _impossible_dates(data: Any, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    for key, value in _children(data):
        if key in _INSTANTS and isinstance(value, str):
            try:
                instant(value)
            except ValueError:
                yield join(*path, key), f"{value} is no date that exists"
        yield from _impossible_dates(value, (*path, key))


def _unknown_codes(data: Any, catalogue: Catalogue, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    if isinstance(data, dict):
        yield from _codes(data, catalogue, path)
    for key, value in _children(data):
        yield from _unknown_codes(value, catalogue, (*path, key))


def _codes(data: dict[str, Any], catalogue: Catalogue, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    place = catalogue.countries.get(data["country"]) if "country" in data else None
    if "country" in data and place is None:
        yield join(*path, "country"), f"unknown country {data['country']}{_country_hint(data['country'], catalogue)}"
    if "service" in data and data["service"] not in catalogue.services:
        hint = did_you_mean(data["service"], catalogue.services)
        yield join(*path, "service"), f"unknown service {data['service']}{hint}"
    if place is not None and "carrier" in data:
        try:
            catalogue.carriers(place, data["carrier"])
        except Refusal:
            known = ", ".join(carrier.name for carrier in place.carriers)
            yield join(*path, "carrier"), f"{place.name} has no carrier {data['carrier']}, it has any, {known}"


def _country_hint(text: str, catalogue: Catalogue) -> str:
    try:
        return f", did you mean {catalogue.country(text).code}?"
    except Refusal:
        return did_you_mean(text, catalogue.countries)


def _repeated(data: dict[str, Any]) -> Iterator[Misfit]:
    accounts = list(enumerate(data["accounts"]))
    past = [
        (("accounts", a, "orders", o, "orderId"), order["orderId"])
        for a, account in accounts
        for o, order in enumerate(account.get("orders", ()))
    ]
    pinned = [
        (("orders", o, "orderId"), rule["orderId"])
        for o, rule in enumerate(data.get("orders", ()))
        if "orderId" in rule
    ]
    payments = [
        (("accounts", a, "payments", p, "id"), payment["id"])
        for a, account in accounts
        for p, payment in enumerate(account.get("payments", ()))
    ]
    users = [(("accounts", a, "userId"), account["userId"]) for a, account in accounts]
    for group in (users, [*past, *pinned], payments):
        seen: set[str] = set()
        for path, value in group:
            if value in seen:
                yield join(*path), f"{value} is given twice"
            seen.add(value)


def _impossible_balances(data: dict[str, Any]) -> Iterator[Misfit]:
    for index, account in enumerate(data["accounts"]):
        past = account.get("orders", ())
        refunded = [order["price"] for order in past if order.get("refunded")]
        held = account.get("balance", 0) + sum(order["price"] for order in past if not order.get("refunded"))
        if refunded and max(refunded) > held:
            yield (
                join("accounts", index, "balance"),
                f"an order of {max(refunded)} cents was paid and refunded, so at least as much must be there",
            )


def _children(data: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(data, dict):
        yield from data.items()
    elif isinstance(data, list):
        yield from enumerate(data)
