"""The SMS and the states in the responses that show orders, and the numbers of items in their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.vocabulary import Type
from mockserver.drift.inference.bodies import leaves, lists
from mockserver.drift.inference.column_meaning import common_encoding
from mockserver.drift.inference.encodings import Encoding
from mockserver.drift.inference.knowledge import SMS
from mockserver.drift.inference.meaning import Count, Each, Value
from mockserver.drift.inference.order_states import Shown, StateWords, possible, words
from mockserver.traffic.calls import EXPIRED, REFUNDED, STATES

ENOUGH = 3
"""How often a number must have been the length of a list."""
DISTINCT = 3
"""In how many different lengths, if it is never above one and the list is not one of SMS, which are short."""

_TIME = Type("time")
SMALL = 100
"""Numbers below may stand for words."""

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.drift.inference.bodies import Column, Instance, Node
    from mockserver.drift.inference.knowledge import Entity
    from mockserver.drift.inference.meaning import Meaning, Path
    from mockserver.drift.inference.scope import Evidence, Scope


def messages(node: Node, scope: Scope, evidence: Evidence) -> dict[Path, Meaning]:
    """Return the meanings of a list of SMS: sentences in an order, each with a code that the sentence contains.

    Empty for any other list.
    """
    name = _order(scope)
    if not name or node.item is None:
        return {}
    key = _key(node)
    if node.keys and not key:
        return {}
    single = [leaf for leaf in leaves(node.item) if leaf.cells]
    sentences = [leaf for leaf in single if leaf.kind == "string" and _are_sentences(leaf)]
    if len(sentences) != 1:
        return {}
    (text,) = sentences
    found: dict[Path, Meaning] = {
        node.path: Each(f"{name}.messages", "message", "message", key, node.times),
        text.path: Value("message.text", Encoding("string"), None, len(text.distinct)),
    }
    codes = [leaf for leaf in single if leaf is not text and _are_within(leaf, text)]
    times = [leaf for leaf in single if leaf not in (text, *codes) and common_encoding(_TIME, leaf.distinct, leaf.kind)]
    if len(codes) == 1:
        found[codes[0].path] = Value("message.code", Encoding("string"), None, len(codes[0].distinct))
    if len(times) == 1:
        found[times[0].path] = Value(
            "message.received_at",
            common_encoding(_TIME, times[0].distinct, times[0].kind),
            None,
            len(times[0].distinct),
        )
    are_known = set(text.distinct) <= evidence.knowledge.domain("message.text")
    return found if len(codes) == 1 or len(text.distinct) > 1 or are_known else {}


def _key(node: Node) -> str:
    """Return the key of an object whose members are SMS by their times; empty for others."""
    written = common_encoding(_TIME, node.keys.values())
    return "message.received_at" if written and written.annotation == ("x-time", "utc") else ""


def count(column: Column, node: Node, meanings: Mapping[Path, Meaning]) -> Count | None:
    """Return the meaning of numbers that are always the length of a list beside them."""
    values = list(column.cells.values())
    if column.node.kind != "integer" or len(values) < ENOUGH or len(set(values)) < 2:
        return None
    for inner in lists(node):
        each = meanings.get(inner.path)
        lengths = {place: inner.lengths.get(place) for place in column.cells}
        many = len(set(values)) >= DISTINCT or max(values) > 1 or (isinstance(each, Each) and each.record == "message")
        if isinstance(each, Each) and many and lengths == dict(column.cells):
            return Count(each.source)
    return None


def states(
    column: Column,
    node: Node,
    scope: Scope,
    evidence: Evidence,
    meanings: Mapping[Path, Meaning],
    known: StateWords,
) -> Value | None:
    """Return the meaning of words for the states of orders; None for other values.

    `known` are the words in other responses of the document and in the contract; those found are added.
    """
    name = _order(scope)
    if not name or not 1 < len(column.node.distinct) <= len(STATES) or not all(map(_is_word, column.node.distinct)):
        return None
    if column.node.kind == "integer" and _counts_sms(column, node, name, meanings):
        return None
    looks = list(_looks(column, node, name, scope, evidence, meanings))
    found: dict[str, Any] = {}
    for repaid in (False, True):
        shown = [
            Shown(
                (look.order, evidence.knowledge.since(look.order, look.at)),
                look.at,
                look.word,
                _possible(look, evidence, repaid=repaid),
            )
            for look in looks
        ]
        found = found or words(shown, known.known)
    if len(found) < 2:
        return None
    elsewhere = {**known.before, **known.shown}
    if sum(elsewhere.get(state) == word for state, word in found.items()) == len(found) > 1:
        found = {**elsewhere, **found}
    for state, word in found.items():
        known.shown.setdefault(state, word)
    return Value(f"{name}.state", None, found, len(looks))


def _counts_sms(column: Column, node: Node, name: str, meanings: Mapping[Path, Meaning]) -> bool:
    """Return whether numbers are those of the SMS beside them."""
    return any(
        isinstance(meaning, Each)
        and meaning.source == f"{name}.messages"
        and all(inner.lengths.get(place) == value for place, value in column.cells.items())
        for inner in node.walk()
        for meaning in [meanings.get(inner.path)]
    )


class Look(NamedTuple):
    """An order in a response: when, the word for its state, what has happened to it, and whether it shows an SMS."""

    order: Entity
    at: int
    word: Any
    events: Sequence[str]
    has_sms: bool | None


def _looks(
    column: Column, node: Node, name: str, scope: Scope, evidence: Evidence, meanings: Mapping[Path, Meaning]
) -> Iterator[Look]:
    for place, word in column.cells.items():
        whose = scope.entity(name, place)
        if whose is not None:
            at = evidence.at(place)
            has_sms = _has_sms(node, name, place, meanings)
            if has_sms:
                evidence.knowledge.happen(whose, SMS, at)
            yield Look(whose, at, word, evidence.knowledge.events(whose, at), has_sms)


def _possible(look: Look, evidence: Evidence, *, repaid: bool) -> frozenset[str]:
    """Return the states that an order may have by its events and the clock of the service."""
    states = possible(look.events, has_sms=look.has_sms, repaid=repaid)
    ended = evidence.clock.has_ended(look.order, look.at)
    by_clock = STATES if ended is None else (EXPIRED, REFUNDED) if ended else {*STATES} - {EXPIRED}
    return states.intersection(by_clock) or states


def _is_word(value: Any) -> bool:
    """Return whether a value may be a word for a state: a text without blanks, or a small number."""
    if isinstance(value, str):
        return " " not in value
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < SMALL


def _order(scope: Scope) -> str:
    """Return the name of the order in a scope; empty if there is none."""
    return next((name for name, record in scope.names.items() if record == "order"), "")


def _has_sms(node: Node, name: str, place: Instance, meanings: Mapping[Path, Meaning]) -> bool | None:
    """Return whether an order at a place shows an SMS; None if no such place is known."""
    for inner in node.walk():
        meaning = meanings.get(inner.path)
        if isinstance(meaning, Each) and meaning.source == f"{name}.messages" and place in inner.lengths:
            return inner.lengths[place] > 0
        if isinstance(meaning, Value) and meaning.name.startswith(f"{name}.latest.") and place in inner.cells:
            return inner.cells[place] not in (None, "")
    return None


def _are_sentences(leaf: Node) -> bool:
    """Return whether texts are written for people: most have several words."""
    texts = [value for value in leaf.distinct if isinstance(value, str)]
    is_time = common_encoding(_TIME, leaf.distinct, leaf.kind) is not None
    return bool(texts) and sum(" " in text.strip() for text in texts) * 2 > len(texts) and not is_time


def _are_within(leaf: Node, text: Node) -> bool:
    """Return whether each value is a part of the text beside it."""
    pairs = [(value, text.cells.get(place)) for place, value in leaf.cells.items() if value is not None]
    return bool(pairs) and all(
        isinstance(value, str) and isinstance(whole, str) and value in whole != value for value, whole in pairs
    )
