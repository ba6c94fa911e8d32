"""Drift: how recorded traffic differs from the contract documents, and the overlay that makes them agree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.contract import contract
from mockserver.contract.loading import stated
from mockserver.contract.overlays import effective
from mockserver.contract.readings import DEFAULTS
from mockserver.drift.difference import Confirmed, Difference, Drift, Kind
from mockserver.drift.edits import Basis
from mockserver.drift.observation import Observation
from mockserver.drift.proposal import propose, write
from mockserver.traffic.reading_inference import Indication, Readings, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockserver.contract import Overlays
    from mockserver.contract.readings import Choices
    from mockserver.traffic import Exchange

__all__ = ["Basis", "Confirmed", "Difference", "Drift", "Indication", "Kind", "compare", "propose", "write"]


def compare(
    traffic: Callable[[], Iterable[Exchange]], readings: Choices = DEFAULTS, overlays: Overlays = ()
) -> tuple[Drift, Mapping[str, Basis]]:
    """Compare traffic with the contract as these readings and overlays have it.

    `traffic` gives the exchanges, in their order, and is called twice: the first pass infers which readings are true,
    so that what they explain is not told again, fact by fact. Return the drift, and the documents by the readings
    found, to which its pointers belong. Raises what `traffic` and `mockserver.contract.contract` raise.
    """
    chosen = effective(readings, overlays)
    before = contract(chosen, overlays).documents
    witnesses = Readings(before.values(), chosen, overlays)
    for exchange in traffic():
        witnesses.see(exchange)
    indications = witnesses.indications()
    found = {**chosen, **settled(indications)}
    documents = contract(found, overlays).documents if found != chosen else before
    observation = Observation(documents.values())
    for exchange in traffic():
        observation.see(exchange)
    bases = {name: Basis(document, partial(stated, name, found, overlays)) for name, document in documents.items()}
    return observation.drift(indications), bases
