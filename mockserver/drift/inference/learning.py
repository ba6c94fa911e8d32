"""Learning what the service's requests and responses mean from the calls of a recording."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from mockserver.contract import ABSENT, vocabulary
from mockserver.contract.vocabulary import Type
from mockserver.drift.inference import paths, refusal_reasons, refusals, requests
from mockserver.drift.inference.argument_places import ArgumentPlaces, is_stated, open_arguments
from mockserver.drift.inference.bodies import fixed_arrays, shape
from mockserver.drift.inference.call_facts import CallFacts
from mockserver.drift.inference.column_meaning import common_encoding
from mockserver.drift.inference.knowledge import Knowledge
from mockserver.drift.inference.learned import Learned, NewPath, operation_spot, shared
from mockserver.drift.inference.meaning import Value
from mockserver.drift.inference.order_states import StateWords
from mockserver.drift.inference.scope import Evidence
from mockserver.drift.inference.service_clock import ServiceClock
from mockserver.drift.inference.stated import prior, stated_words
from mockserver.drift.inference.study import Study
from mockserver.drift.inference.time_filters import time_filters
from mockserver.drift.inference.unmatched_calls import (
    as_granted,
    by_value,
    is_failure,
    is_granted,
    is_json,
    is_success,
    learn_accounts,
    with_purposes,
)
from mockserver.traffic.calls import Call, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.contract import Document, Operation
    from mockserver.contract.vocabulary import Argument
    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.meaning import Meaning, Path
    from mockserver.drift.inference.paths import Group, Unmatched
    from mockserver.drift.inference.refusals import LearnedFailures
    from mockserver.drift.inference.requests import Bound, Sent

ROUNDS = 4
"""The maximum number of rounds: what one round learns, the next one joins."""
KEY_NAMES = (
    "country.code", "country.name", "service.code", "service.name", "order.id", "payment.id", "coupon.code",
    "carrier.name",
)  # fmt: skip
"""The values that may be the keys of objects. Times may be, too."""
SURE = ("account.id", "order.id", "payment.id", "coupon.code")
"""The values that are never fixed segments of a path."""
LIKELY = ("country.code", "service.code", "carrier.name", "order.carrier", "wallet.currency", "wallet.network")
"""The values that may be variable segments of a path."""

EXAMINED = 50
"""The maximum number of responses that are compared with an operation."""
SAFE = ("GET", "HEAD")
"""The methods of requests that change nothing."""


class Learning:
    """The calls of a recording and the requests for unknown paths, and what they show."""

    def __init__(self, calls: Sequence[Call], unmatched: Sequence[Unmatched] = ()) -> None:
        """Take the calls in the order of time."""
        self.knowledge = Knowledge()
        self._calls: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            if call.operation is not None and is_granted(call):
                self._calls[call.name].append(call)
        accounts = {call.account for call in calls if call.account}
        self._facts = CallFacts(self.knowledge, next(iter(accounts)) if len(accounts) == 1 else "")
        self._arguments = ArgumentPlaces(self.knowledge)
        self._unmatched = [each for each in unmatched if is_success(each.exchange) and not is_failure(each)]
        self._unknown = [each for each in unmatched if not is_success(each.exchange) or is_failure(each)]
        self._refused = [call for call in calls if call.operation is not None and not is_granted(call)]
        self._met = {call.name for call in calls if call.operation is not None and is_granted(call)}
        self._bounds: defaultdict[str, dict[str, Bound]] = defaultdict(dict)
        self._moved: dict[str, tuple[Group, list[Call]]] = {}
        self._moved_bounds: dict[str, tuple[Bound, ...]] = {}
        self._state_words: dict[str, StateWords] = {}
        self._clock = ServiceClock(self.knowledge)
        for call in calls:
            self._facts.learn(call)
        for many in self._calls.values():
            for call in many:
                self._facts.deduce(call, None)
        learn_accounts(self.knowledge, unmatched)

    def run(self, documents: Iterable[Document]) -> dict[str, Learned]:
        """Return what was learned, by the name of the operation."""
        found: dict[str, Learned] = {}
        known = tuple(documents)
        for _ in range(ROUNDS):
            self._clock = ServiceClock(self.knowledge)
            self._state_words = {
                name: words._replace(before=words.shown, shown={}) for name, words in self._state_words.items()
            }
            changing = [each for group in self.unexplained for each in group.requests if group.method not in SAFE]
            self.knowledge.unexplained = [each.exchange.started for each in changing]
            self.knowledge.touched = by_value(changing)
            before = {name: (dict(each.meanings), each.bounds) for name, each in found.items()}
            for name, calls in list(self._calls.items()):
                found[name] = self._learn(calls)
            for document in known:
                found |= self._find_moved(document)
            if {name: (dict(each.meanings), each.bounds) for name, each in found.items()} == before:
                break
        return shared(found)

    @property
    def unexplained(self) -> list[Group]:
        """The groups of requests for unknown paths that belong to no known operation."""
        taken = {id(each) for group, _ in self._moved.values() for each in group.requests}
        left = [each for each in self._unmatched if id(each) not in taken]
        return paths.groups(left, self._values(SURE), self._values(LIKELY))

    def failures(self, documents: Iterable[Document]) -> dict[str, LearnedFailures]:
        """Return the failures of each document that has refused a request."""
        refused = [*map(self._as_bound, self._refused), *self._refused_elsewhere()]
        calls = [*self._calls.values(), *(many for _, many in self._moved.values())]
        known = refusal_reasons.granted_requests(calls, self._facts, ServiceClock(self.knowledge))
        found: dict[str, LearnedFailures] = {}
        for document in documents:
            own = list(refusals.refusals(call for call in refused if call.document is document))
            if own:
                found[document.name] = refusals.learn(document, own, self.knowledge, known)
        return found

    def _as_bound(self, call: Call) -> Call:
        """Return a refused call with the arguments that granted ones have at other places than the contract.

        If the operation has moved, the path in the contract is unknown.
        """
        if call.name in self._moved and call.name not in self._met:
            return call._replace(operation=None, purpose="")
        bounds = tuple(self._bounds.get(call.name, {}).values())
        columns = requests.with_path(requests.sent([call.exchange.request], lambda _: {}), [call])
        return self._arguments.applied([call], columns, bounds)[0] if bounds else call

    def _refused_elsewhere(self) -> Iterable[Call]:
        """Yield the refused requests for unknown paths, as calls of the operations that have moved there.

        Those for paths of unknown operations are left out: nobody knows what they ask for.
        """
        unexplained = self.unexplained
        for each in self._unknown:
            if any(group.has(each.exchange.request.method, each.path) for group in unexplained):
                continue
            request, answer = each.exchange.request, each.exchange.answer
            call = Call(each.exchange, each.document, None, "", "", {}, None, Outcome.REFUSED)
            for group, granted in self._moved.values():
                operation = granted[0].operation
                if operation and group.document is each.document and group.has(request.method, each.path):
                    learned = self._as_calls(group, operation, [each])
                    call = learned[0]._replace(outcome=Outcome.REFUSED)
            if answer is not None:
                yield call

    def new_paths(self) -> list[NewPath]:
        """Return the unknown operations among the requests for unknown paths."""
        found = []
        for group in self.unexplained:
            columns = requests.sent([each.exchange.request for each in group.requests], group.variables)
            refused = (each for each in self._unknown if group.has(each.exchange.request.method, each.path))
            found.append(NewPath(group, tuple(columns), tuple(self._credentials(columns)), tuple(refused)))
        return found

    def _credentials(self, columns: Sequence[Sent]) -> list[Bound]:
        """Return the places of credentials."""
        roles = ((column.spot, requests.credential(column, self.knowledge)) for column in columns)
        return [requests.Bound(spot, credential=role) for spot, role in roles if role]

    def _learn(self, calls: Sequence[Call]) -> Learned:
        """Study the calls of an operation at its path in the contract."""
        operation = calls[0].operation
        assert operation is not None  # noqa: S101 - calls of unknown operations are left out
        study = self._study(calls)
        columns = requests.with_path(requests.sent([call.exchange.request for call in calls], lambda _: {}), calls)
        strange = [column for column in columns if not is_stated(operation, column.spot)]
        open_ = open_arguments(operation, calls)
        restated = self._arguments.restated(operation, calls, columns, study)
        placed = {bound.spot for bound in (*restated, *self._bounds[operation.name].values())}
        strange += [column for column in columns if column.spot in placed and column not in strange]
        missing = [each for each in self._credentials(strange) if not self._has_credential(operation, each, columns)]
        bounds = self._bind(operation.name, calls, strange, open_, study, [*restated, *missing])
        changed = self._arguments.applied(calls, strange, bounds)
        if changed != list(calls):
            self._calls[operation.name] = changed
            study = self._study(changed)
        study.teach()
        for number, call in enumerate(changed):
            self._facts.deduce(call, study.entity("order", number))
        return Learned(operation, tuple(changed), study.root, study.meanings, bounds, tuple(strange))

    @staticmethod
    def _has_credential(operation: Operation, bound: Bound, columns: Sequence[Sent]) -> bool:
        """Return whether requests have a credential at its place in the contract."""
        spot = operation_spot(operation, bound)
        return any(column.spot == spot for column in columns)

    def _bind(
        self,
        name: str,
        calls: Sequence[Call],
        columns: Sequence[Sent],
        open_: Mapping[str, Argument],
        study: Study,
        restated: Sequence[Bound],
    ) -> tuple[Bound, ...]:
        known = self._bounds[name]
        for bound in restated:
            known.setdefault(bound.argument or bound.credential, bound)
        if open_ and columns:
            expected = partial(self._arguments.expected, calls, study)
            words = self._arguments.by_words(columns, open_, calls, study)
            words += time_filters(columns, open_, calls, study, self.knowledge)
            for bound in (*words, *requests.bind(columns, open_, self.knowledge, expected)):
                known.setdefault(bound.argument, bound)
        return tuple(known.values())

    def _study(self, calls: Sequence[Call]) -> Study:
        bodies = [call.exchange.answer.json if call.exchange.answer else ABSENT for call in calls]
        kept = [(call, body) for call, body in zip(calls, bodies, strict=True)]
        accounts = {number: self._facts.account(call) for number, call in enumerate(calls)}
        operation = calls[0].operation
        assert operation is not None  # noqa: S101 - every call has got one
        tuples: set[Path] = set()
        while True:
            root = shape([None if body is ABSENT else body for _, body in kept], self._are_keys, tuples)
            evidence = Evidence(calls, self.knowledge, accounts, self._clock)
            document = operation.document
            if document.name not in self._state_words:
                self._state_words[document.name] = StateWords(stated_words(document, "order.state"), {}, {})
            words = self._state_words[document.name]
            study = Study(evidence, root, prior(operation.success_schema), words)
            study.run()
            more = {path for path in fixed_arrays(root) if path not in study.meanings}
            if not more:
                return study
            tuples |= more

    # Operations at other paths.

    def _find_moved(self, document: Document) -> dict[str, Learned]:
        """Find the operations of a document among the requests for unknown paths, the best matches first."""
        found = {
            name: self._accept(*self._learn_moved(group, calls[0].operation))
            for name, (group, calls) in list(self._moved.items())
            if calls[0].operation and calls[0].document is document
        }
        unmet = [each for each in document.operations.values() if each.name not in self._met | self._moved.keys()]
        groups = [each for each in self.unexplained if each.document is document]
        matches = [match for group in groups for operation in unmet for match in self._matches(group, operation)]
        taken: set[int] = set()
        for score, learned, study in sorted(matches, key=lambda each: -each[0]):
            name, group = learned.operation.name, learned.group
            numbers = {id(each) for each in group.requests} if group else set()
            rivals = [
                other
                for other, theirs, _ in matches
                if other >= score and (theirs.operation.name == name) != (theirs.group == group)
            ]
            if not (rivals or name in self._moved or numbers & taken):
                taken |= numbers
                for call in learned.calls:
                    self._facts.learn(call)
                found[name] = self._accept(learned, study)
        return found

    def _accept(self, learned: Learned, study: Study) -> Learned:
        """Take requests for an unknown path as calls of an operation, and learn from them."""
        assert learned.group is not None  # noqa: S101 - only operations that have moved come here
        whole = self._whole(learned.group)
        if len(whole.requests) > len(learned.group.requests):
            wider, its_study = self._learn_moved(whole, learned.operation)
            if {bound.spot for bound in wider.bounds} >= {bound.spot for bound in learned.bounds}:
                learned, study = wider, its_study
        assert learned.group is not None  # noqa: S101 - as above
        self._moved[learned.operation.name] = learned.group, list(learned.calls)
        self._moved_bounds[learned.operation.name] = learned.bounds
        study.teach()
        for call in learned.calls:
            self._facts.deduce(call, None)
        return learned

    def _whole(self, group: Group) -> Group:
        """Return a group with all requests for its path: some may have been grouped by a segment that varies."""
        return group._replace(
            requests=tuple(
                each
                for each in self._unmatched
                if each.document is group.document and group.has(each.exchange.request.method, each.path)
            )
        )

    def _matches(self, group: Group, operation: Operation) -> Iterable[tuple[int, Learned, Study]]:
        likely = self._values(LIKELY)
        for candidate in (group, *paths.loosened(group, likely)):
            learned, study = self._learn_moved(candidate, operation)
            bound = {each.argument for each in learned.bounds if each.argument}
            purposes = [vocabulary().purposes[purpose] for purpose in operation.purposes]
            needed = {name for purpose in purposes for name, each in purpose.arguments.items() if each.required}
            names = {name for purpose in purposes for name in purpose.result}
            meanings = sum(_is_about(meaning, names) for meaning in learned.meanings.values())
            if _conforms(learned):
                meanings += sum(bool(node.cells) for node in learned.shape.walk())
            free = [
                column
                for column in learned.columns
                if column.spot[0] == "path" and not any(each.spot == column.spot for each in learned.bounds)
            ]
            if purposes and needed <= bound and meanings and not free:
                unbound = len(learned.columns) - len(learned.bounds)
                open_ = sum(bool(node.cells) and node.path not in learned.meanings for node in learned.shape.walk())
                yield 10 * (len(bound) + meanings) - 3 * unbound - open_, learned, study

    def _learn_moved(self, group: Group, operation: Operation) -> tuple[Learned, Study]:
        """Study the requests for an unknown path as calls of an operation."""
        accepted = [each for each in group.requests if is_json(each.exchange)] or list(group.requests)
        columns = requests.sent([each.exchange.request for each in accepted], group.variables)
        bounds = self._credentials(columns)
        calls = [as_granted(each, operation) for each in accepted]
        users = next((each.spot for each in bounds if each.credential == "user"), None)
        if users is not None:
            column = next(each for each in columns if each.spot == users)
            calls = [call._replace(account=str(column.values.get(number, ""))) for number, call in enumerate(calls)]
        bounds += self._arguments.stated(operation, group, columns)
        calls = with_purposes(self._arguments.applied(calls, columns, bounds))
        placed = {bound.spot for bound in bounds}
        free = [column for column in columns if column.spot not in placed]
        found = {bound.argument for bound in bounds}
        open_ = {
            name: each
            for purpose in {call.purpose for call in calls if call.purpose}
            for name, each in vocabulary().purposes[purpose].arguments.items()
            if name not in found
        }
        study = self._study(calls)
        bounds += requests.bind(free, open_, self.knowledge, partial(self._arguments.expected, calls, study))
        changed = self._arguments.applied(calls, columns, bounds)
        if changed != calls:
            study = self._study(changed)
        return (
            Learned(operation, tuple(changed), study.root, study.meanings, tuple(bounds), tuple(columns), group),
            study,
        )

    def _as_calls(self, group: Group, operation: Operation, unmatched: Sequence[Unmatched]) -> list[Call]:
        """Return requests for the new path of an operation as its calls, with their arguments."""
        calls = [as_granted(each, operation) for each in unmatched]
        columns = requests.sent([each.exchange.request for each in unmatched], group.variables)
        bounds = self._moved_bounds.get(operation.name, ())
        by_spot = {column.spot: column for column in columns}
        user = next((each.spot for each in bounds if each.credential == "user"), None)
        if user in by_spot:
            calls = [call._replace(account=str(by_spot[user].values.get(n, ""))) for n, call in enumerate(calls)]
        return with_purposes(self._arguments.applied(calls, columns, bounds))

    def _values(self, names: Sequence[str]) -> set[str]:
        return {str(value) for name in names for value in self.knowledge.domain(name)}

    def _are_keys(self, node: Node) -> bool:
        """Return whether the names of an object's members are data: known keys of one kind, or times.

        If the members are alike, several names that are known are enough.
        """
        names = set(node.members)
        if common_encoding(Type("time"), names):
            return True
        alike = len({(inner.kind, *inner.members) for inner in node.members.values()}) == 1
        for name in KEY_NAMES:
            known = names & set(map(str, self.knowledge.domain(name)))
            if known == names or (alike and len(known) > 1):
                return True
        return False


def _conforms(learned: Learned) -> bool:
    """Return whether all responses conform to the contract of the operation, and say something."""
    operation, answers = learned.operation, [call.exchange.answer for call in learned.calls]
    return (
        operation.success_schema is not None
        and sum(bool(node.cells) for node in learned.shape.walk()) > 1
        and not any(
            answer is None or operation.check_answer(operation.status, answer.json) for answer in answers[:EXAMINED]
        )
    )


def _is_about(meaning: Meaning, names: set[str]) -> bool:
    """Return whether a meaning is about the result of an operation, not about the account."""
    source = meaning.name if isinstance(meaning, Value) else getattr(meaning, "source", "")
    first = source.strip("{").partition(".")[0]
    return bool(source) and first not in ("account", "operation") and (first in names or isinstance(meaning, Value))
