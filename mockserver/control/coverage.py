"""How much of the contract, and of the life of an order, was met."""

from collections.abc import Iterable

from mockserver.contract import Document
from mockserver.domain.order import TRANSITIONS, State
from mockserver.simulation.world_slot import Counts
from mockserver.traffic.coverage import Coverage


def coverage(counts: Counts, documents: Iterable[Document]) -> Coverage:
    """The counts, beside all that there is to meet."""
    moves = dict.fromkeys((before, after) for (before, _), after in TRANSITIONS.items())
    whole = Coverage(documents, State, moves)
    for (operation, status), times in counts.answers.items():
        whole.answer(operation, status, times)
    for state, times in counts.states.items():
        whole.state(state, times)
    for (before, after), times in counts.moves.items():
        whole.transition(before, after, times)
    return whole
