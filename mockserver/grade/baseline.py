"""What a client calls when all is as usual, and worlds in which one of these calls is answered otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.reader import get
from mockserver.judge.answers import GeneratedAnswer
from mockserver.scenario import fixtures
from mockserver.scenario.load import load
from mockserver.testing.judgement import documents
from mockserver.testing.world_config import NOTHING, is_file
from mockserver.traffic.calls import Outcome, calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mockserver.contract import Document, Operation, Overlays
    from mockserver.contract.reader import Facts
    from mockserver.testing import Server, SmsOnline
    from mockserver.testing.world_config import Wanted
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
