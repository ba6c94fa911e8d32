"""Drift: how recorded traffic differs from the contract documents, and the overlay that makes them agree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from contracts.drift.difference import Confirmed, Difference, Drift, Kind
from contracts.drift.observation import Observation
from contracts.drift.proposal import Basis, propose, write
from contracts.spec import contract
from contracts.spec.choices import DEFAULTS
from contracts.spec.corrections import effective
from contracts.spec.document import stated
from contracts.traffic.witnesses import Indication, Readings, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contracts.spec import Overlays
    from contracts.spec.choices import Choices
    from contracts.traffic import Exchange

__all__ = ["Basis", "Confirmed", "Difference", "Drift", "Indication", "Kind", "compare", "propose", "write"]


def compare(
    traffic: Callable[[], Iterable[Exchange]], readings: Choices = DEFAULTS, overlays: Overlays = ()
) -> tuple[Drift, Mapping[str, Basis]]:
    """Compare traffic with the contract as these readings and overlays have it.

    `traffic` gives the exchanges, in their order, and is called twice: which readings are true is found out first, so
    that what they explain is not told again, fact by fact. Return the drift, and the documents by the readings found,
    to which its pointers belong. Raises what `traffic` and `contracts.spec.contract` raise.
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
