"""The words for the states of payments, found by what follows what, and by the balance before and after."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mockserver.drift.inference.knowledge import Entity
from mockserver.drift.inference.meaning import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.drift.inference.bodies import Column
    from mockserver.drift.inference.scope import Evidence, Scope

OPEN, PAID, CANCELLED = "check", "paid", "cancel"
GROUND = "the word for paid payments is the only one that nothing else explains"
MAXIMUM = 14
"""The maximum number of different words."""


def payment_words(column: Column, scope: Scope, evidence: Evidence) -> Value | None:
    """Return the meaning of words for the states of payments; None for other values.

    The first word of a payment that later has another one is that of an open payment. The other one is that of a paid
    payment if the balance has risen by its amount in between, and that of a cancelled one if it is the same. If only
    the words for open and cancelled payments are known, a third one is left for the paid ones; that is inferred.
    """
    name = next((name for name, record in scope.names.items() if record == "payment"), "")
    words = column.node.distinct
    if not name or not 1 < len(words) <= MAXIMUM or not all(isinstance(word, str | int) for word in words):
        return None
    meant: defaultdict[Any, set[str]] = defaultdict(set)
    for (early, since), (late, at), whose, account in _changes(column, name, scope, evidence):
        meant[early].add(OPEN)
        if state := _became(whose, account, since, at, evidence):
            meant[late].add(state)
        else:
            meant[late] |= set()
    if CANCELLED in words:
        meant[CANCELLED].add(CANCELLED)  # the word of the contract
    found = {next(iter(states)): word for word, states in meant.items() if len(states) == 1}
    left = [word for word, states in meant.items() if not states]
    is_inferred = found.keys() == {OPEN, CANCELLED} and len(left) == 1
    if is_inferred:
        found[PAID] = left.pop()
    if len(found) < 2 or len(found) < len(meant) or OPEN not in found:
        return None
    return Value(f"{name}.status", None, found, len(column.cells), GROUND if is_inferred else "")


def _changes(
    column: Column, name: str, scope: Scope, evidence: Evidence
) -> Iterator[tuple[tuple[Any, int], tuple[Any, int], Entity, str]]:
    """Yield the two words of each payment whose word has changed, with their times, and the account."""
    looks: defaultdict[tuple[Entity, int], list[tuple[int, Any, str]]] = defaultdict(list)
    for place, word in column.cells.items():
        whose = scope.entity(name, place)
        if whose is not None:
            at = evidence.at(place)
            looks[whose, evidence.knowledge.since(whose, at)].append((at, word, evidence.account(place)))
    for (whose, _), seen in looks.items():
        seen.sort(key=lambda each: each[0])
        words = list(dict.fromkeys(word for _, word, _ in seen))
        if len(words) == 2:
            since = max(at for at, word, _ in seen if word == words[0])
            at, _, account = next(each for each in seen if each[1] == words[1])
            if since < at:
                yield (words[0], since), (words[1], at), whose, account


def _became(whose: Entity, account: str, since: int, at: int, evidence: Evidence) -> str:
    """Return the state that a payment has got between two times, by the balance; empty if that is unknown."""
    holder = Entity("account", account, (account,))
    amounts = evidence.knowledge.values(whose, "amount", at)
    before, between = (evidence.knowledge.last(holder, "balance", when) for when in (since, at))
    after = evidence.knowledge.next(holder, "balance", at)
    if len(amounts) != 1 or after is None:
        return ""
    rises = {after - seen[1] for seen in (before, between) if seen is not None}
    if amounts[0] in rises:
        return PAID
    return CANCELLED if before is not None and rises == {0} else ""
