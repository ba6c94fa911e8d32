"""The search for the smallest response that the contract allows and that breaks a client.

A rehearsal shows which operations a client calls, and what they usually answer. Then one call has another answer, and
the client is tried again, each time in a fresh world in which everything else is as usual.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from mockserver.contract.reader import get
from mockserver.findings import Finding, Severity, Skip
from mockserver.judge.answers import NEAR, GeneratedAnswer, answers, bodies, revealing
from mockserver.judge.rules import ANSWER
from mockserver.scenario import fixtures
from mockserver.scenario.load import load
from mockserver.testing.judgement import documents
from mockserver.testing.server import NOTHING, is_file
from mockserver.traffic.calls import Outcome, calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mockserver.contract import Document, Operation, Overlays
    from mockserver.contract.reader import Facts
    from mockserver.testing import Server, SmsOnline
    from mockserver.testing.server import Wanted
    from mockserver.traffic import Exchange
    from mockserver.traffic.calls import Call

    Json = dict[str, Any]
    Attempt = Callable[[SmsOnline], str]
    """Lets a client run in a world, and says how it failed; nothing if it survived."""

FAULT = "answers"
"""The name of the fault that answers otherwise."""
_USER = "demo"
"""Stands for the user of a world in answers: each world has another."""
_PHONE = range(7, 16)
"""How many digits a scenario can give a phone number."""


class Usual(NamedTuple):
    """A call of a rehearsal: its operation, which of the calls of that it was, and what was answered.

    If it made an order, `order` says which of all orders that was, and `rule` is what the scenario says of it.
    """

    document: Document
    operation: Operation
    nth: int
    answer: GeneratedAnswer
    order: int = 0
    rule: Mapping[str, Any] = NOTHING


class BaselineRun(NamedTuple):
    """What a client has done: how it `failed`, empty if it survived; the calls of each operation, by its name.

    Those are left out that had no answer, that a fault has changed, or that asked for an order in vain.
    """

    failed: str
    calls: Mapping[str, Sequence[Usual]]


def rehearse(server: Server, wanted: Wanted, attempt: Attempt, overlays: Overlays = ()) -> BaselineRun:
    """Let a client run in a world as it is wanted. Raises SteeringError for a scenario that is not right."""
    world = server.begin(wanted)
    try:
        failed = attempt(world)
        path = {"world": world.world_id}
        readings = server.steering.ask("showWorld", path)["readings"]
        rules = server.steering.ask("showScenario", path)["data"].get("orders", [])
        known = documents(tuple(readings.items()), tuple(overlays))
        made = calls(known.values(), world.exchanges)
        return BaselineRun(failed, _usual(made, rules, world.user_id))
    finally:
        world.close()


class Played(NamedTuple):
    """What a client did when a call was answered otherwise: how it `failed`, empty if it survived, the `exchange` that
    was answered so, None if there was no such call, and how many calls of the operation it `made`.
    """

    failed: str
    exchange: Exchange | None
    made: int


def play(server: Server, wanted: Wanted, attempt: Attempt, usual: Usual, answer: GeneratedAnswer) -> Played:
    """Let a client run in a world in which a call is answered otherwise.

    An order that is answered is there, and none is there if it is refused.
    """
    placed = _placed(usual, answer) if usual.order else {}
    world = server.begin(_with_order(wanted, usual, placed) if placed else wanted)
    try:
        then = {"status": answer.status, "body": _replaced(answer.body, _USER, world.user_id)}
        at = "before" if usual.order and not placed else "after"
        world.fail(usual.operation.name, name=FAULT, at=at, nth=usual.nth, status=then)
        failed = attempt(world)
        made = [each for each in world.exchanges if each.operation == usual.operation.name]
        return Played(failed, next((each for each in made if FAULT in each.notes.get("faults", ())), None), len(made))
    finally:
        world.close()


def _usual(made: Iterable[Call], rules: Sequence[Json], user: str) -> Mapping[str, Sequence[Usual]]:
    found: defaultdict[str, list[Usual]] = defaultdict(list)
    counts: defaultdict[str, int] = defaultdict(int)
    orders = 0
    for call in made:
        answer, notes = call.exchange.answer, call.exchange.notes
        if call.operation is None:
            continue
        counts[call.name] += 1
        usable = found[call.name]
        wanted = call.purpose == "order"
        granted = wanted and call.outcome is Outcome.GRANTED
        orders += granted
        if answer is None or notes.get("faults") or wanted != granted:
            continue
        usual = GeneratedAnswer(answer.status, _replaced(answer.json, user, _USER))
        rule = _rule(rules, notes.get("rules", ())) if granted else NOTHING
        usable.append(Usual(call.document, call.operation, counts[call.name], usual, orders if granted else 0, rule))
    return found


def _rule(rules: Sequence[Json], decided: Iterable[str]) -> Mapping[str, Any]:
    """The rule of a scenario that decided an order, which is named such as `orders[0]`."""
    names = (f"orders[{index}]" for index in range(len(rules)))
    return next((rule for name, rule in zip(names, rules, strict=True) if name in decided), NOTHING)


def _placed(usual: Usual, answer: GeneratedAnswer) -> Facts:
    """The order that an answer says was made; nothing if it says none."""
    facts = usual.operation.read_answer(answer.status, answer.body).facts
    return facts["order"] if get(facts, "order.id") else {}


def _with_order(wanted: Wanted, usual: Usual, placed: Facts) -> Wanted:
    """The world in which the order that is answered will be there, with the future that it usually has."""
    phone = {"phoneNumber": placed["phone"]} if len(placed.get("phone", "")) in _PHONE else {}
    rule = {**usual.rule, "when": {"nth": usual.order}, "orderId": placed["id"], **phone}
    scenario = wanted.scenario
    if isinstance(scenario, Mapping):
        data = dict(scenario)
    elif is_file(scenario):
        data = load(str(scenario), fixtures.load().catalogue, wanted.variables).data
        wanted = wanted._replace(variables=NOTHING)
    else:
        data = {"description": str(scenario), "include": [str(scenario)]}
    return wanted._replace(scenario={**data, "orders": [rule, *data.get("orders", ())]})


def _replaced(value: Any, old: str, new: str) -> Any:
    """Return JSON data in which a text stands for another."""
    if isinstance(value, dict):
        return {name: _replaced(member, old, new) for name, member in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    return new if value == old else value


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

    from mockserver.contract import Overlays
    from mockserver.testing import Server
    from mockserver.testing.server import Wanted
    from mockserver.traffic import Exchange

    Case = tuple[int, GeneratedAnswer]
    """Which call of an operation, and its answer."""

SUITE = "answers"
EXAMPLES = 25
"""How many answers are drawn for each operation, beside those that often tell."""
_NEAR_A_WEAKNESS = 100
"""How many answers near a weakness are drawn at most until there is one that is a weakness, too, and shrinks."""


class Weakness(NamedTuple):
    """An answer to the `nth` call of an operation that a client does not survive, found after so many `tries`.

    `failed` says how it failed, such as `exited with 1`; `exchange` is the evidence, None if there was no such call.
    """

    operation: str
    nth: int
    status: int
    body: object
    failed: str
    tries: int
    exchange: Exchange | None = None

    @property
    def told(self) -> str:
        """What is answered, in words."""
        return f"{self.operation} answers {self.status} {self.json}"

    @property
    def json(self) -> str:
        """The body, on a single line."""
        return orjson.dumps(self.body).decode()

    def finding(self, seed: int | None = None, again: str = "") -> Finding:
        """Return the finding; `seed` and the command line `again` repeat the search."""
        return Finding(
            code=ANSWER,
            level=Severity.ERROR,
            suite=SUITE,
            operation=self.operation,
            check="answer",
            message=f"the command {self.failed} when {self.operation} answers {self.status}",
            got=self.json,
            curl=again,
            seed=seed,
            exchanges=(self.exchange,) if self.exchange else (),
        )


class Searched(NamedTuple):
    """What a search has found in so many tries, and what it has left out, and why."""

    weaknesses: tuple[Weakness, ...] = ()
    tries: int = 0
    skipped: tuple[Skip, ...] = ()


class _UnsteadyError(Exception):
    """A client has failed, and then survived the same."""


def search(
    server: Server,
    wanted: Wanted,
    attempt: Attempt,
    *,
    seed: int = 0,
    examples: int = EXAMPLES,
    seconds: float = math.inf,
    overlays: Overlays = (),
) -> Searched:
    """Look for answers that a client does not survive: for each operation that it calls, the smallest.

    `attempt` lets the client run in a world that is `wanted`, and says how it failed, or nothing if it survived. The
    same seed finds the same, unless the client does not do the same each time, or so many `seconds` are over. Raises
    SteeringError for a scenario that is not right, LocatedError for overlays that are not.
    """
    trials = _Trials(server, wanted, attempt, time.monotonic() + seconds)
    rehearsal = rehearse(server, wanted, attempt, overlays)
    if rehearsal.failed:
        reason = f"the command {rehearsal.failed} although every answer was as usual"
        return Searched(tries=1, skipped=(Skip("every answer", reason),))
    weaknesses, skipped = [], []
    for name, usual in rehearsal.calls.items():
        if not usual:
            skipped.append(Skip(name, "no call of it was answered as usual"))
            continue
        try:
            if found := _smallest(trials, usual, examples, seed):
                weaknesses.append(trials.again(usual, found))
        except _UnsteadyError:
            skipped.append(Skip(name, "the command failed, and then survived the same answer: it is not steady"))
        if trials.is_over:
            skipped.append(Skip(name, f"{seconds:g} seconds were over after {trials.count} runs of the command"))
    return Searched(tuple(weaknesses), 1 + trials.count, tuple(skipped))


class _Trials:
    """Tries a client with each answer once. When the time is over, nothing more is tried, and nothing fails."""

    def __init__(self, server: Server, wanted: Wanted, attempt: Attempt, deadline: float) -> None:
        self._server = server
        self._wanted = wanted
        self._attempt = attempt
        self._deadline = deadline
        self._known: dict[bytes, bool] = {}
        self.count = 0
        self.is_over = False

    def fails(self, usual: Usual, answer: GeneratedAnswer) -> bool:
        """Say whether a client fails when a call is answered so."""
        identity = orjson.dumps([usual.operation.name, usual.nth, answer.status, answer.body])
        if identity not in self._known:
            if time.monotonic() >= self._deadline:
                self.is_over = True
                return False
            self._known[identity] = bool(self._play(usual, answer).failed)
        return self._known[identity]

    def again(self, usual: Sequence[Usual], found: Case) -> Weakness:
        """Try once more what was found. Raises _UnsteadyError if it is survived now."""
        tries, (nth, answer) = self.count, found
        call = next(each for each in usual if each.nth == nth)
        played = self._play(call, answer)
        if not played.failed:
            raise _UnsteadyError
        return Weakness(call.operation.name, nth, answer.status, answer.body, played.failed, tries, played.exchange)

    def _play(self, usual: Usual, answer: GeneratedAnswer) -> Played:
        """Let a client run. How often it polls is never quite the same: if it does so less often this time, the answer
        comes to the last call that it has made.
        """
        self.count += 1
        played = play(self._server, self._wanted, self._attempt, usual, answer)
        if played.failed or played.exchange or usual.order or not 0 < played.made < usual.nth:
            return played
        return self._play(usual._replace(nth=played.made), answer)


def _smallest(trials: _Trials, usual: Sequence[Usual], examples: int, seed: int) -> Case | None:
    """Return the smallest answer to one of an operation's calls that makes the client fail; None if none is found."""
    by_nth = {each.nth: each for each in usual}
    last = usual[-1]
    operation, document = last.operation, last.document

    def fails(case: Case) -> bool:
        nth, answer = case
        return trials.fails(by_nth[nth], answer)

    def near(nth: int) -> SearchStrategy[Case]:
        return st.tuples(st.just(nth), answers(operation, document, by_nth[nth].answer))

    told = revealing(operation, document, last.answer)
    known = next((answer for answer in told if trials.fails(last, answer)), None)
    if known is None:
        return _first(st.sampled_from(list(by_nth)).flatmap(near), fails, examples, seed)
    like_it = bodies(operation, document, known.status, known).map(lambda body: GeneratedAnswer(known.status, body))
    calls = st.sampled_from([*by_nth, *[last.nth] * NEAR])
    return _first(st.tuples(calls, like_it), fails, _NEAR_A_WEAKNESS, seed) or (last.nth, known)


def _first(strategy: SearchStrategy[Case], fails: Callable[[Case], bool], examples: int, seed: int) -> Case | None:
    """Return what hypothesis shrinks to; None if so many examples do not fail."""
    quiet = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        return find(strategy, fails, settings=quiet, random=Random(seed))  # noqa: S311 - to be repeated, not secret
    except NoSuchExample:
        return None
