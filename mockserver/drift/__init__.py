"""Drift: the differences between recorded traffic and the contract documents, and an overlay that resolves them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mockserver.contract import contract
from mockserver.contract.loading import stated
from mockserver.contract.overlays import effective
from mockserver.contract.readings import DEFAULTS
from mockserver.drift.difference import Confirmed, Difference, Drift, Kind, of_service
from mockserver.drift.edits import Basis
from mockserver.drift.observation import Observation
from mockserver.drift.proposal import Proposal, proposal, propose, write
from mockserver.drift.rule_inference import shown
from mockserver.traffic.calls import calls
from mockserver.traffic.reading_inference import Indication, Readings, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mockserver.contract import Overlays
    from mockserver.contract.readings import Choices
    from mockserver.traffic import Exchange

__all__ = [
    "Basis",
    "Confirmed",
    "Difference",
    "Drift",
    "Indication",
    "Kind",
    "Proposal",
    "compare",
    "proposal",
    "propose",
    "settled",
    "write",
]


def compare(
    traffic: Callable[[], Iterable[Exchange]], readings: Choices = DEFAULTS, overlays: Overlays = ()
) -> tuple[Drift, Mapping[str, Basis]]:
    """Compare traffic with the contract under these readings and overlays.

    `traffic` returns the exchanges in order. It is called twice: the first pass infers which readings are true, so that
    the second does not report every fact that a reading explains. Return the drift, and the documents under the
    inferred readings, by name. The pointers of the drift refer to these documents. Raises what `traffic` and
    `mockserver.contract.contract` raise.
    """
    chosen = effective(readings, overlays)
    before = contract(chosen, overlays).documents
    readings_seen = Readings(before.values(), chosen, overlays)
    for exchange in traffic():
        readings_seen.see(exchange)
    indications = readings_seen.indications()
    inferred = {**chosen, **settled(indications)}
    documents = contract(inferred, overlays).documents if inferred != chosen else before
    observation = Observation(documents.values())
    for exchange in traffic():
        observation.see(exchange)
    bases = {name: Basis(document, partial(stated, name, inferred, overlays)) for name, document in documents.items()}
    found = observation.drift(indications)
    return found._replace(differences=(*found.differences, *_rules(found, bases, readings, overlays))), bases


def _rules(drift: Drift, bases: Mapping[str, Basis], readings: Choices, overlays: Overlays) -> Iterator[Difference]:
    """Yield the rules that differ. The traffic is read by the contract as it is proposed, which understands most."""
    proposed = propose(drift, bases, "traffic")
    with TemporaryDirectory() as directory:
        file = Path(directory) / "proposed.yaml"
        if proposed:
            file.write_text(write(proposed), encoding="utf-8")
        corrected = contract(readings, (*overlays, *([file] if proposed else ())))
    for rule in shown(calls(corrected.documents.values(), drift.sample), corrected.rules):
        span = (drift.first, drift.last)
        yield of_service(Kind.RULE, rule.name, corrected.rules[rule.name], rule.value, rule.times, span)
