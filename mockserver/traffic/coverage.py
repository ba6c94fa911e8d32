"""How much of a contract has been met: operations, their answers, order states and the transitions between them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.provenance import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract import Document


class Route(NamedTuple):
    """Where an operation is: its method, and its path below the prefix of its document."""

    method: str
    path: str


class AnswerCount(NamedTuple):
    """How often an operation gave an answer. `provenance` is empty if the contract does not list the answer."""

    operation: str
    status: int
    provenance: str
    times: int

    @property
    def listed(self) -> bool:
        """Whether the contract lists this answer."""
        return bool(self.provenance)

    def __str__(self) -> str:
        return f"{self.operation} {self.status}"


class StateCount(NamedTuple):
    """How often an order was seen in a state, and whether there is such a state."""

    state: str
    times: int
    listed: bool

    def __str__(self) -> str:
        return f"state {self.state}"


class TransitionCount(NamedTuple):
    """How often an order was seen to go from a state to a state, and whether there is such a transition."""

    before: str
    after: str
    times: int
    listed: bool

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class NameCount(NamedTuple):
    """How often something else was met that has a name, such as the `failure` NO_NUMBERS, and whether it is listed."""

    kind: str
    name: str
    times: int
    listed: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Ratio(NamedTuple):
    """How many have been met of those that are listed."""

    met: int
    total: int

    @property
    def share(self) -> float:
        """The part that was met, from 0 to 1; 1 where nothing is listed."""
        return self.met / self.total if self.total else 1.0


class Coverage:
    """Counts what is met, and knows what there is to meet.

    Operations and answers are those of the contract documents; the states of an order and the transitions between
    them are given by name, and so are the `names` of other kinds of things, such as failures. What is met without being
    listed is counted too, but is no part of any ratio. A count is one update of a Counter, cheap enough for every
    request. Coverages of several runs are added with `+`.
    """

    def __init__(
        self,
        documents: Iterable[Document] = (),
        states: Iterable[str] = (),
        transitions: Iterable[tuple[str, str]] = (),
        names: Iterable[tuple[str, str]] = (),
    ) -> None:
        operations = [operation for document in documents for operation in document.operations.values()]
        self._routes = {each.name: Route(each.method, each.path) for each in operations}
        self._levels = {
            (operation.name, status): str(answer.provenance.level)
            for operation in operations
            for status, answer in operation.answers.items()
        }
        self._listed_states = dict.fromkeys(map(str, states))
        self._listed_transitions = dict.fromkeys((str(before), str(after)) for before, after in transitions)
        self._listed_names = dict.fromkeys(names)
        self._answers: Counter[tuple[str, int]] = Counter()
        self._states: Counter[str] = Counter()
        self._transitions: Counter[tuple[str, str]] = Counter()
        self._names: Counter[tuple[str, str]] = Counter()

    def __repr__(self) -> str:
        told = ", ".join(f"{ratio.met}/{ratio.total} {name}" for name, ratio in self.ratios().items())
        return f"<Coverage {told}>"

    def __add__(self, other: Coverage) -> Coverage:
        both = Coverage()
        for one in (self, other):
            both.merge(one)
        return both

    def answer(self, operation: str, status: int, times: int = 1) -> None:
        """Count an answer of an operation, such as `v3.getOrder`."""
        self._answers[operation, status] += times

    def state(self, name: str, times: int = 1) -> None:
        """Count that an order was seen in a state."""
        self._states[name] += times

    def transition(self, before: str, after: str, times: int = 1) -> None:
        """Count that an order was seen to go from a state to a state."""
        self._transitions[before, after] += times

    def name(self, kind: str, name: str, times: int = 1) -> None:
        """Count that something of a kind was met, such as the `failure` NO_NUMBERS."""
        self._names[kind, name] += times

    def merge(self, other: Coverage) -> None:
        """Take in what another coverage lists and has counted."""
        self._routes |= other._routes
        self._levels |= other._levels
        self._listed_states |= other._listed_states
        self._listed_transitions |= other._listed_transitions
        self._listed_names |= other._listed_names
        self._answers.update(other._answers)
        self._states.update(other._states)
        self._transitions.update(other._transitions)
        self._names.update(other._names)

    def route(self, operation: str) -> Route | None:
        """Return where an operation is; None if no document has it."""
        return self._routes.get(operation)

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations of the documents, in their order; then of those met that no document has."""
        return tuple(dict.fromkeys((*self._routes, *(operation for operation, _ in self._answers))))

    @property
    def answers(self) -> tuple[AnswerCount, ...]:
        """All answers that are listed, by operation and status as the documents have them; then the others met."""
        keys = dict.fromkeys((*self._levels, *sorted(self._answers)))
        return tuple(
            AnswerCount(operation, status, self._levels.get((operation, status), ""), self._answers[operation, status])
            for operation, status in keys
        )

    @property
    def states(self) -> tuple[StateCount, ...]:
        """All states that are listed, in their order; then the others met."""
        keys = dict.fromkeys((*self._listed_states, *sorted(self._states)))
        return tuple(StateCount(state, self._states[state], state in self._listed_states) for state in keys)

    @property
    def transitions(self) -> tuple[TransitionCount, ...]:
        """All transitions that are listed, in their order; then the others met."""
        keys = dict.fromkeys((*self._listed_transitions, *sorted(self._transitions)))
        return tuple(
            TransitionCount(
                before, after, self._transitions[before, after], (before, after) in self._listed_transitions
            )
            for before, after in keys
        )

    @property
    def names(self) -> tuple[NameCount, ...]:
        """All names that are listed, in their order; then the others met."""
        keys = dict.fromkeys((*self._listed_names, *sorted(self._names)))
        return tuple(NameCount(*key, self._names[key], key in self._listed_names) for key in keys)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is listed and has not been met: `v3.getOrder 404`, `state expired`, `waiting → expired`."""
        return tuple(str(each) for each in self._counts if each.listed and not each.times)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """What has been met and is not listed, in the words of `missing`."""
        return tuple(str(each) for each in self._counts if not each.listed)

    @property
    def _counts(self) -> tuple[AnswerCount | StateCount | TransitionCount | NameCount, ...]:
        return (*self.answers, *self.states, *self.transitions, *self.names)

    def ratios(self) -> dict[str, Ratio]:
        """Return how much has been met: operations, answers, states, transitions, the names of each kind, and the
        answers of each provenance.

        They are named `failures` and so on, the last `documented answers`, `assumed answers` and so on. An operation is
        met by any answer.
        """
        met = {operation for operation, _ in +self._answers}
        levels = [level for level in Confidence if level in self._levels.values()]
        return {
            "operations": Ratio(len(met & self._routes.keys()), len(self._routes)),
            "answers": _ratio(self.answers),
            "states": _ratio(self.states),
            "transitions": _ratio(self.transitions),
            **{
                f"{kind}s": _ratio(each for each in self.names if each.kind == kind)
                for kind in dict.fromkeys(kind for kind, _ in self._listed_names)
            },
            **{
                f"{level} answers": _ratio(each for each in self.answers if each.provenance == level)
                for level in levels
            },
        }

    def data(self) -> dict[str, Any]:
        """Return all of it as JSON has it: counts, what is missing or unlisted, and ratios. `of_data` reads it."""
        answers: dict[str, list[AnswerCount]] = {operation: [] for operation in self.operations}
        for answer in self.answers:
            answers[answer.operation].append(answer)
        return {
            "operations": [
                {
                    "operation": operation,
                    **(self._routes[operation]._asdict() if operation in self._routes else {}),
                    "times": sum(answer.times for answer in given),
                    "answers": [
                        {"status": answer.status, "provenance": answer.provenance, "times": answer.times}
                        for answer in given
                    ],
                }
                for operation, given in answers.items()
            ],
            "states": [state._asdict() for state in self.states],
            "transitions": [transition._asdict() for transition in self.transitions],
            **({"names": [name._asdict() for name in self.names]} if self.names else {}),
            "missing": list(self.missing),
            "unlisted": list(self.unlisted),
            "ratios": {
                name: {**ratio._asdict(), "share": round(ratio.share, 4)} for name, ratio in self.ratios().items()
            },
        }

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Coverage:
        """Read what `data` wrote. Raises ValueError if it is something else."""
        coverage = cls()
        try:
            for described in data["operations"]:
                coverage._read_operation(described)
            for described in data["states"]:
                state = StateCount(**described)
                coverage._listed_states |= {state.state: None} if state.listed else {}
                coverage._states[state.state] = state.times
            for described in data["transitions"]:
                transition = TransitionCount(**described)
                between = (transition.before, transition.after)
                coverage._listed_transitions |= {between: None} if transition.listed else {}
                coverage._transitions[between] = transition.times
            for described in data.get("names", ()):
                name = NameCount(**described)
                coverage._listed_names |= {(name.kind, name.name): None} if name.listed else {}
                coverage._names[name.kind, name.name] = name.times
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no coverage: {type(error).__name__}: {error}") from None
        return coverage

    def _read_operation(self, described: Mapping[str, Any]) -> None:
        operation = described["operation"]
        if "path" in described:
            self._routes[operation] = Route(described["method"], described["path"])
        for answer in described["answers"]:
            key = (operation, answer["status"])
            if answer["provenance"]:
                self._levels[key] = answer["provenance"]
            self._answers[key] = answer["times"]


def _ratio(counts: Iterable[AnswerCount | StateCount | TransitionCount | NameCount]) -> Ratio:
    listed = [each.times for each in counts if each.listed]
    return Ratio(sum(map(bool, listed)), len(listed))
