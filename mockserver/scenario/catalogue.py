"""The catalogue of a scenario: the shipped one, or none, with what the scenario adds or puts in its place."""

from typing import Any

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Offer, Service

Section = dict[str, Any]


def changes_of(section: Section | list[Section]) -> list[Section]:
    """The changes that happen to a catalogue; a section may be a list of changes alone."""
    changes: list[Section] = section if isinstance(section, list) else section.get("changes", [])
    return changes


def catalogue_of(section: Section | list[Section], shipped: Catalogue) -> Catalogue:
    """The catalogue as it is at first: the shipped one itself, if the section adds nothing to it."""
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
