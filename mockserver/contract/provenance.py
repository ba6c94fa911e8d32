"""How a part of a contract is known."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers

if TYPE_CHECKING:
    from collections.abc import Mapping


class Confidence(StrEnum):
    """How sure a part of a contract is, the surest first."""

    DOCUMENTED = "documented"
    """Stated by a page of the vendor's documentation."""
    OBSERVED = "observed"
    """Seen in a real exchange or in a public client."""
    INFERRED = "inferred"
    """Follows from what is documented, but is not stated."""
    ASSUMED = "assumed"
    """Our own choice, so that the contract is whole."""


class Provenance(NamedTuple):
    """How a part of a contract is known, and from where.

    `page` is the documentation page of what is documented, `source` says where something was observed, `ground` what
    it is inferred from, `note` is free text. Of what recorded traffic showed, `date` is the last day that it did, and
    `times` how often.
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
"""The field without which a level says too little."""

DEFAULT = "/info"
"""The pointer whose provenance holds where no ancestor states one."""


class Provenances:
    """The provenance of every part of a document, from the parts that state theirs."""

    def __init__(self, stated: Mapping[str, Mapping[str, Any]]) -> None:
        """Take the `x-provenance` mappings of a document by the pointers of the values that hold them."""
        self._stated = stated
        self._known: dict[str, Provenance] = {}

    def of(self, pointer: str) -> Provenance:
        """Return the provenance of the nearest of this value and its ancestors that states one.

        A page that is not stated is the one of the nearest ancestor that states a page.
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
        """Return the documentation page of the nearest of this value and its ancestors that states one."""
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
