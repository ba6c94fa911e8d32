"""What the schema of scenarios cannot say: dates that exist, codes of the catalogue, ids that are given once."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from mockserver.contract import did_you_mean
from mockserver.contract.pointer import join
from mockserver.contract.readings import DEFAULTS, wrong_choices
from mockserver.domain.catalogue import ANY_CARRIER, Catalogue, Country, Service
from mockserver.domain.clock import DAY
from mockserver.domain.refusal import Refusal
from mockserver.scenario import sms_checks
from mockserver.scenario.catalogue import catalogue_of, changes_of
from mockserver.simulation.units import duration, instant

Section = dict[str, Any]

Misfit = tuple[str, str]
"""The JSON pointer of a value, and what is wrong with it."""

LONGEST = 3650 * DAY
"""The longest time that a scenario may ask for, so that no point in time ever lies beyond the calendar."""

_INSTANTS = frozenset({"start", "issuedAt", "expiredAt", "orderedAt", "expiresAt", "created", "expires"})
_DURATIONS = frozenset({"after", "at", "for", "lifetime", "step"})
_SHARES = frozenset({"probability", "success"})
"""Numbers that may have a point."""
_PERCENT = 100


def misfits(data: Section, shipped: Catalogue) -> Iterator[Misfit]:
    """Everything in a scenario, valid by its schema, that makes no sense; `shipped` is what a catalogue extends."""
    incomplete = list(_incomplete(data))
    yield from incomplete
    if incomplete:
        return
    if "faults" in data:
        from mockserver.simulation.faults.section import check

        for path, message in check(data["faults"], [account["userId"] for account in data["accounts"]]):
            yield join("faults", *path), message
        data = {name: section for name, section in data.items() if name != "faults"}
    section = data.get("catalogue", [])
    catalogue, changes = catalogue_of(section, shipped), changes_of(section)
    yield from _fractions(data, ())
    yield from _impossible_times(data, ())
    yield from _unknown_codes(data, catalogue, ())
    yield from _unsound_carriers(section)
    yield from _unoffered(
        changes, catalogue, *(["catalogue"] if isinstance(section, list) else ["catalogue", "changes"])
    )
    yield from _unknown_accounts(data)
    yield from _empty_turns(data)
    yield from _repeated(data)
    yield from _impossible_refunds(data)
    yield from sms_checks.misfits(data.get("orders", ()))
    for name, message in wrong_choices(data.get("readings", DEFAULTS)):
        yield join("readings", name), message


def _incomplete(data: Section) -> Iterator[Misfit]:
    """Find what a file may leave to those that it includes, but a whole scenario must have."""
    if "accounts" not in data:
        yield "", "the field accounts is missing, here and in what is included"
    for index, account in enumerate(data.get("accounts", ())):
        if not account.keys() & {"key", "keys"}:
            yield join("accounts", index), "the field key is missing"


def _fractions(data: Any, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    """Find numbers such as 5.0 and 1e3: integers to a schema, but floats to us, and money is never a float."""
    if isinstance(data, float):
        yield join(*path), f"write {data:.0f}, a whole number has no point and no exponent here"
    for key, value in _children(data):
        if key not in _SHARES:
            yield from _fractions(value, (*path, key))


def _impossible_times(data: Any, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    for key, value in _children(data):
        if key in _INSTANTS and isinstance(value, str) and not _exists(value):
            yield join(*path, key), f"{value} is no date that exists"
        if key in _DURATIONS and isinstance(value, str) and duration(value) > LONGEST:
            yield join(*path, key), f"{value} is longer than {LONGEST // DAY}d"
        yield from _impossible_times(value, (*path, key))


def _exists(text: str) -> bool:
    try:
        instant(text)
    except ValueError:
        return False
    return True


def _unknown_codes(data: Any, catalogue: Catalogue, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    if isinstance(data, dict):
        yield from _codes(data, catalogue, path)
    for key, value in _children(data):
        yield from _unknown_codes(value, catalogue, (*path, key))


def _codes(data: Section, catalogue: Catalogue, path: tuple[str | int, ...]) -> Iterator[Misfit]:
    place = catalogue.countries.get(data["country"]) if "country" in data else None
    if "country" in data and place is None:
        hint = _hint(data["country"], catalogue.countries)
        yield join(*path, "country"), f"unknown country {data['country']}{hint}"
    if "service" in data and data["service"] not in catalogue.services:
        hint = _hint(data["service"], catalogue.services)
        yield join(*path, "service"), f"unknown service {data['service']}{hint}"
    if place is not None and "carrier" in data:
        try:
            catalogue.carriers(place, data["carrier"])
        except Refusal:
            known = ", ".join(carrier.name for carrier in place.carriers)
            yield join(*path, "carrier"), f"{place.name} has no carrier {data['carrier']}, it has any, {known}"


def _hint(text: str, things: Mapping[str, Country | Service]) -> str:
    """The code that is meant by a misspelt code, or by a name."""
    from difflib import get_close_matches  # takes milliseconds to import, and is needed for errors only

    codes = {thing.name.casefold(): code for code, thing in things.items()} | {code: code for code in things}
    nearest = [codes[word] for word in get_close_matches(text.casefold(), codes, 1)]
    return "".join(f", did you mean {code} ({things[code].name})?" for code in nearest)


def _unsound_carriers(section: Section | list[Section]) -> Iterator[Misfit]:
    countries = section.get("countries", []) if isinstance(section, dict) else []
    for index, country in enumerate(countries):
        carriers, here = country["carriers"], ("catalogue", "countries", index, "carriers")
        shares = sum(carrier.get("share", 0) for carrier in carriers)
        if shares > _PERCENT:
            yield join(*here), f"the shares are {shares} percent together"
        seen = {ANY_CARRIER}
        for number, carrier in enumerate(carriers):
            if carrier["name"] in seen:
                taken = "means all carriers" if carrier["name"] == ANY_CARRIER else "is given twice"
                yield join(*here, number, "name"), f"{carrier['name']} {taken}"
            seen.add(carrier["name"])


def _unoffered(changes: list[Section], catalogue: Catalogue, *path: str) -> Iterator[Misfit]:
    for index, change in enumerate(changes):
        country, service = change["country"], change["service"]
        known = country in catalogue.countries and service in catalogue.services
        if known and (country, service) not in catalogue.offers:
            yield join(*path, index), f"{catalogue.countries[country].name} has no offer of {service} to change"


def _empty_turns(data: Section) -> Iterator[Misfit]:
    """Find conditions that nothing ever meets."""
    for section in ("orders", "payments"):
        for index, rule in enumerate(data.get(section, ())):
            when = rule.get("when", {})
            for name in ("nth", "price"):
                span = when.get(name)
                if isinstance(span, dict) and span.get("from", 0) > span.get("to", span.get("from", 0)):
                    yield join(section, index, "when", name), f"from {span['from']} to {span['to']} there is nothing"
            nth, every = when.get("nth"), when.get("every", 1)
            if isinstance(nth, int) and nth % every:
                yield join(section, index, "when", "nth"), f"{nth} is no multiple of every {every}, so nothing matches"


def _unknown_accounts(data: Section) -> Iterator[Misfit]:
    users = [account["userId"] for account in data["accounts"]]
    for section in ("orders", "payments"):
        for index, rule in enumerate(data.get(section, ())):
            account = rule.get("when", {}).get("account")
            if account not in (None, *users):
                yield (
                    join(section, index, "when", "account"),
                    f"unknown account {account}{did_you_mean(account, users)}",
                )


def _repeated(data: Section) -> Iterator[Misfit]:
    accounts = list(enumerate(data["accounts"]))
    users = _given(data["accounts"], "userId", "accounts")
    pinned = _given(data.get("orders", ()), "orderId", "orders")
    past, payments, coupons = (
        [_given(account.get(section, ()), field, "accounts", index, section) for index, account in accounts]
        for section, field in (("orders", "orderId"), ("payments", "id"), ("coupons", "code"))
    )
    for group in (users, [*chain(*past), *pinned], [*chain(*payments)], *coupons):
        seen: set[str] = set()
        for pointer, value in group:
            if value in seen:
                yield pointer, f"{value} is given twice"
            seen.add(value)


def _given(rows: Iterable[Section], field: str, *path: str | int) -> list[tuple[str, str]]:
    """The pointers and values of a field in the rows that have it."""
    return [(join(*path, index, field), row[field]) for index, row in enumerate(rows) if field in row]


def _impossible_refunds(data: Section) -> Iterator[Misfit]:
    for index, account in enumerate(data["accounts"]):
        past = account.get("orders", ())
        for number, order in enumerate(past):
            if order.get("refunded") and order.get("sms"):
                yield (
                    join("accounts", index, "orders", number, "refunded"),
                    "an order that has received an SMS is never refunded",
                )
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
