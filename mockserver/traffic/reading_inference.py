"""Inferring the values of readings from recorded traffic.

The evidence of a reading is the kind of traffic that supports its values: responses that match the documents of one
value best, or behaviour that shows which rule of the service applies.
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
from mockserver.traffic.calls import UNCERTAIN, CallReader, Outcome
from mockserver.traffic.exchange import ANSWER, Answer, header
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
    """The number of calls that support each value of a reading, in `times`.

    `default` is the value in the contract: a value of the reading, or the values of its rules if overlays have changed
    them to others.
    """

    reading: str
    default: str
    times: dict[str, int]

    @property
    def verdict(self) -> str:
        """The only value that traffic supports; empty if it supports none or several."""
        return next(iter(self.times)) if len(self.times) == 1 else ""


class _ByAnswers:
    """Returns the value of a reading whose documents match a response best.

    A match is better if its problems are a proper subset of those of the other: the real service may differ from the
    contract in other respects too.
    """

    def __init__(self, reading: Reading, overlays: Overlays) -> None:
        self._reading = reading
        self._overlays = tuple(overlays)
        self._have_equal_schemas = cache(self._compare_schemas)
        self._best = lru_cache(maxsize=1024)(self._best_match)  # a polling client receives the same response repeatedly

    @cached_property
    def _documents(self) -> Mapping[str, Mapping[str, Document]]:
        """The documents of each value; empty if the overlays cannot be applied to the documents of every value."""
        try:
            return {
                value: _contract(self._reading.name, value, self._overlays).documents for value in self._reading.values
            }
        except LocatedError:
            return {}

    def see(self, call: Call) -> str:
        """Return the value that a call supports: none if its reason is unknown or its body was not recorded."""
        is_known = call.exchange.knows(ANSWER)
        if call.operation is None or call.outcome is Outcome.LOST or call.refusal == UNKNOWN or not is_known:
            return ""
        answer, place = call.exchange.answer, (call.document.name, call.operation.id)
        if answer is None or (call.outcome is Outcome.GRANTED and self._have_equal_schemas(place, answer.status)):
            return ""
        media = header(answer.headers, "content-type") or JSON_TYPE
        return self._best(place, Answer(answer.status, (("content-type", media),), answer.content))

    def _operations(self, place: tuple[str, str]) -> dict[str, Operation | None]:
        """Return the operation with a document and an id, for each value of the reading."""
        document, name = place
        documents = {value: each[document] for value, each in self._documents.items() if document in each}
        return {value: each.operations.get(name) for value, each in documents.items()}

    def _compare_schemas(self, place: tuple[str, str], status: int) -> bool:
        """Return whether the success schemas of an operation are equal for all values."""
        schemas = [_success_schemas(operation, status) for operation in self._operations(place).values()]
        return all(schema == schemas[0] for schema in schemas)

    def _best_match(self, place: tuple[str, str], answer: Answer) -> str:
        """Return the value whose documents match a response best; empty if no value is best."""
        problems = {value: _problems(operation, answer) for value, operation in self._operations(place).items()}
        return next(
            (value for value, own in problems.items() if all(own < problems[each] for each in {*problems} - {value})),
            "",
        )


def _success_schemas(operation: Operation | None, status: int) -> list[Schema]:
    """Return the schemas of a response without those of failures."""
    answer = operation.answers.get(status) if operation else None
    if operation is None or answer is None or answer.schema is None or operation.document.failures is None:
        return []
    failing = operation.document.failures.schemas(status)
    return [schema for schema in answer.schema.get("oneOf", [answer.schema]) if schema not in failing]


def _problems(operation: Operation | None, answer: Answer) -> frozenset[tuple[str, str]]:
    """Return the places in a response that violate an operation's contract, each with the violated rule."""
    if operation is None:
        return frozenset({("path", "unknown")})
    body, media = answer.json, answer.headers[0][1]
    found = [*operation.check_answer(answer.status, body, media)]
    reading = operation.read_answer(answer.status, body, media)
    unread = {(str(part), "unread") for part in reading.unread}
    if reading.refused is not None:
        reason = reading.refused.reason
        if reason == UNKNOWN:
            unread.add(("reason", "unread"))
        else:
            found += operation.document.check_failure(answer.status, body, media, reason)
    return frozenset({*((each.place, each.rule) for each in found), *unread})


class _ByRules:
    """Returns the value of a reading whose rules explain the calls, or the default if overlays have changed the rules.

    Raises ReadingError for a rule without a witness.
    """

    def __init__(self, reading: Reading, default: str, held: Mapping[str, str]) -> None:
        self._values = {default: held, **_rules_by_value(reading)}
        rules = _rules_of(reading)
        unwitnessed = [rule for rule in rules if rule not in WITNESSES]
        if unwitnessed or not rules:
            reason = f"the rule {unwitnessed[0]} has no witness" if unwitnessed else "its values do not set any rule"
            place = located.read(SHIPPED / f"{reading.name}.yaml", f"{reading.name}.yaml").place("/evidence")
            raise ReadingError([Problem(place, f"the evidence of {reading.name} is rules, but {reason}")])
        self._witnesses = {rule: WITNESSES[rule]() for rule in rules}

    def see(self, call: Call) -> str:
        """Return the value that a call supports, by the witness of each rule."""
        seen = {rule: value for rule, witness in self._witnesses.items() if (value := witness.see(call))}
        if not seen:
            return ""
        return _only(
            value
            for value, rules in self._values.items()
            if all(any(_is_same(rules[rule], each) for each in found.split()) for rule, found in seen.items())
        )


def _rules_of(reading: Reading) -> tuple[str, ...]:
    """Return the names of the rules that the values of a reading set."""
    return tuple(dict.fromkeys(rule for value in reading.values.values() for rule in value.rules))


def _rules_by_value(reading: Reading) -> dict[str, Mapping[str, str]]:
    """Return the effective rules of each value of a reading."""
    return {name: {**_default_rules(), **value.rules} for name, value in reading.values.items()}


def held_rules(documents: Iterable[Document]) -> Mapping[str, str]:
    """Return the effective value of every rule in these documents."""
    defaults = {name: rule.value for name, rule in vocabulary().rules.items()}
    return {**defaults, **{name: value for document in documents for name, value in document.rules.items()}}


def _default(reading: Reading, chosen: Choices, held: Mapping[str, str]) -> str:
    """Return the value of a reading in a contract, by its effective rules, since overlays may change them."""
    rules = _rules_of(reading) if reading.evidence is Evidence.RULES else ()
    values = _rules_by_value(reading) if rules else {}
    matching = [name for name, own in values.items() if all(_is_same(own[rule], held[rule]) for rule in rules)]
    if matching or not rules:
        return matching[0] if matching else str(chosen.get(reading.name, reading.default))
    return ", ".join(held[rule] for rule in rules)


@cache
def _default_rules() -> Mapping[str, str]:
    return contract().rules


@lru_cache(maxsize=64)
def _contract(reading: str, value: str, overlays: tuple[Path, ...]) -> Contract:
    return contract({reading: value}, overlays)


def _is_same(one: str, other: str) -> bool:
    are_durations = DURATION.fullmatch(one) and DURATION.fullmatch(other)
    return one == other or bool(are_durations and milliseconds(one) == milliseconds(other))


def _only(values: Iterable[str]) -> str:
    """Return the value if there is exactly one; otherwise an empty text."""
    found = [*values]
    return found[0] if len(found) == 1 else ""


class Readings:
    """Counts the calls that support each value of every reading, call by call.

    `documents` are those of the contract with the `chosen` readings and the `overlays`. Raises ReadingError for a
    reading whose evidence is rules that have no witness.
    """

    def __init__(self, documents: Iterable[Document], chosen: Choices, overlays: Overlays = ()) -> None:
        own = tuple(documents)
        self._calls = CallReader(own)
        known, held = readings(), held_rules(own)
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
        """Count the evidence in an exchange."""
        call = self._calls.read(exchange)
        if call is not None:
            self.hear(call)

    def hear(self, call: Call) -> None:
        """Count the evidence in a call. The response of a faulty or uncertain call is ignored; its request counts."""
        notes = call.exchange.notes
        if notes.get("stopped"):
            return
        if notes.get("faults") or call.outcome in UNCERTAIN:
            call = call._replace(outcome=Outcome.LOST, refusal="", facts={})
        for name, witness in self._witnesses.items():
            if value := witness.see(call):
                self._times[name][value] += 1

    def indications(self) -> tuple[Indication, ...]:
        """Return the counts of every reading."""
        return tuple(Indication(name, self._defaults[name], dict(times)) for name, times in self._times.items())


def settled(indications: Iterable[Indication]) -> Choices:
    """Return the readings for which traffic supports a single value other than the one in the contract."""
    return {each.reading: each.verdict for each in indications if each.verdict not in ("", each.default)}
