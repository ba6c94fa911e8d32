"""The states of an order, by the words of the service."""

from __future__ import annotations

WAITING, COMPLETED, REFUNDED, EXPIRED = STATES = ("waiting", "completed", "refunded", "expired")

RUNNING = frozenset({WAITING, COMPLETED})

TRANSITIONS = (
    (WAITING, COMPLETED),
    (WAITING, REFUNDED),
    (WAITING, EXPIRED),
    (COMPLETED, WAITING),
    (COMPLETED, EXPIRED),
    (EXPIRED, REFUNDED),
)
"""How an order goes from state to state."""


def state(word: object) -> str:
    """Return the state that a status word means; a word that nobody knows stays as it is.

    The documentation shows the beginning `complete` of one word only.
    """
    return COMPLETED if str(word).startswith("complete") else str(word)
