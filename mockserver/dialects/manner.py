"""How answers are written where the documentation can be understood in several ways; the same in both dialects."""

from collections.abc import Mapping
from typing import NamedTuple

from contracts.spec.choices import Choices, chosen
from mockserver.dialects.dialect import Rejection
from mockserver.dialects.wire import WORDS, Words
from mockserver.domain.order import State
from mockserver.domain.refusal import Reason


class Manner(NamedTuple):
    """What differs from a dialect's own table of failures, and what the states of an order are called."""

    statuses: Mapping[Reason | Rejection, int]
    words: Words


def manner(readings: Choices) -> Manner:
    """How answers are written by these readings. Raises ReadingError."""
    changes = [value.wire for value in chosen(readings)]
    statuses: dict[Reason | Rejection, int] = {}
    for change in changes:
        statuses |= {Reason(code): status for code, status in change.get("statuses", {}).items()}
    words = {State(state): word for change in changes for state, word in change.get("words", {}).items()}
    return Manner(statuses, {**WORDS, **words})
