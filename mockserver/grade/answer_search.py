"""Search for the smallest response that the contract allows and that breaks a client.

A baseline run records which operations the client calls and which responses it gets. Each further run changes the
response to one call. It uses a fresh world that is otherwise the same.
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

    from hypothesis.strategies import SearchStrategy

    from mockserver.contract import Document, Operation, Overlays
    from mockserver.contract.reader import Facts
    from mockserver.testing import Server, SmsOnline
    from mockserver.testing.server import Wanted
    from mockserver.traffic import Exchange
    from mockserver.traffic.calls import Call

    Case = tuple[int, GeneratedAnswer]
    """The number of a call among the calls of an operation, and its response."""

    Json = dict[str, Any]
    Attempt = Callable[[SmsOnline], str]
    """Runs a client in a world and returns how it failed; an empty string if it survived."""

FAULT = "answers"
"""Name of the fault that changes a response."""
_USER = "demo"
"""Placeholder for the user ID in responses: each world has its own."""
_PHONE = range(7, 16)
"""Numbers of digits that a scenario allows in a phone number."""


class Usual(NamedTuple):
    """A call of the baseline run: the operation, the number of the call among its calls, and the response.

    `nth` counts from 1. If the call placed an order, `order` is its number among all orders, counted from 1 (else 0),
    and `rule` is the scenario's rule that decided it.
    """

    document: Document
    operation: Operation
    nth: int
    answer: GeneratedAnswer
    order: int = 0
    rule: Mapping[str, Any] = NOTHING


class BaselineRun(NamedTuple):
    """The result of a baseline run: how the client `failed` (empty if it survived), and its calls by operation.

    Calls without a response, calls changed by a fault and refused orders are left out.
    """

    failed: str
    calls: Mapping[str, Sequence[Usual]]


def rehearse(server: Server, wanted: Wanted, attempt: Attempt, overlays: Overlays = ()) -> BaselineRun:
    """Run a client in a world and record its calls. Raises SteeringError for an invalid scenario."""
    world = server.begin(wanted)
    try:
        failed = attempt(world)
        path = {"world": world.world_id}
        readings = server.steering.ask("showWorld", path)["readings"]
        rules = server.steering.ask("showScenario", path)["data"].get("orders", [])
        known = documents(tuple(readings.items()), tuple(overlays))
        made = calls(known.values(), world.exchanges)
        return BaselineRun(failed, _usable_calls(made, rules, world.user_id))
    finally:
        world.close()


class Played(NamedTuple):
    """The result of a run with a changed response.

    `failed` says how the client failed; it is empty if the client survived. `exchange` has the changed response; it is
    None if the call was not made. `made` is the number of calls of the operation.
    """

    failed: str
    exchange: Exchange | None
    made: int


def play(server: Server, wanted: Wanted, attempt: Attempt, usual: Usual, answer: GeneratedAnswer) -> Played:
    """Run a client in a world in which one call gets a different response.

    The world contains the order that the response reports as placed. It contains no order if the response refuses it.
    """
    placed = _placed_order(usual, answer) if usual.order else {}
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


def _usable_calls(made: Iterable[Call], rules: Sequence[Json], user: str) -> Mapping[str, Sequence[Usual]]:
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
    """Return the scenario's rule that decided an order. `decided` has rule names such as `orders[0]`."""
    names = (f"orders[{index}]" for index in range(len(rules)))
    return next((rule for name, rule in zip(names, rules, strict=True) if name in decided), NOTHING)


def _placed_order(usual: Usual, answer: GeneratedAnswer) -> Facts:
    """Return the order that a response reports as placed; empty if it reports none."""
    facts = usual.operation.read_answer(answer.status, answer.body).facts
    return facts["order"] if get(facts, "order.id") else {}


def _with_order(wanted: Wanted, usual: Usual, placed: Facts) -> Wanted:
    """Return `wanted` with a rule that creates the order of the response; its later events stay the same."""
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
    """Return JSON data with each string `old` replaced by `new`."""
    if isinstance(value, dict):
        return {name: _replaced(member, old, new) for name, member in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    return new if value == old else value


SUITE = "answers"
EXAMPLES = 25
"""Responses generated for each operation, in addition to the revealing ones."""
_SHRINK_EXAMPLES = 100
"""Most responses generated near a known weakness until another one fails, which hypothesis can shrink."""


class Weakness(NamedTuple):
    """A response to the `nth` call of an operation that a client does not survive, found after `tries` runs.

    `failed` says how it failed, such as `exited with 1`. `exchange` is the evidence, None if the call was not made.
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
        """The operation and its response on one line."""
        return f"{self.operation} answers {self.status} {self.json}"

    @property
    def json(self) -> str:
        """The body as JSON on one line."""
        return orjson.dumps(self.body).decode()

    def finding(self, seed: int | None = None, again: str = "") -> Finding:
        """Return the weakness as a finding. `seed` and the command line `again` repeat the search."""
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
    """The result of a search: the weaknesses, the number of runs (`tries`), and what was skipped and why."""

    weaknesses: tuple[Weakness, ...] = ()
    tries: int = 0
    skipped: tuple[Skip, ...] = ()


class _FlakyError(Exception):
    """A client failed, then survived the same response."""


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
    """Search for the smallest response of each called operation that a client does not survive.

    `attempt` runs the client in a world and returns how it failed, or an empty string. `examples` is the number of
    generated responses per operation. `seconds` limits the total time. The same seed gives the same result unless the
    client is flaky or the time limit is reached. Raises SteeringError for an invalid scenario, LocatedError for an
    invalid overlay.
    """
    trials = _Trials(server, wanted, attempt, time.monotonic() + seconds)
    baseline = rehearse(server, wanted, attempt, overlays)
    if baseline.failed:
        reason = f"the command {baseline.failed} although no response was changed"
        return Searched(tries=1, skipped=(Skip("every response", reason),))
    weaknesses, skipped = [], []
    for name, usual in baseline.calls.items():
        if not usual:
            skipped.append(Skip(name, "each call got no response, was changed by a fault, or was a refused order"))
            continue
        try:
            if found := _smallest(trials, usual, examples, seed):
                weaknesses.append(trials.again(usual, found))
        except _FlakyError:
            skipped.append(Skip(name, "the command is flaky: it failed, then survived the same response"))
        if trials.is_over:
            skipped.append(Skip(name, f"the {seconds:g} seconds were used up after {trials.count} runs of the command"))
    return Searched(tuple(weaknesses), 1 + trials.count, tuple(skipped))


class _Trials:
    """Runs a client once per response and caches the outcome. After the deadline, no client runs and none fails."""

    def __init__(self, server: Server, wanted: Wanted, attempt: Attempt, deadline: float) -> None:
        self._server = server
        self._wanted = wanted
        self._attempt = attempt
        self._deadline = deadline
        self._known: dict[bytes, bool] = {}
        self.count = 0
        self.is_over = False

    def fails(self, usual: Usual, answer: GeneratedAnswer) -> bool:
        """Return whether the client fails when a call gets this response."""
        identity = orjson.dumps([usual.operation.name, usual.nth, answer.status, answer.body])
        if identity not in self._known:
            if time.monotonic() >= self._deadline:
                self.is_over = True
                return False
            self._known[identity] = bool(self._play(usual, answer).failed)
        return self._known[identity]

    def again(self, usual: Sequence[Usual], found: Case) -> Weakness:
        """Run the client again with the response found. Raises _FlakyError if it survives now."""
        tries, (nth, answer) = self.count, found
        call = next(each for each in usual if each.nth == nth)
        played = self._play(call, answer)
        if not played.failed:
            raise _FlakyError
        return Weakness(call.operation.name, nth, answer.status, answer.body, played.failed, tries, played.exchange)

    def _play(self, usual: Usual, answer: GeneratedAnswer) -> Played:
        """Run the client.

        The number of polls varies between runs. If the client polls less often this time, its last call gets the
        response.
        """
        self.count += 1
        played = play(self._server, self._wanted, self._attempt, usual, answer)
        if played.failed or played.exchange or usual.order or not 0 < played.made < usual.nth:
            return played
        return self._play(usual._replace(nth=played.made), answer)


def _smallest(trials: _Trials, usual: Sequence[Usual], examples: int, seed: int) -> Case | None:
    """Return the smallest response to a call of an operation that makes the client fail; None if none is found."""
    by_nth = {each.nth: each for each in usual}
    last = usual[-1]
    operation, document = last.operation, last.document

    def fails(case: Case) -> bool:
        nth, answer = case
        return trials.fails(by_nth[nth], answer)

    def near(nth: int) -> SearchStrategy[Case]:
        return st.tuples(st.just(nth), answers(operation, document, by_nth[nth].answer))

    revealing_answers = revealing(operation, document, last.answer)
    known = next((answer for answer in revealing_answers if trials.fails(last, answer)), None)
    if known is None:
        return _first(st.sampled_from(list(by_nth)).flatmap(near), fails, examples, seed)
    similar = bodies(operation, document, known.status, known).map(lambda body: GeneratedAnswer(known.status, body))
    calls = st.sampled_from([*by_nth, *[last.nth] * NEAR])
    return _first(st.tuples(calls, similar), fails, _SHRINK_EXAMPLES, seed) or (last.nth, known)


def _first(strategy: SearchStrategy[Case], fails: Callable[[Case], bool], examples: int, seed: int) -> Case | None:
    """Return the failing example that hypothesis shrinks to; None if no example fails."""
    search_settings = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        return find(strategy, fails, settings=search_settings, random=Random(seed))  # noqa: S311 - to be repeated, not secret
    except NoSuchExample:
        return None
