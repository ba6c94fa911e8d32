"""How much of the contract a client has met."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from contracts.spec import readings
from contracts.traffic import orders
from contracts.traffic.calls import failure, refusals
from contracts.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.clients.history import History
    from contracts.spec import Document
    from contracts.traffic.calls import Call
    from contracts.traffic.witnesses import Indication

FAILURE, READING = "failure", "reading"


def coverage(
    calls: Sequence[Call],
    histories: Iterable[History],
    documents: Iterable[Document],
    indications: Iterable[Indication],
) -> Coverage:
    """Count what was met, beside all that there is to meet in the generations of the API that the client speaks.

    The states of orders are those that answers showed. Of a failure its code counts, of a reading each value that the
    traffic speaks for.
    """
    spoken = {call.document.name for call in calls}
    used = [document for document in documents if document.name in spoken or not spoken]
    values = [(READING, f"{name}={value}") for name, reading in readings().items() for value in reading.values]
    failures = [(FAILURE, code) for code in dict.fromkeys(_failures(used))]
    met = Coverage(used, orders.STATES, orders.TRANSITIONS, (*failures, *values))
    for call in calls:
        if call.operation is not None and call.status:
            met.answer(call.operation.name, call.status)
        if call.refusal:
            met.name(FAILURE, call.refusal)
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


def _failures(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the codes of failures that there are: those of the examples, and those that readings name."""
    for document in documents:
        for operation in document.operations.values():
            for answer in operation.answers.values():
                for example in answer.examples.values():
                    code = failure(example.value)
                    if code:
                        yield code
    yield from refusals()
