"""Provenance: the confidence in a part of a contract, and its source."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers

if TYPE_CHECKING:
    from collections.abc import Mapping


class Confidence(StrEnum):
    """The confidence in a part of a contract, the highest first."""

    DOCUMENTED = "documented"
    """Stated by a page of the vendor's documentation."""
    OBSERVED = "observed"
    """Observed in a real exchange or in a public client."""
    INFERRED = "inferred"
    """Follows from documented facts, but is not stated."""
    ASSUMED = "assumed"
    """Chosen by this project to complete the contract."""


class Provenance(NamedTuple):
    """The provenance of a part of a contract: its confidence, and its source.

    `page` is the documentation page of a documented part, `source` the source of an observed one, `ground` the reason
    for an inferred one, `note` free text. For a part observed in recorded traffic, `date` is the day of the last
    observation, and `times` the number of observations.
    """

    level: Confidence
    page: str | None = None
    source: str | None = None
    ground: str | None = None
    note: str | None = None
    date: str | None = None
    times: int | None = None


NEEDED: Mapping[str, str] = {
    Confidence.DOCUMENTED: "page",
    Confidence.OBSERVED: "source",
    Confidence.INFERRED: "ground",
}
"""The required field of each level."""

DEFAULT = "/info"
"""The pointer whose provenance applies if no ancestor states one."""


class Provenances:
    """The provenance of every part of a document, derived from the parts that state one."""

    def __init__(self, stated: Mapping[str, Mapping[str, Any]]) -> None:
        """Take the `x-provenance` mappings of a document by the pointers of the values that hold them."""
        self._stated = stated
        self._known: dict[str, Provenance] = {}

    def of(self, pointer: str) -> Provenance:
        """Return the provenance of a value: its own, or that of its nearest ancestor that states one.

        If it has no page, the page is that of the nearest ancestor that states a page.
        """
        stating = self._stating(pointer)
        known = self._known.get(stating)
        if known is None:
            fields = self._stated[stating]
            level = Confidence(fields["level"])
            known = self._known[stating] = Provenance(
                level,
                page=self.page(stating) if level is Confidence.DOCUMENTED else fields.get("page"),
                source=fields.get("source"),
                ground=fields.get("ground"),
                note=fields.get("note"),
                date=fields.get("date"),
                times=fields.get("count"),
            )
        return known

    def page(self, pointer: str) -> str | None:
        """Return the documentation page of a value: its own, or that of its nearest ancestor that states one."""
        while True:
            page: str | None = self._stated.get(pointer, {}).get("page")
            if page is not None or not pointer:
                return page
            pointer = pointers.parent(pointer)

    def _stating(self, pointer: str) -> str:
        while pointer not in self._stated:
            if not pointer:
                return DEFAULT
            pointer = pointers.parent(pointer)
        return pointer
