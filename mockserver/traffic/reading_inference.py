"""Which way of understanding the documentation is the true one, by what recorded traffic shows.

A reading says by which facts traffic speaks for one of its values: by answers that fit the documents of that value
only, or by what shows which rule of the service is kept.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import LocatedError, Problem, ReadingError, contract, located, readings, vocabulary
from mockserver.contract.failures import UNKNOWN
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.readings import SHIPPED, Evidence
from mockserver.contract.vocabulary import DURATION, milliseconds
from mockserver.traffic.calls import UNCERTAIN, Outcome, read
from mockserver.traffic.exchange import Answer, header
from mockserver.traffic.rule_witnesses import WITNESSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mockserver.contract import Contract, Document, Operation, Overlays, Reading
    from mockserver.contract.parts import Schema
    from mockserver.contract.readings import Choices
    from mockserver.traffic.calls import Call
    from mockserver.traffic.exchange import Exchange
    from mockserver.traffic.rule_witnesses import Witness


class Indication(NamedTuple):
    """How often traffic speaks for each value of a reading.

    `default` is how the contract takes it so far: a value of the reading, or of a rule that overlays have changed to
    something else.
    """

    reading: str
    default: str
    times: dict[str, int]

    @property
    def verdict(self) -> str:
        """The one value that traffic speaks for; empty if there is none, or more than one."""
        return next(iter(self.times)) if len(self.times) == 1 else ""


class _ByAnswers:
    """Speaks for the value of a reading whose documents an answer fits better than those of every other.

    It fits better where less of it is wrong, and nothing else: the true service may well differ in other things.
    """

    def __init__(self, reading: Reading, overlays: Overlays) -> None:
        self._reading = reading
        self._overlays = tuple(overlays)
        self._alike = cache(self._are_alike)
        self._best = lru_cache(maxsize=1024)(self._fitting)  # who polls hears the same over and over

    @cached_property
    def _documents(self) -> Mapping[str, Mapping[str, Document]]:
        """The documents by each value; by none of them where overlays do not fit every one."""
        try:
            return {
                value: _contract(self._reading.name, value, self._overlays).documents for value in self._reading.values
            }
        except LocatedError:
            return {}

    def see(self, call: Call) -> str:
        """Look for such an answer. What cannot be read fits nothing, and what has no body fits everything."""
        left_out = "answer" in call.exchange.notes.get("left_out", ())
        if call.operation is None or call.outcome is Outcome.LOST or call.refusal == UNKNOWN or left_out:
            return ""
        answer, place = call.exchange.answer, (call.document.name, call.operation.id)
        if answer is None or (call.outcome is Outcome.GRANTED and self._alike(place, answer.status)):
            return ""
        media = header(answer.headers, "content-type") or JSON_TYPE
        return self._best(place, Answer(answer.status, (("content-type", media),), answer.content))

    def _operations(self, place: tuple[str, str]) -> dict[str, Operation | None]:
        """Return an operation, by its document and its id, as it is by each value."""
        document, name = place
        documents = {value: each[document] for value, each in self._documents.items() if document in each}
        return {value: each.operations.get(name) for value, each in documents.items()}

    def _are_alike(self, place: tuple[str, str], status: int) -> bool:
        """Whether all documents say the same of an answer of success."""
        schemas = [_granting(operation, status) for operation in self._operations(place).values()]
        return all(schema == schemas[0] for schema in schemas)

    def _fitting(self, place: tuple[str, str], answer: Answer) -> str:
        """Return the value that an answer fits best; nothing if there is no such one."""
        wrong = {value: _wrong(operation, answer) for value, operation in self._operations(place).items()}
        return next(
            (value for value, own in wrong.items() if all(own < wrong[each] for each in {*wrong} - {value})), ""
        )


def _granting(operation: Operation | None, status: int) -> list[Schema]:
    """Return the schemas of an answer but for those of failures."""
    answer = operation.answers.get(status) if operation else None
    if operation is None or answer is None or answer.schema is None or operation.document.failures is None:
        return []
    failing = operation.document.failures.schemas(status)
    return [schema for schema in answer.schema.get("oneOf", [answer.schema]) if schema not in failing]


def _wrong(operation: Operation | None, answer: Answer) -> frozenset[tuple[str, str]]:
    """Return where an answer does not fit an operation, and which rules it breaks there."""
    if operation is None:
        return frozenset({("path", "unknown")})
    said, media = answer.json, answer.headers[0][1]
    found = [*operation.check_answer(answer.status, said, media)]
    reading = operation.read_answer(answer.status, said, media)
    unread = {(str(part), "unread") for part in reading.unread}
    if reading.refused is not None:
        reason = reading.refused.reason
        if reason == UNKNOWN:
            unread.add(("reason", "unread"))
        else:
            found += operation.document.check_failure(answer.status, said, media, reason)
    return frozenset({*((each.place, each.rule) for each in found), *unread})


class _ByRules:
    """Speaks for the value of a reading by whose rules things happened, or for what overlays have made of these rules.

    Raises ReadingError if nothing shows that.
    """

    def __init__(self, reading: Reading, default: str, held: Mapping[str, str]) -> None:
        self._values = {default: held, **_rules_by_value(reading)}
        rules = _rules_of(reading)
        unseen = [rule for rule in rules if rule not in WITNESSES]
        if unseen or not rules:
            what = f"shows which {unseen[0]} is kept" if unseen else "is a rule that differs"
            place = located.read(SHIPPED / f"{reading.name}.yaml", f"{reading.name}.yaml").place("/evidence")
            raise ReadingError([Problem(place, f"the evidence of {reading.name} is rules, and nothing {what}")])
        self._witnesses = {rule: WITNESSES[rule]() for rule in rules}

    def see(self, call: Call) -> str:
        """Ask the witness of each rule."""
        seen = {rule: value for rule, witness in self._witnesses.items() if (value := witness.see(call))}
        if not seen:
            return ""
        return _only(
            value
            for value, rules in self._values.items()
            if all(any(_is_same(rules[rule], each) for each in found.split()) for rule, found in seen.items())
        )


def _rules_of(reading: Reading) -> tuple[str, ...]:
    """Return the rules that differ between the values of a reading."""
    return tuple(dict.fromkeys(rule for value in reading.values.values() for rule in value.rules))


def _rules_by_value(reading: Reading) -> dict[str, Mapping[str, str]]:
    """Return the rules that hold by each value of a reading."""
    return {name: {**_usual(), **value.rules} for name, value in reading.values.items()}


def held_rules(documents: Iterable[Document]) -> Mapping[str, str]:
    """Return the rules that hold by documents."""
    usual = {name: rule.value for name, rule in vocabulary().rules.items()}
    return {**usual, **{name: value for document in documents for name, value in document.rules.items()}}


def _default(reading: Reading, chosen: Choices, held: Mapping[str, str]) -> str:
    """Return how a contract takes a reading: by the rules that it has, since overlays may change them."""
    rules = _rules_of(reading) if reading.evidence is Evidence.RULES else ()
    values = _rules_by_value(reading) if rules else {}
    fitting = [name for name, own in values.items() if all(_is_same(own[rule], held[rule]) for rule in rules)]
    if fitting or not rules:
        return fitting[0] if fitting else str(chosen.get(reading.name, reading.default))
    return ", ".join(held[rule] for rule in rules)


@cache
def _usual() -> Mapping[str, str]:
    return contract().rules


@lru_cache(maxsize=64)
def _contract(reading: str, value: str, overlays: tuple[Path, ...]) -> Contract:
    return contract({reading: value}, overlays)


def _is_same(one: str, other: str) -> bool:
    are_durations = DURATION.fullmatch(one) and DURATION.fullmatch(other)
    return one == other or bool(are_durations and milliseconds(one) == milliseconds(other))


def _only(values: Iterable[str]) -> str:
    """Return the value if there is a single one; else nothing."""
    found = [*values]
    return found[0] if len(found) == 1 else ""


class Readings:
    """What calls, taken one after another, say about every reading.

    `documents` are those of the contract as the readings that are `chosen` and `overlays` have it now. Raises
    ReadingError for a reading that nothing here can tell of, though it says that traffic does.
    """

    def __init__(self, documents: Iterable[Document], chosen: Choices, overlays: Overlays = ()) -> None:
        self._documents = tuple(documents)
        known, held = readings(), held_rules(self._documents)
        self._defaults = {name: _default(reading, chosen, held) for name, reading in known.items()}
        by_evidence: Mapping[Evidence, Callable[[Reading], Witness]] = {
            Evidence.ANSWERS: lambda reading: _ByAnswers(reading, overlays),
            Evidence.RULES: lambda reading: _ByRules(reading, self._defaults[reading.name], held),
        }
        self._witnesses = {
            name: by_evidence[reading.evidence](reading)
            for name, reading in known.items()
            if reading.evidence in by_evidence
        }
        self._times: dict[str, Counter[str]] = {name: Counter() for name in known}

    def see(self, exchange: Exchange) -> None:
        """Take in an exchange."""
        call = read(self._documents, exchange)
        if call is not None:
            self.hear(call)

    def hear(self, call: Call) -> None:
        """Take in a call. Of one that a fault has changed, or that went wrong, only what was asked for counts."""
        notes = call.exchange.notes
        if notes.get("stopped"):
            return
        if notes.get("faults") or call.outcome in UNCERTAIN:
            call = call._replace(outcome=Outcome.LOST, refusal="", facts={})
        for name, witness in self._witnesses.items():
            if value := witness.see(call):
                self._times[name][value] += 1

    def indications(self) -> tuple[Indication, ...]:
        """Return what was seen, reading by reading."""
        return tuple(Indication(name, self._defaults[name], dict(times)) for name, times in self._times.items())


def settled(indications: Iterable[Indication]) -> Choices:
    """Return the readings that traffic has settled otherwise than the contract takes them."""
    return {each.reading: each.verdict for each in indications if each.verdict not in ("", each.default)}
