"""What drift finds out about a vendor: a verdict on each of its decisions, and what the proposal states wrongly."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mockserver.contract import ABSENT, LocatedError, contract
from mockserver.contract.loading import as_yaml
from mockserver.drift import compare, propose, write
from mockserver.traffic import jsonl
from mockserver.traffic.recordings import read
from tests.vendors import claims
from tests.vendors.repertoire import record
from tests.vendors.replies import Reply, at
from tests.vendors.replies import reply as reply_of
from tests.vendors.statements import OPEN, Key, Statement, Statements, Steps, fits, leaves, statements
from tests.vendors.world import ACCOUNTS, replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mockserver.contract import Contract
    from mockserver.drift import Difference, Drift
    from mockserver.traffic import Answer, Exchange
    from tests.vendors.draft import Decision
    from tests.vendors.generator import Vendor


_NAMING = frozenset(
    {"renamed", "failure", "moved", "path", "method", "unwrapped", "nested", "joined", "tupled", "status"}
)
"""The kinds of decisions in which what was and what is are names or paths."""


_FORMS = frozenset({"reunited", "reworded"})
"""The kinds of decisions that change how a value is written, not what it means."""


class Verdict(NamedTuple):
    """What became of a decision.

    - `shown`: the recording shows it; the other fields count only then
    - `detected`: drift reports a difference there
    - `named`: the proposal gives the same meaning to every place that the decision changed, and the same units or words
      if these are what it changed
    - `proposed`: every value has the same form, too, and what the decision replaced is gone
    - `served`: the mock under the proposal answers the same requests with the same values at these places
    """

    decision: Decision
    shown: bool = False
    detected: bool = False
    named: bool = False
    proposed: bool = False
    served: bool = False


class Result(NamedTuple):
    """The result for a vendor.

    `same` counts the answers of the mock under the proposal that equal those of the vendor, out of `exchanges`.
    `open` counts the places with a meaning that the proposal leaves open, `left` the differences that drift finds in
    the same recording under the proposal. `problem` says why the proposal cannot be loaded, if it cannot.
    """

    vendor: Vendor
    verdicts: tuple[Verdict, ...]
    wrong: tuple[claims.Wrong, ...]
    same: int
    exchanges: int
    open: int
    proposal: str
    problem: str = ""
    left: int = 0

    @property
    def leaks(self) -> bool:
        """Whether the proposal holds a key of the recording."""
        return any(account.key in self.proposal for account in ACCOUNTS)

    @property
    def shown(self) -> list[Verdict]:
        """The verdicts that count."""
        return [verdict for verdict in self.verdicts if verdict.shown]


def measure(vendor: Vendor, directory: Path) -> Result:
    """Record a day with a vendor, let drift propose an overlay, and hold it against the vendor."""
    own, proposal, recording = (directory / name for name in ("vendor.yaml", "proposal.yaml", "day.jsonl"))
    own.write_text(vendor.overlay)
    exchanges = record(own)
    recording.write_bytes(b"".join(jsonl.write(exchanges)))
    drift, bases = compare(lambda: read(recording))
    overlay = propose(drift, bases, "a recording")
    proposal.write_text(write(overlay) if overlay else "")
    result = judge(vendor, directory, exchanges, drift)
    if overlay is None or result.problem:
        return result
    again, _ = compare(lambda: read(recording), overlays=[proposal])
    return result._replace(left=len(again.differences))


def judge(vendor: Vendor, directory: Path, exchanges: list[Exchange], drift: Drift) -> Result:
    """Hold `proposal.yaml` in a directory against `vendor.yaml` there. An empty proposal changes nothing."""
    own, proposal = directory / "vendor.yaml", directory / "proposal.yaml"
    overlays, problem = [proposal] if proposal.read_text() else [], ""
    try:
        proposed, answers = replay(exchanges, *overlays)
    except LocatedError as error:
        problem = str(error)
        proposed, answers = replay(exchanges)
    trial = _Trial(contract(overlays=[own]), proposed, exchanges, answers, drift)
    verdicts = tuple(
        trial.verdict(decision)
        for decision in vendor.decisions
        if decision.kind != "rule" or _is_seen(decision, vendor, exchanges, directory)
    )
    wrong = () if problem else tuple(claims.wrong(*trial.statements))
    return Result(vendor, verdicts, wrong, trial.same, len(exchanges), trial.open, proposal.read_text(), problem)


def _is_seen(decision: Decision, vendor: Vendor, exchanges: list[Exchange], directory: Path) -> bool:
    """Whether the recording shows a rule: without it, the vendor would have answered otherwise."""
    overlay = yaml.safe_load(vendor.overlay)
    del overlay["x-rules"][decision.where]
    without = directory / "without.yaml"
    without.write_text(as_yaml(overlay).decode())
    _, answers = replay(exchanges, without)
    return answers != [each.answer for each in exchanges]


class _Trial:
    """A comparison of a proposal with the vendor: `truth` and `proposed` are the contracts."""

    def __init__(
        self, truth: Contract, proposed: Contract, exchanges: list[Exchange], answers: list[Answer], drift: Drift
    ) -> None:
        self._plain, self._true, self._stated = _shipped(), statements(truth), statements(proposed)
        self._drift = drift
        self._names = {
            (document.name, purpose): operation.id
            for document in contract().documents.values()
            for operation in document.operations.values()
            for purpose in operation.purposes
        }
        self._made_up: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for key, statement in self._true.items():
            if statement.meaning == OPEN and key.place.startswith("body."):
                self._made_up[key[:2]].append(key.place)
        pairs = zip(exchanges, answers, strict=True)
        self._replies = [self._settled(reply) for pair in pairs if (reply := reply_of(truth, proposed, *pair))]
        self._seen = self._values()
        self._by_drawn: defaultdict[int, list[Key]] = defaultdict(list)
        for key, statement in self._true.items():
            for number in statement.drawn:
                self._by_drawn[number].append(key)

    @property
    def statements(self) -> tuple[Statements, Statements, Statements]:
        """The statements of the contract, of the vendor, and of the proposal."""
        return self._plain, self._true, self._stated

    @property
    def same(self) -> int:
        """How many answers were the same."""
        return sum(not reply.differing for reply in self._replies)

    @property
    def open(self) -> int:
        """How many places with a meaning the proposal leaves open."""
        return sum(
            statement.meaning == OPEN and key in self._true and self._true[key].meaning != OPEN
            for key, statement in self._stated.items()
        )

    def _settled(self, reply: Reply) -> Reply:
        """Leave out where values differ that the vendor made up, and the proposal has made up, too."""
        places = self._made_up[reply.document, reply.purpose]
        left = (
            steps
            for steps in reply.differing
            if at(reply.now, steps) is ABSENT or not any(fits(place, steps) for place in places)
        )
        return reply._replace(differing=tuple(left))

    def verdict(self, decision: Decision) -> Verdict:
        """Return what became of a decision."""
        if decision.kind == "rule":
            return self._of_rule(decision)
        if decision.kind == "gone":
            return self._of_gone(decision)
        keys = [key for key in self._by_drawn[decision.number] if self._is_shown(key)]
        keys = [key for key in keys if self._changed(key)]
        own = [key for key in keys if self._true[key].drawn == {decision.number}] or keys
        if not own:
            return Verdict(decision)
        named = all(self._is_named(key, form=decision.kind in _FORMS) for key in own)
        proposed = named and all(self._has_form(key) and not self._stale(key) for key in own)
        served = all(map(self._is_served, own))
        return Verdict(decision, True, self._is_detected(decision, own), named, proposed, served)

    def _of_rule(self, decision: Decision) -> Verdict:
        key = Key("", "rules", decision.where)
        right = self._stated[key].meaning == self._true[key].meaning
        detected = any(decision.where in str(each) for each in self._drift.indications if each.verdict) and right
        return Verdict(decision, True, detected or right, right, right, right)

    def _of_gone(self, decision: Decision) -> Verdict:
        """A field of the contract is gone if the proposal has none with its meaning."""
        meant = {(key.document, key.purpose, statement.meaning) for key, statement in self._true.items()}
        keys = [
            key
            for key, statement in self._plain.items()
            if key.document == decision.document
            and key.place.rpartition(".")[2] == decision.old
            and (key.document, key.purpose, statement.meaning) not in meant
            and any(reply.purpose == key.purpose and not reply.refusal for reply in self._replies)
        ]
        if not keys:
            return Verdict(decision)
        gone = all(key not in self._stated or self._stated[key].meaning != self._plain[key].meaning for key in keys)
        served = all(
            not any(fits(key.place, steps) or steps == () for steps in reply.differing)
            for key in keys
            for reply in self._granted(key)
        )
        return Verdict(decision, True, self._is_detected(decision, keys), gone, gone, served)

    def _changed(self, key: Key) -> bool:
        plain, true = self._plain.get(key), self._true[key]
        return plain is None or (plain.meaning, self._form(key, plain)) != (true.meaning, self._form(key, true))

    def _is_shown(self, key: Key) -> bool:
        if key.purpose[:1] == "!":
            return any((reply.document, f"!{reply.refusal}") == key[:2] for reply in self._replies)
        if not key.place.startswith("body"):
            return any((reply.document, reply.purpose) == key[:2] for reply in self._replies)
        return bool(self._seen.get(key))

    def _is_named(self, key: Key, *, form: bool) -> bool:
        stated, true = self._stated.get(key), self._true[key].meaning
        constant = true.startswith("= ") and key.purpose[:1] != "!"  # what is always the same may be left open
        same = stated is not None and stated.meaning in (true, OPEN if constant else true)
        return same and (not form or self._has_form(key))

    def _has_form(self, key: Key) -> bool:
        return self._form(key, self._stated[key]) == self._form(key, self._true[key])

    def _form(self, key: Key, statement: Statement) -> Mapping[Any, str]:
        """How values are written; of words those that were seen, since the others cannot be known."""
        true = self._true[key].form
        seen = self._seen.get(key)
        values = [value for value, text in true.items() if not isinstance(value, str) or seen is None or text in seen]
        return {value: statement.form.get(value, "") for value in values}

    def _stale(self, key: Key) -> bool:
        """Whether the proposal still has the meaning at the place of the contract, where the vendor has it no more."""
        meaning = self._true[key].meaning
        return meaning not in (OPEN, "object") and any(
            stated.meaning == meaning
            and other != key
            and self._true.get(other, stated._replace(meaning="")).meaning != meaning
            for other, stated in self._stated.items()
            if other[:2] == key[:2] and key.purpose[:1] != "!"
        )

    def _is_served(self, key: Key) -> bool:
        replies = [reply for reply in self._replies if (reply.document, reply.purpose) == key[:2]]
        if key.purpose[:1] == "!":
            replies = [reply for reply in self._replies if (reply.document, f"!{reply.refusal}") == key[:2]]
            return not any(reply.differing for reply in replies)
        if key.place == "status":
            return not any(() in reply.differing for reply in self._granted(key))
        if not key.place.startswith("body"):
            return all(reply.alike for reply in replies)
        return not any(
            any(fits(key.place, steps) or steps == () for steps in reply.differing) for reply in self._granted(key)
        )

    def _granted(self, key: Key) -> list[Reply]:
        return [reply for reply in self._replies if (reply.document, reply.purpose) == key[:2] and not reply.refusal]

    def _is_detected(self, decision: Decision, keys: Iterable[Key]) -> bool:
        """Whether drift reports a difference of one of the operations that names the place, before or after."""
        keys = list(keys)
        named = [decision.where.rpartition(".")[2], *(key.place.rpartition(".")[2] for key in keys)]
        if decision.kind in _NAMING:
            named += [decision.old, decision.new]
        words = {word for text in named for word in _words(text)}
        names = {f"{key.document}.{self._names.get((key.document, key.purpose), '?')}" for key in keys}
        failing = any(key.purpose[:1] == "!" for key in keys)
        routes = {self._true[key].meaning for key in keys if key.place == "route"}
        if routes and any(
            each.what == "path" and (each.operation in names or re.sub("{[^}]*}", "{}", each.got) in routes)
            for each in self._drift.differences
        ):
            return True
        return any(
            each.document == decision.document
            and (failing or each.operation in names or each.operation == decision.document)
            and bool(words & {word for text in _texts(each) for word in _words(text)})
            for each in self._drift.differences
        )

    def _values(self) -> Mapping[Key, set[str]]:
        """What was seen at each place of the responses of the vendor, as Python writes it."""
        places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for key in self._true:
            if key.place.startswith("body"):
                places[key[:2]].append(key.place)
        found: defaultdict[Key, set[str]] = defaultdict(set)
        keys: dict[tuple[str, str, Steps], list[Key]] = {}
        for reply in self._replies:
            if reply.refusal or reply.body is ABSENT:
                continue
            operation = reply.document, reply.purpose
            for steps, value in leaves(reply.body):
                here = keys.get((*operation, steps))
                if here is None:
                    here = [Key(*operation, place) for place in places[operation] if fits(place, steps)]
                    keys[*operation, steps] = here
                for key in here:
                    found[key].add(repr(value))
        return found


@cache
def _shipped() -> Statements:
    return statements(contract())


def _texts(difference: Difference) -> tuple[str, ...]:
    return difference.name, difference.instead, difference.expected, difference.got, difference.what


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]+", str(text))) - {"path", "the", "of", "None"}
