"""Drift: how recorded traffic differs from the contract documents, and the overlay that makes them agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.drift.difference import Confirmed, Difference, Drift, Kind
from contracts.drift.observation import Observation
from contracts.drift.proposal import propose, write
from contracts.spec import load
from contracts.spec.choices import DEFAULTS
from contracts.spec.corrections import effective
from contracts.traffic.witnesses import Indication, Readings, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contracts.spec import Document, Overlays
    from contracts.spec.choices import Choices
    from contracts.traffic import Exchange

__all__ = ["Confirmed", "Difference", "Drift", "Indication", "Kind", "compare", "propose", "write"]

DOCUMENTS = ("v3", "v2")


def compare(
    traffic: Callable[[], Iterable[Exchange]], readings: Choices = DEFAULTS, overlays: Overlays = ()
) -> tuple[Drift, dict[str, Document]]:
    """Compare traffic with the contract as these readings and overlays have it.

    `traffic` gives the exchanges, in their order, and is called twice: which readings are true is found out first, so
    that what they explain is not told again, fact by fact. Return the drift, and the documents by the readings found,
    to which its pointers belong. Raises what `traffic` and `contracts.spec.load` raise.
    """
    chosen = effective(readings, overlays)
    before = [load(name, chosen, overlays) for name in DOCUMENTS]
    witnesses = Readings(before, chosen)
    for exchange in traffic():
        witnesses.see(exchange)
    indications = witnesses.indications()
    found = settled(indications)
    documents = [load(name, {**chosen, **found}, overlays) for name in DOCUMENTS] if found else before
    observation = Observation(documents)
    for exchange in traffic():
        observation.see(exchange)
    return observation.drift(indications), {document.name: document for document in documents}
