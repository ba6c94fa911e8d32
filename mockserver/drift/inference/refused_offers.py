"""The offers in the responses that refuse orders: what such an order would cost now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.drift.inference.bodies import leaves, shape
from mockserver.drift.inference.column_meaning import ColumnMeanings
from mockserver.drift.inference.knowledge import Entity
from mockserver.drift.inference.meaning import Value
from mockserver.drift.inference.scope import Evidence, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.drift.inference.meaning import Path
    from mockserver.drift.inference.refusals import Refusal
    from mockserver.drift.inference.service_clock import ServiceClock


def meanings(refusals: Sequence[Refusal], knowledge: Knowledge, clock: ServiceClock) -> Mapping[Path, Value]:
    """Return the meanings of the values that belong to the offers which refused calls have ordered."""
    calls = [each.call for each in refusals]
    if any(call.purpose != "order" for call in calls):
        return {}
    scope = Scope({"offer": "offer"}, 1)
    scope.entities |= {("offer", (number,)): Entity("offer", "", call.offer) for number, call in enumerate(calls)}
    columns = ColumnMeanings(Evidence(calls, knowledge, {}, clock), {})
    root = shape([each.body for each in refusals], lambda _: False)
    found = {leaf.path: columns.of(leaf.column(), scope) for leaf in leaves(root) if leaf.column().cells}
    return {
        path: each
        for path, each in found.items()
        if isinstance(each, Value) and each.name.strip("{").startswith("offer.")
    }
