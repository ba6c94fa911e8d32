"""Semantic checks of scenarios beyond the schema, such as valid dates, known codes and unique ids.

A scenario is walked once. One table has the checks of each section, another the checks of fields by name.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, pairwise
from typing import Any, NamedTuple

from mockserver.contract import did_you_mean
from mockserver.contract.messages import choice
from mockserver.contract.pointer import join
from mockserver.contract.readings import wrong_choices
from mockserver.domain.catalogue import ANY_CARRIER, Catalogue, Country, Service
from mockserver.domain.payment import OPEN, Status
from mockserver.domain.refusal import Refusal
from mockserver.scenario.error import Flaw
from mockserver.scenario.fixtures import catalogue_of
from mockserver.simulation.sms_texts import KINDS, locales
from mockserver.simulation.units import Found, duration, fraction, instant, too_long

Section = dict[str, Any]

_PERCENT = 100
_PLACEHOLDER = re.compile(r"(?<!\$)\{(fake\.[^{}]*|\w+)(\}?)")
_FAKE = "fake."
_PARTS = ("code", "other", "service")
"""The placeholders besides those of made-up values."""


class Scope(NamedTuple):
    """The context of the checks: the catalogue of the scenario, and the user ids of its accounts."""

    catalogue: Catalogue
    users: list[str]


Check = Callable[[Any, Scope], Iterator[Found]]
"""A check that yields the problems of a value; their paths are relative to it."""


def misfits(data: Section, shipped: Catalogue) -> Iterator[Flaw]:
    """Yield the semantic flaws of a scenario that fits the schema; `shipped` is the catalogue that it may extend."""
    incomplete = list(_incomplete(data))
    yield from incomplete
    if not incomplete:
        users = [account["userId"] for account in data["accounts"]]
        yield from _walk(data, "", Scope(catalogue_of(data.get("catalogue", []), shipped), users))


def _incomplete(data: Section) -> Iterator[Flaw]:
    """Find missing fields that a file may leave to its includes, but a resolved scenario must have."""
    if "accounts" not in data:
        yield Flaw("", "the field accounts is missing, here and in the included files")
    for index, account in enumerate(data.get("accounts", ())):
        if not account.keys() & {"key", "keys"}:
            yield Flaw(join("accounts", index), "the field key is missing")


def _walk(value: Any, section: str, scope: Scope, *path: str | int) -> Iterator[Flaw]:
    """Check a value and everything in it; a section is named by its fields, with `[]` for the items of a list."""
    name = path[-1] if path else ""
    checks = (_unknown_codes, *_SECTIONS.get(section, ()))
    for within, message in chain(_FIELDS.get(name, fraction)(value), *(check(value, scope) for check in checks)):
        yield Flaw(join(*path, *within), message)
    if section in _CHECKED_ELSEWHERE:
        return
    if isinstance(value, dict):
        for field, child in value.items():
            yield from _walk(child, f"{section}.{field}" if section else field, scope, *path, field)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{section}[]", scope, *path, index)


def _invalid_date(text: str) -> Iterator[Found]:
    try:
        instant(text)
    except ValueError:
        yield (), f"{text} is not an existing date"


def _any_number(_: float) -> Iterator[Found]:
    return iter(())


def _unknown_codes(data: Any, scope: Scope) -> Iterator[Found]:
    if not isinstance(data, dict):
        return
    catalogue = scope.catalogue
    place = catalogue.countries.get(data["country"]) if "country" in data else None
    if "country" in data and place is None:
        yield ("country",), f"unknown country {data['country']}{_hint(data['country'], catalogue.countries)}"
    if "service" in data and data["service"] not in catalogue.services:
        yield ("service",), f"unknown service {data['service']}{_hint(data['service'], catalogue.services)}"
    if "country" not in data and data.get("carrier", ANY_CARRIER) != ANY_CARRIER:
        names = {carrier.name for country in catalogue.countries.values() for carrier in country.carriers}
        if data["carrier"] not in names:
            yield ("carrier",), f"no country has the carrier {data['carrier']}{did_you_mean(data['carrier'], names)}"
    if place is not None and "carrier" in data:
        try:
            catalogue.carriers(place, data["carrier"])
        except Refusal:
            known = ", ".join(carrier.name for carrier in place.carriers)
            yield ("carrier",), f"{place.name} has no carrier {data['carrier']}; it has any, {known}"


def _hint(text: str, things: Mapping[str, Country | Service]) -> str:
    """Return a suggestion of the code whose code or name is nearest to a text, or nothing if none is near."""
    from difflib import get_close_matches  # takes milliseconds to import, and is needed for errors only

    codes = {thing.name.casefold(): code for code, thing in things.items()} | {code: code for code in things}
    nearest = [codes[word] for word in get_close_matches(text.casefold(), codes, 1)]
    return "".join(f", did you mean {code} ({things[code].name})?" for code in nearest)


def _unsound_carriers(carriers: list[Section], _: Scope) -> Iterator[Found]:
    shares = sum(carrier.get("share", 0) for carrier in carriers)
    if shares > _PERCENT:
        yield (), f"the shares add up to {shares} percent, more than {_PERCENT}"
    seen = {ANY_CARRIER}
    for number, carrier in enumerate(carriers):
        if carrier["name"] in seen:
            taken = "means all carriers" if carrier["name"] == ANY_CARRIER else "is given twice"
            yield (number, "name"), f"{carrier['name']} {taken}"
        seen.add(carrier["name"])


def _unoffered(change: Section, scope: Scope) -> Iterator[Found]:
    (country, service), catalogue = (change["country"], change["service"]), scope.catalogue
    known = country in catalogue.countries and service in catalogue.services
    if known and (country, service) not in catalogue.offers:
        yield (), f"{catalogue.countries[country].name} has no offer of {service} to change"


def _unmatchable(when: Section, _: Scope) -> Iterator[Found]:
    """Find conditions that never match."""
    for name in ("nth", "price"):
        span = when.get(name)
        if isinstance(span, dict) and span.get("from", 0) > span.get("to", span.get("from", 0)):
            yield (name,), f"the range from {span['from']} to {span['to']} is empty"
    nth, every = when.get("nth"), when.get("every", 1)
    if isinstance(nth, int) and nth % every:
        yield ("nth",), f"{nth} is not a multiple of every {every}, so nothing matches"


def _unreachable_steps(steps: list[Section], _: Scope) -> Iterator[Found]:
    """Find steps of a payment that is already over, or that come in the wrong order."""
    for number, (before, step) in enumerate(pairwise(steps), 1):
        if duration(step["after"]) <= duration(before["after"]):
            yield (number, "after"), f"{step['after']} is not later than the step before ({before['after']})"
        if Status(before["as"]) not in OPEN:
            yield (number,), f"this step never applies, because the payment is over: it is {before['as']}"


def _unknown_account(when: Section, scope: Scope) -> Iterator[Found]:
    account = when.get("account")
    if account not in (None, *scope.users):
        yield ("account",), f"unknown account {account}{did_you_mean(account, scope.users)}"


def _unknown_placeholders(sms: Section, _: Scope) -> Iterator[Found]:
    """Find misspelt placeholders. Other braces may be a part of the text."""
    for name, end in dict.fromkeys(_PLACEHOLDER.findall(sms.get("text", ""))):
        if name.startswith(_FAKE) and end:
            yield from _unknown_fake(name.removeprefix(_FAKE))
        elif name not in _PARTS or not end:
            hint = did_you_mean(f"{{{name.lower()}}}", (f"{{{part}}}" for part in _PARTS))
            if hint:
                yield ("text",), f"unknown placeholder {{{name}{end}{hint}"


def _unknown_fake(kind: str) -> Iterator[Found]:
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or f"; the kinds are {', '.join(KINDS)}"
        yield ("text",), f"unknown kind of fake value {{fake.{kind}}}{hint}"


def _unknown_locale(sms: Section, _: Scope) -> Iterator[Found]:
    if "locale" in sms and sms["locale"] not in locales():
        yield ("locale",), f"unknown locale {sms['locale']}{_nearest_locale(sms['locale'])}"


def _nearest_locale(locale: str) -> str:
    """Return a suggestion of the locales of the same language, or else of the locale nearest in spelling."""
    language = re.split("[-_]", locale.casefold())[0]
    same = sorted(known for known in locales() if known.split("_")[0] == language)
    return f", did you mean {choice(same)}?" if same else did_you_mean(locale, locales())


def _duplicates(data: Section, _: Scope) -> Iterator[Found]:
    accounts = list(enumerate(data["accounts"]))
    users = _given(data["accounts"], "userId", "accounts")
    pinned = _given(data.get("orders", ()), "orderId", "orders")
    past, payments, coupons = (
        [_given(account.get(section, ()), field, "accounts", index, section) for index, account in accounts]
        for section, field in (("orders", "orderId"), ("payments", "id"), ("coupons", "code"))
    )
    for group in (users, [*chain(*past), *pinned], [*chain(*payments)], *coupons):
        seen: set[str] = set()
        for path, value in group:
            if value in seen:
                yield path, f"{value} is given twice"
            seen.add(value)


def _given(rows: Iterable[Section], field: str, *path: str | int) -> list[tuple[tuple[str | int, ...], str]]:
    """Return the paths and values of a field in the rows that have it."""
    return [((*path, index, field), row[field]) for index, row in enumerate(rows) if field in row]


def _impossible_refunds(account: Section, _: Scope) -> Iterator[Found]:
    past = account.get("orders", ())
    for number, order in enumerate(past):
        if order.get("refunded") and order.get("sms"):
            yield ("orders", number, "refunded"), "an order with an SMS cannot be refunded"
    refunded = [order["price"] for order in past if order.get("refunded")]
    held = account.get("balance", 0) + sum(order["price"] for order in past if not order.get("refunded"))
    if refunded and max(refunded) > held:
        most = max(refunded)
        yield (
            ("balance",),
            f"an order of {most} cents was paid and refunded, so the account must have had at least {most} cents",
        )


def _wrong_readings(chosen: Section, _: Scope) -> Iterator[Found]:
    return (((name,), message) for name, message in wrong_choices(chosen))


def _wrong_faults(section: list[Section], scope: Scope) -> Iterator[Found]:
    from mockserver.simulation.faults.section import (
        check,  # few scenarios have faults, and their kinds take time to load
    )

    yield from check(section, scope.users)
    for index, fault in enumerate(section):
        for path, message in _unknown_codes(fault.get("when", {}), scope):
            yield (index, "when", *path), message


_SECTIONS: Mapping[str, tuple[Check, ...]] = {
    "": (_duplicates,),
    "accounts[]": (_impossible_refunds,),
    "catalogue[]": (_unoffered,),
    "catalogue.changes[]": (_unoffered,),
    "catalogue.countries[].carriers": (_unsound_carriers,),
    "orders[].when": (_unknown_account, _unmatchable),
    "orders[].sms[]": (_unknown_placeholders, _unknown_locale),
    "orders[].another[][]": (_unknown_placeholders, _unknown_locale),
    "payments[].when": (_unknown_account, _unmatchable),
    "payments[].steps": (_unreachable_steps,),
    "readings": (_wrong_readings,),
    "faults": (_wrong_faults,),
}
"""The checks of each section."""

_FIELDS: Mapping[str | int, Callable[[Any], Iterator[Found]]] = {
    **dict.fromkeys(("start", "issuedAt", "expiredAt", "orderedAt", "expiresAt", "created", "expires"), _invalid_date),
    **dict.fromkeys(("after", "at", "for", "lifetime", "step"), too_long),
    **dict.fromkeys(("probability", "success"), _any_number),
}
"""The check of a field by its name, in any section; numbers in other fields must be integers."""

_CHECKED_ELSEWHERE = {"faults"}
"""Sections with checks of their own, because their fields share names with others but not the meaning."""
