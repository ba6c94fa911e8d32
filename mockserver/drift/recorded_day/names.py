"""The countries, carriers and services that a recording names."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.drift.recorded_day.shelf import ANY
from mockserver.traffic.calls import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mockserver.contract.reader import Facts
    from mockserver.drift.recorded_day.day import Moment, Omissions
    from mockserver.traffic.calls import Call

Section = dict[str, Any]

_CARRIER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_UNSEEN = "other"
"""The placeholder for the carriers of a country that the recording does not list."""

_OFFERED = frozenset({"NO_NUMBERS", "PRICE_CHANGED", "INSUFFICIENT_BALANCE"})
"""The reasons for which an order is refused although there is such an offer."""

_LONGEST_NAME = 64

NOBODYS = "999"
"""A calling code that no country has."""


class Names:
    """The countries, carriers and services that a recording names, in the order in which it does."""

    def __init__(self, seen: Iterable[Moment], notes: Omissions) -> None:
        self.countries: dict[str, str] = {}
        self.services: dict[str, str] = {}
        self.digits: dict[str, int] = {}
        self.named: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """The carriers that requests and offers name, by country."""
        self.apart: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        """The carriers whose numbers are shown or ordered apart from the others, by country and service."""
        self._listed: dict[str, list[str]] = {}
        self._notes = notes
        for call in (moment.call for moment in seen):
            if call.outcome is Outcome.GRANTED:
                self._see(call)
            elif call.purpose == "order" and call.refusal in _OFFERED:
                self._see_order(call)
            elif call.refusal in ("UNKNOWN_CARRIER", "UNKNOWN_SERVICE") and call.offer[0]:
                self._country({"code": call.offer[0]})

    def code(self, country: str) -> str:
        """Return the code of a country, which a request may also give by its name."""
        by_name = {name.casefold(): code for code, name in self.countries.items()}
        return country if country in self.countries else by_name.get(country.casefold(), country)

    def carriers(self, country: str) -> list[str]:
        """Return the carriers of a country: those of its list, or those that are named and a placeholder."""
        named = [carrier for carrier in self.named[country] if _CARRIER.fullmatch(carrier)]
        if country not in self._listed:
            return [*named, _UNSEEN]
        return [*dict.fromkeys([*self._listed[country], *named])] or [_UNSEEN]

    def section(self) -> dict[str, list[Section]]:
        """Return the countries and services of a scenario's catalogue."""
        for code, name in self.countries.items():
            if code == name:
                self._notes.add(f"the name of the country {code}")
            if code not in self._listed:
                self._notes.add(
                    f"the carriers of {self.countries[code]}, which were not listed; one is called {_UNSEEN}"
                )
        countries = [
            {
                "code": code,
                "name": name[:_LONGEST_NAME],
                "numbers": [NOBODYS + "#" * (self.digits.get(code, 11) - len(NOBODYS))],
                "carriers": [{"name": carrier} for carrier in self.carriers(code)],
            }
            for code, name in self.countries.items()
        ]
        return {
            "countries": countries,
            "services": [{"code": c, "name": n[:_LONGEST_NAME]} for c, n in self.services.items()],
        }

    def _see(self, call: Call) -> None:
        for facts in call.facts.get("countries") or ():
            self._country(facts)
            if "carriers" in facts and (code := get(facts, "code")):
                names = [get(carrier, "name") for carrier in facts["carriers"]]
                self._listed[code] = [name for name in names if name != ANY and self._is_valid(name)]
        self.countries = _sorted_as(self.countries, [get(facts, "code") for facts in call.facts.get("countries") or ()])
        for facts in (*call.offers, *call.orders, *_favourites(call)):
            self._country(facts.get("country") or {})
            self._service(facts.get("service") or {})
        if call.purpose == "services":
            self.services = _sorted_as(self.services, [get(facts, "service.code") for facts in call.offers])
        if call.purpose == "order":
            self._see_order(call)
        elif call.purpose == "toggle_favourite":
            self._country({"code": call.offer[0]})
            self._service({"code": call.service})
        country = self.code(call.offer[0])
        for facts in call.offers:
            code, carrier = get(facts, "country.code") or country, get(facts, "carrier") or call.carrier
            self._carrier(code, carrier)
            self.apart[code, get(facts, "service.code") or call.service].add(carrier)
        for facts in call.orders:
            code, carrier = get(facts, "country.code") or country, get(facts, "carrier") or call.carrier
            self._carrier(code, carrier)
            self.apart[code, get(facts, "service.code") or call.service].add(carrier)
            if phone := get(facts, "phone"):
                self.digits[code] = min(15, max(10, len(phone)))
        self._carrier(country, call.carrier)

    def _see_order(self, call: Call) -> None:
        country, service, carrier = call.offer
        self._country({"code": country})
        self._service({"code": service})
        self._carrier(self.code(country), carrier)
        self.apart[self.code(country), service].add(carrier)

    def _country(self, facts: Facts) -> None:
        code, name = get(facts, "code"), get(facts, "name")
        if code and (name or self.code(code) == code):
            known = self.countries.get(code, code)
            self.countries[code] = name if name and known == code else known

    def _service(self, facts: Facts) -> None:
        code, name = get(facts, "code"), get(facts, "name")
        if code:
            known = self.services.get(code, code)
            self.services[code] = name if name and known == code else known

    def _carrier(self, country: str, carrier: str) -> None:
        if country and carrier != ANY and self._is_valid(carrier):
            self.named[country][carrier] = None

    def _is_valid(self, carrier: object) -> bool:
        is_valid = isinstance(carrier, str) and _CARRIER.fullmatch(carrier) is not None
        if not is_valid:
            self._notes.add(f"the carrier {carrier}: a scenario has names of lower case letters, digits and -")
        return is_valid


def _sorted_as(names: dict[str, str], codes: Sequence[str]) -> dict[str, str]:
    """Return names by code in the order of a list, and then those that it lacks."""
    listed = {code: names[code] for code in codes if code in names}
    return {**listed, **names}


def _favourites(call: Call) -> Iterator[Facts]:
    yield from call.facts.get("favourites") or ()
    if one := call.facts.get("favourite"):
        yield one
