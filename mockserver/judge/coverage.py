"""How much of the contract a client has met."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mockserver.contract import readings, vocabulary
from mockserver.contract.failures import UNKNOWN, reasons_of
from mockserver.traffic import order_states
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockserver.contract import Document
    from mockserver.judge.history import History
    from mockserver.traffic.calls import Call
    from mockserver.traffic.reading_inference import Indication

FAILURE, READING = "failure", "reading"


def coverage(
    calls: Sequence[Call],
    histories: Iterable[History],
    documents: Iterable[Document],
    indications: Iterable[Indication],
) -> Coverage:
    """Count what was met, beside all that there is to meet in the generations of the API that the client speaks.

    The states of orders are those that answers showed. Of a failure its reason counts, or what it is called if that is
    none of the vocabulary; of a reading each value that the traffic speaks for.
    """
    spoken = {call.document.name for call in calls}
    used = [document for document in documents if document.name in spoken or not spoken]
    values = [(READING, f"{name}={value}") for name, reading in readings().items() for value in reading.values]
    purposes = [vocabulary().purposes[name] for document in used for name in document.by_purpose]
    failures = [(FAILURE, reason) for reason in reasons_of(purposes, vocabulary(), has_path=True, has_body=True)]
    met = Coverage(used, order_states.STATES, order_states.TRANSITIONS, (*failures, *values))
    for call in calls:
        if call.operation is not None and call.status:
            met.answer(call.operation.name, call.status)
        if failure := call.refusal if call.refusal != UNKNOWN else call.code:
            met.name(FAILURE, failure)
    for history in histories:
        for order in history.orders.values():
            for state in order.states:
                met.state(state)
            for before, after in pairwise(order.states):
                met.transition(before, after)
    for indication in indications:
        for value, times in indication.times.items():
            met.name(READING, f"{indication.reading}={value}", times)
    return met
