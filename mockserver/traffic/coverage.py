"""Coverage of a contract: the operations, responses, order states, transitions and names that were exercised."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.provenance import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract import Document


class Route(NamedTuple):
    """The method of an operation, and its path below the prefix of its document."""

    method: str
    path: str


class AnswerCount(NamedTuple):
    """The number of an operation's responses with a status.

    `provenance` is the confidence in the documented response, empty if the contract does not list it.
    """

    operation: str
    status: int
    provenance: str
    times: int

    @property
    def listed(self) -> bool:
        """Whether the contract lists the response."""
        return bool(self.provenance)

    def __str__(self) -> str:
        return f"{self.operation} {self.status}"


class StateCount(NamedTuple):
    """The number of times that an order was observed in a state, and whether the state is listed."""

    state: str
    times: int
    listed: bool

    def __str__(self) -> str:
        return f"state {self.state}"


class TransitionCount(NamedTuple):
    """The number of times that a transition between order states was observed, and whether it is listed."""

    before: str
    after: str
    times: int
    listed: bool

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class NameCount(NamedTuple):
    """The number of times that a name of some kind was observed, such as the `failure` NO_NUMBERS.

    `listed` is True if the name is listed.
    """

    kind: str
    name: str
    times: int
    listed: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Ratio(NamedTuple):
    """The number of listed items that were exercised, and the total number of listed items."""

    met: int
    total: int

    @property
    def share(self) -> float:
        """The exercised fraction, from 0 to 1; 1 if nothing is listed."""
        return self.met / self.total if self.total else 1.0


class Coverage:
    """Counts of exercised items, compared with the listed items.

    Operations and responses are listed by the contract documents. The states of an order, the transitions between them,
    and the `names` of other kinds, such as failures, are listed by the caller. Unlisted items are counted too, but are
    not part of any ratio. A count is one update of a Counter, cheap enough for every request. The coverages of several
    runs are added with `+`.
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
        ratios = ", ".join(f"{ratio.met}/{ratio.total} {name}" for name, ratio in self.ratios().items())
        return f"<Coverage {ratios}>"

    def __add__(self, other: Coverage) -> Coverage:
        both = Coverage()
        for one in (self, other):
            both.merge(one)
        return both

    def answer(self, operation: str, status: int, times: int = 1) -> None:
        """Count a response of an operation such as `v3.getOrder`."""
        self._answers[operation, status] += times

    def state(self, name: str, times: int = 1) -> None:
        """Count an observation of an order in a state."""
        self._states[name] += times

    def transition(self, before: str, after: str, times: int = 1) -> None:
        """Count an observed transition between order states."""
        self._transitions[before, after] += times

    def name(self, kind: str, name: str, times: int = 1) -> None:
        """Count an observation of a name, such as the `failure` NO_NUMBERS."""
        self._names[kind, name] += times

    def merge(self, other: Coverage) -> None:
        """Add the listed items and the counts of another coverage."""
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
        """Return the route of an operation; None if no document has it."""
        return self._routes.get(operation)

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations of the documents, in order; then of the unlisted ones that were exercised."""
        return tuple(dict.fromkeys((*self._routes, *(operation for operation, _ in self._answers))))

    @property
    def answers(self) -> tuple[AnswerCount, ...]:
        """All listed responses, in the order of the documents; then the unlisted ones that were observed."""
        keys = dict.fromkeys((*self._levels, *sorted(self._answers)))
        return tuple(
            AnswerCount(operation, status, self._levels.get((operation, status), ""), self._answers[operation, status])
            for operation, status in keys
        )

    @property
    def states(self) -> tuple[StateCount, ...]:
        """All listed states, in order; then the unlisted ones that were observed."""
        keys = dict.fromkeys((*self._listed_states, *sorted(self._states)))
        return tuple(StateCount(state, self._states[state], state in self._listed_states) for state in keys)

    @property
    def transitions(self) -> tuple[TransitionCount, ...]:
        """All listed transitions, in order; then the unlisted ones that were observed."""
        keys = dict.fromkeys((*self._listed_transitions, *sorted(self._transitions)))
        return tuple(
            TransitionCount(
                before, after, self._transitions[before, after], (before, after) in self._listed_transitions
            )
            for before, after in keys
        )

    @property
    def names(self) -> tuple[NameCount, ...]:
        """All listed names, in order; then the unlisted ones that were observed."""
        keys = dict.fromkeys((*self._listed_names, *sorted(self._names)))
        return tuple(NameCount(*key, self._names[key], key in self._listed_names) for key in keys)

    @property
    def missing(self) -> tuple[str, ...]:
        """The listed items that were not exercised: `v3.getOrder 404`, `state expired`, `waiting → expired`."""
        return tuple(str(each) for each in self._counts if each.listed and not each.times)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """The observed items that are not listed, in the form of `missing`."""
        return tuple(str(each) for each in self._counts if not each.listed)

    @property
    def _counts(self) -> tuple[AnswerCount | StateCount | TransitionCount | NameCount, ...]:
        return (*self.answers, *self.states, *self.transitions, *self.names)

    def ratios(self) -> dict[str, Ratio]:
        """Return the ratio of each kind of item by its name.

        The names are `operations`, `answers`, `states` and `transitions`; a plural for the names of each kind, such as
        `failures`; and for the responses of each confidence, `documented answers`, `assumed answers` and so on. Any
        response exercises its operation.
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
        """Return the coverage as JSON data: counts, missing and unlisted items, and ratios. `of_data` reads it."""
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
        """Return the coverage from the JSON data of `data`. Raises ValueError for other data."""
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
            raise ValueError(f"this is not coverage data: {type(error).__name__}: {error}") from None
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
