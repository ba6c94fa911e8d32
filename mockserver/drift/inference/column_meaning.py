"""The meaning of a column of values, found by joining it with what is known of the records that it belongs to.

Every response supports or refutes each candidate. A column gets a meaning if enough of its values support it, none
refutes it, and it has no rival.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.contract import vocabulary
from mockserver.contract.vocabulary import OPERATION, Type
from mockserver.drift.inference.bodies import parts
from mockserver.drift.inference.encodings import Encoding, decoded
from mockserver.drift.inference.knowledge import CONSTANT, fields_of
from mockserver.drift.inference.meaning import Rivals, Value
from mockserver.drift.inference.scope import tells

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from mockserver.drift.inference.bodies import Column, Instance
    from mockserver.drift.inference.meaning import Meaning, Path
    from mockserver.drift.inference.scope import Evidence, Scope

_EXAMINED = 300
"""The maximum number of values of a column that are joined."""
_AFFIX = 8
"""The maximum length of what stands around a single value in a text, and a mark for the value."""
_AFFIXED = 3
"""In how many different texts a single value must stand between the same characters."""
_TOLERATED = 0.15
"""The largest fraction of misses for a fact that changes: it may have changed between two looks."""


@dataclass
class Candidate:
    """A possible meaning of a column: the facts that agree, and how many values were compared."""

    name: str
    encoding: Encoding
    hits: int = 0
    tested: int = 0
    facts: set[Any] = field(default_factory=set)

    def agrees(self) -> bool:
        """Whether the values agree often enough."""
        return self.hits > 0 and self.tested - self.hits <= _allowed_misses(self.name, self.tested)

    def holds(self) -> bool:
        """Whether the values agree often enough, and in enough different facts."""
        return self.agrees() and tells(self.facts)

    @property
    def value(self) -> Value:
        """The meaning."""
        return Value(self.name, self.encoding, None, self.hits)


class ColumnMeanings:
    """Finds the meanings of columns. `prior` are the names in the contract by path: they decide between rivals."""

    def __init__(self, evidence: Evidence, prior: Mapping[Path, str]) -> None:
        self._evidence = evidence
        self._prior = prior

    def of(self, column: Column, scope: Scope) -> Meaning | None:
        """Return the meaning of a column by the records in a scope; None if it has none."""
        candidates = [
            candidate
            for name, record in scope.names.items()
            for candidate in self._candidates(column, name, record, scope)
            if candidate.holds()
        ]
        if candidates:
            return _chosen(candidates, self._prior.get(column.node.path, ""))
        return self._words(column, scope) or self._text(column, scope) or self._ordered_at(column, scope)

    def _candidates(self, column: Column, name: str, record: str, scope: Scope) -> Iterator[Candidate]:
        cells = [
            (whose, self._evidence.at(place), value)
            for place, value in list(column.cells.items())[:_EXAMINED]
            if (whose := scope.entity(name, place))
        ]
        for field_, type_ in fields_of(record).items():
            if type_.name in vocabulary().words or type_.name == "boolean":
                continue
            misses_allowed = _allowed_misses(f"{name}.{field_}", len(cells))
            found: dict[Encoding, Candidate] = {}
            tested = missed = 0
            for whose, at, value in cells:
                expected = self._evidence.knowledge.values(whose, field_, at)
                if not expected:
                    continue
                tested += 1
                agreeing = [
                    (encoding, fact)
                    for encoding, fact in decoded(type_, value, column.node.kind)
                    if any(_same(fact, each) for each in expected)
                ]
                for encoding, fact in agreeing:
                    candidate = found.setdefault(encoding, Candidate(f"{name}.{field_}", encoding))
                    candidate.hits += 1
                    candidate.facts.add(fact)
                missed += not agreeing
                if missed > misses_allowed:
                    break  # no candidate can hold any more
            else:
                for candidate in found.values():
                    candidate.tested = tested
                    yield candidate

    def _words(self, column: Column, scope: Scope) -> Value | None:
        """Return the meaning of a column of words: each stands for one word of the vocabulary."""
        if len(column.node.distinct) > len(vocabulary().words["payment_status"]):
            return None
        best: Value | None = None
        for name, expected in self._expected_words(column, scope):
            words = _mapping([(value, word) for value, word, _ in expected]) if _are_backed(expected) else None
            if words and len(words) > 1 and (best is None or len(words) > len(best.words or ())):
                best = Value(name, None, words, len(expected))
        return best

    def _expected_words(self, column: Column, scope: Scope) -> Iterator[tuple[str, list[tuple[Any, str, Hashable]]]]:
        """Yield the names that words may have, and for each value its word and the record that it belongs to."""
        if scope.depth == 1:
            yield OPERATION, [(value, self._evidence.purpose(place), place) for place, value in column.cells.items()]
        for name, record in scope.names.items():
            for field_, type_ in fields_of(record).items():
                is_word = type_.name in vocabulary().words or type_.name == "boolean"
                if not is_word or type_.name == "state":  # the states of orders follow from what happened to them
                    continue
                pairs: list[tuple[Any, str, Hashable]] = []
                for place, value in column.cells.items():
                    whose = scope.entity(name, place)
                    known = self._evidence.knowledge.values(whose, field_, self._evidence.at(place)) if whose else []
                    if len(set(known)) == 1 and whose is not None:
                        word = known[0]
                        pairs.append((value, str(word).lower() if isinstance(word, bool) else word, whose))
                if pairs:
                    yield f"{name}.{field_}", pairs

    def _text(self, column: Column, scope: Scope) -> Value | None:
        """Return the meaning of a text of several values."""
        if column.node.kind != "string" or len(column.cells) < 2:
            return None
        return self._in_parts(column, scope) or self._with_known(column, scope)

    def _in_parts(self, column: Column, scope: Scope) -> Value | None:
        """Return the meaning of texts with the same punctuation, of which each part has a meaning or never varies."""
        pieces = list(parts(column.node))
        told = 0
        names = []
        for piece in pieces:
            agreeing = [
                candidate
                for name, record in scope.names.items()
                for candidate in self._candidates(piece, name, record, scope)
                if candidate.agrees() and candidate.encoding.annotation in (None, ("x-unit", "cents"))
            ]
            sure = [candidate for candidate in agreeing if candidate.holds()]
            chosen = _chosen(sure or agreeing, "") if agreeing else None
            told += bool(sure)
            if isinstance(chosen, Value):
                names.append(f"{{{chosen.name}}}")
            elif chosen is None and len(set(piece.cells.values())) == 1:
                names.append(next(iter(piece.cells.values())))
            else:
                return None
        texts = set(column.cells.values())
        if not told or len(texts) < 2:
            return None
        between = (*pieces[0].pieces[1:-1], "")
        return Value(
            "".join(f"{name}{mark}" for name, mark in zip(names, between, strict=True)), None, None, len(texts)
        )

    def _with_known(self, column: Column, scope: Scope) -> Value | None:
        """Return the meaning of texts in which known values stand between the same characters."""
        found: set[str] = set()
        texts = set()
        for place, text in list(column.cells.items())[:_EXAMINED]:
            known = dict(self._texts(place, scope))
            template = _template(text, known)
            if template is None:
                continue
            found.add(template)
            texts.add(text)
        if len(found) != 1:
            return None
        (template,) = found
        if template.count("{") == 1 and len(texts) < _AFFIXED:
            return None
        return Value(template, None, None, len(texts))

    def _ordered_at(self, column: Column, scope: Scope) -> Value | None:
        """Return the meaning of a time that lies the same span before the end of each order, as it was placed."""
        for name, record in scope.names.items():
            if record != "order":
                continue
            spans: defaultdict[Encoding, set[int]] = defaultdict(set)
            facts = set()
            for place, value in column.cells.items():
                whose = scope.entity(name, place)
                ends = self._evidence.knowledge.first(whose, "expires_at", self._evidence.at(place)) if whose else None
                if ends is None:
                    continue
                for encoding, fact in decoded(Type("time"), value, column.node.kind):
                    spans[encoding].add(ends - fact)
                    facts.add(fact)
            for encoding, span in spans.items():
                if len(span) == 1 and min(span) > 0 and len(facts) > 1:
                    return Value(f"{name}.ordered_at", encoding, None, len(facts))
        return None

    def _texts(self, place: Instance, scope: Scope) -> Iterator[tuple[str, str]]:
        for name, record in scope.names.items():
            whose = scope.entity(name, place)
            if whose is None or name == "account":
                continue
            for field_, type_ in fields_of(record).items():
                if type_.name in ("text", "digits", "money") and f"{record}.{field_}" in CONSTANT:
                    values = self._evidence.knowledge.values(whose, field_, self._evidence.at(place))
                    if len(values) == 1 and values[0]:
                        yield f"{name}.{field_}", str(values[0])


def common_encoding(type_: Type, values: Iterable[Any], kind: str = "") -> Encoding | None:
    """Return the only format of a type in which all values can be written; None if there are several, or none."""
    if type_.name in vocabulary().words or type_.name in ("text", "digits", "boolean", "decimal"):
        return None
    found = [{encoding for encoding, _ in decoded(type_, value, kind)} for value in dict.fromkeys(values)]
    common = set.intersection(*found) if found else set()
    return next(iter(common)) if len(common) == 1 else None


def _allowed_misses(name: str, tested: int) -> float:
    """Return how many of the values that were compared with a fact may differ: none if it never changes."""
    return 0 if name in CONSTANT else _TOLERATED * tested


def _same(fact: Any, other: Any) -> bool:
    if isinstance(fact, float) or isinstance(other, float):
        return abs(float(fact) - float(other)) < 1e-9
    return bool(fact == other)


def _chosen(candidates: Sequence[Candidate], prior: str) -> Meaning:
    """Return the best candidate, or all that are equally good. The meaning in the contract decides between rivals."""
    best = max(candidates, key=lambda each: (len(each.facts), each.hits))
    rivals = [each for each in candidates if len(each.facts) >= len(best.facts) and each.hits >= best.hits]
    named = {each.name for each in rivals}
    if len(named) == 1:
        return best.value
    if held := [each for each in rivals if each.name == prior]:
        return held[0].value
    return Rivals(tuple(each.value for each in rivals))


def _are_backed(expected: Sequence[tuple[Any, str, Hashable]]) -> bool:
    """Return whether words are unlikely to agree by chance: one record shows several, or several records each."""
    records: defaultdict[Hashable, set[str]] = defaultdict(set)
    words: defaultdict[str, set[Hashable]] = defaultdict(set)
    for _, word, whose in expected:
        records[whose].add(word)
        words[word].add(whose)
    return any(len(each) > 1 for each in records.values()) or all(len(each) > 1 for each in words.values())


def _mapping(pairs: Sequence[tuple[Any, str]]) -> dict[str, Any] | None:
    """Return the word on the wire for each word of the vocabulary; None if one has several meanings."""
    meant: defaultdict[Any, set[str]] = defaultdict(set)
    for wire, word in pairs:
        meant[wire].add(word)
    if any(len(words) > 1 for words in meant.values()):
        return None
    found: dict[str, Any] = {}
    for wire, (word,) in meant.items():
        if word in found:
            return None
        found[word] = wire
    return found


def _template(text: str, known: Mapping[str, str]) -> str | None:
    """Return a text with the known values in it replaced by their names: two, or one with a few characters around."""
    found = text
    used = 0
    marks: dict[str, str] = {}
    for name, value in sorted(known.items(), key=lambda each: -len(each[1])):
        place = (
            re.search(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", found) if len(value) > 1 or used else None
        )
        if place is not None:
            mark = chr(0xE000 + len(marks))
            found = found[: place.start()] + mark + found[place.end() :]
            marks[mark] = name
            used += 1
    if not used or "{" in found or "}" in found or (used == 1 and len(found) > _AFFIX):
        return None
    for mark, name in marks.items():
        found = found.replace(mark, f"{{{name}}}")
    return found
