"""The shipped catalogue, SMS templates and currencies, and the catalogue of a scenario that extends them.

The fixtures are CSV files; `fixtures/README.md` explains the columns.
"""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from mockserver.data import directory
from mockserver.domain.catalogue import Carrier, Catalogue, Country, Offer, Service
from mockserver.domain.payment import Currencies, Currency
from mockserver.simulation.sms_texts import Template, Templates


class Fixtures(NamedTuple):
    """The immutable data that all worlds share."""

    catalogue: Catalogue
    templates: Templates
    currencies: Currencies


def load(folder: Path | None = None) -> Fixtures:
    """Read the shipped fixtures, or those of another folder with the same files."""
    folder = folder or directory("fixtures")
    return Fixtures(
        _catalogue(folder / "catalogue"), _templates(folder / "catalogue"), _currencies(folder / "payments")
    )


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def _catalogue(folder: Path) -> Catalogue:
    carriers: dict[str, list[Carrier]] = {}
    for country, name, markup, share in _rows(folder / "carriers.csv"):
        carriers.setdefault(country, []).append(Carrier(name, int(markup), int(share)))
    return Catalogue(
        countries={
            code: Country(code, name, region, language, tuple(numbers.split("|")), tuple(carriers[code]))
            for code, name, region, language, numbers in _rows(folder / "countries.csv")
        },
        services={code: Service(code, name) for code, name in _rows(folder / "services.csv")},
        offers={
            (country, service): Offer(int(price), int(stock), float(success))
            for country, service, price, stock, success in _rows(folder / "offers.csv")
        },
    )


def _templates(folder: Path) -> Templates:
    templates: dict[tuple[str, str], list[Template]] = {}
    for service, language, code, text in _rows(folder / "messages.csv"):
        templates.setdefault((service, language), []).append(Template(code, text))
    return templates


def _currencies(folder: Path) -> Currencies:
    return {
        (currency, network): Currency(currency, network, Decimal(usd), int(decimals), address)
        for currency, network, usd, decimals, address in _rows(folder / "currencies.csv")
    }


Section = dict[str, Any]


def changes_of(section: Section | list[Section]) -> list[Section]:
    """Return the planned changes of a section `catalogue`, which may be a list of changes."""
    changes: list[Section] = section if isinstance(section, list) else section.get("changes", [])
    return changes


def catalogue_of(section: Section | list[Section], shipped: Catalogue) -> Catalogue:
    """Return the initial catalogue of a section: the shipped one itself if the section adds nothing."""
    if isinstance(section, list) or not section.keys() - {"changes"}:
        return shipped
    base = shipped if section.get("extends", "shipped") == "shipped" else Catalogue({}, {}, {})
    countries = {**base.countries, **{row["code"]: _country(row) for row in section.get("countries", ())}}
    services = {**base.services, **{row["code"]: Service(**row) for row in section.get("services", ())}}
    offers = {**base.offers, **{(row["country"], row["service"]): _offer(row) for row in section.get("offers", ())}}
    return Catalogue(countries, services, offers)


def _country(row: Section) -> Country:
    return Country(
        code=row["code"],
        name=row["name"],
        region=row.get("region", ""),
        language=row.get("language", "en"),
        numbers=tuple(row["numbers"]),
        carriers=_carriers(row["carriers"]),
    )


def _carriers(rows: list[Section]) -> tuple[Carrier, ...]:
    left = max(0, 100 - sum(row.get("share", 0) for row in rows))
    silent = sum("share" not in row for row in rows)
    equal = left // silent if silent else 0
    return tuple(Carrier(row["name"], row.get("markup", 100), row.get("share", equal)) for row in rows)


def _offer(row: Section) -> Offer:
    return Offer(row["price"], row["stock"], row.get("success", 1.0))
