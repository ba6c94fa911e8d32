"""The words for the states of orders, found by what happened to the orders before they were shown."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.traffic.calls import COMPLETED, EXPIRED, REFUNDED, STATES, WAITING

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence


UNEXPLAINED = "?"
"""A call whose effect is unknown."""


class StateWords(NamedTuple):
    """The words for states in a document: those that the contract states, and those that its responses have shown.

    `before` are those that they showed when less was known.
    """

    stated: Mapping[str, Any]
    before: Mapping[str, Any]
    shown: dict[str, Any]

    @property
    def known(self) -> Mapping[str, Any]:
        """The word for each state: that of the responses if there is one."""
        return {**self.stated, **self.before, **self.shown}


class Shown(NamedTuple):
    """An order as a response shows it: which one, when, the word for its state, and the states that it may have."""

    order: Hashable
    at: int
    word: str
    possible: frozenset[str]


def possible(events: Iterable[str], *, has_sms: bool | None, repaid: bool = False) -> frozenset[str]:
    """Return the states that an order may have after these calls: `order`, `another`, `refund`, `?` for an unknown one.

    `has_sms` says whether the response shows an SMS; None if that is unknown. An order may always have ended: nobody
    knows the clock of the service. `repaid` says whether the service may refund orders that end without an SMS.
    """
    known = list(events)
    if "refund" in known:
        return frozenset({REFUNDED})
    if UNEXPLAINED in known:
        return frozenset(STATES)
    if has_sms is None or ("another" in known and has_sms):
        return frozenset({WAITING, COMPLETED, EXPIRED})
    if has_sms:
        return frozenset({COMPLETED, EXPIRED})
    return frozenset({WAITING, EXPIRED, REFUNDED}) if repaid else frozenset({WAITING, EXPIRED})


def words(shown: Sequence[Shown], elsewhere: Mapping[str, str]) -> dict[str, str]:
    """Return the word for each state that the orders show; states that cannot be told apart are left out.

    `elsewhere` are the words of other responses. They count if nothing here speaks against them.
    """
    meant: dict[str, frozenset[str]] = {}
    for each in shown:
        meant[each.word] = meant.get(each.word, each.possible) & each.possible
    if not all(meant.values()):
        return {}
    for state, word in elsewhere.items():
        if state in meant.get(word, ()):
            meant[word] = frozenset({state})
    found: dict[str, str] = {}
    while True:
        sure = {word: next(iter(states)) for word, states in meant.items() if len(states) == 1}
        if len(set(sure.values())) < len(sure):
            return {}
        found |= {state: word for word, state in sure.items()}
        meant = {word: states - found.keys() for word, states in meant.items() if word not in sure}
        if not sure and not _by_succession(meant, shown):
            return found
        meant = {word: states for word, states in meant.items() if states}


def _by_succession(meant: dict[str, frozenset[str]], shown: Sequence[Shown]) -> bool:
    """Tell apart two words by their succession: an order that waits may end, an order that has ended does not wait."""
    follows = _followers(shown)
    for early in (WAITING, COMPLETED):
        both = [word for word, states in meant.items() if states == {early, EXPIRED}]
        for word in both:
            others = [other for other in both if other != word]
            if others and all(other in follows[word] and word not in follows[other] for other in others):
                meant[word] = frozenset({early})
                return True
    return False


def _followers(shown: Sequence[Shown]) -> Mapping[str, Collection[str]]:
    """Return the words that are seen after each word, of the same order."""
    orders: defaultdict[Hashable, list[Shown]] = defaultdict(list)
    for each in shown:
        orders[each.order].append(each)
    follows: defaultdict[str, set[str]] = defaultdict(set)
    for looks in orders.values():
        looks.sort(key=lambda each: each.at)
        for place, before in enumerate(looks):
            follows[before.word] |= {after.word for after in looks[place + 1 :] if after.word != before.word}
    return follows
