"""Worlds of one server that read the documentation differently: each is served, and judged, by its own contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mockserver import contract
from tests.conftest import SERVICES
from tests.control.conftest import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from mockserver.contract import Violation
    from mockserver.simulation.journal import ServedExchange
    from tests.control.conftest import Json, Opened, Steered

READINGS = contract.readings()
ALTERNATIVES = [(name, value) for name, reading in READINGS.items() for value in [*reading.values][1:]]
DEFAULTS = {name: reading.default for name, reading in READINGS.items()}

every_reading = pytest.mark.parametrize(("name", "value"), ALTERNATIVES, ids=map("=".join, ALTERNATIVES))

ACCOUNT = {"userId": "demo", "key": "demo-key", "balance": 80, "totalCharges": 8000}
LIFE = scenario_of(
    [ACCOUNT],
    catalogue=[{"country": "12", "service": "wa", "stock": 0}, {"country": "16", "service": "ds", "price": 10}],
    orders=[{"when": {"country": "12"}, "sms": [{"after": "5s"}]}],
)
"""An account of 80 cents with a discount; there is an SMS in one country only."""


def advance(world: Opened, by: str) -> None:
    assert world("POST", "/clock/advance", json={"by": by}).status_code == 200


def over_v3(world: Opened) -> list[httpx.Response]:
    """Do everything that a reading may change, over V3."""
    v3 = world.v3
    answers: list[httpx.Response] = []

    def change(order: str, after: str) -> None:
        answers.append(v3.send("PATCH", f"/numbers/{{user}}/order/{order}/{after}"))

    answers.append(v3.order())
    first = answers[0].json()["body"]["orderId"]
    answers += [v3.order(maximumPrice="1"), v3.order(service="wa"), v3.order(country="16")]
    second = answers[-1].json()["body"]["orderId"]
    change(first, "requestAnother")
    advance(world, "5s")
    answers.append(v3.get(f"/numbers/{{user}}/order/{first}"))
    for after in ("refund", *["requestAnother"] * 5):
        change(first, after)
    advance(world, "20m")
    for order in (first, second, "404"):
        answers.append(v3.get(f"/numbers/{{user}}/order/{order}"))
        change(order, "refund")
        change(order, "requestAnother")
    paths = ("inventory/9", "popular", "lookup/12/any", "lookup/12/any/ds", "lookup/12/any/nothing")
    return [*answers, *(v3.get(f"/numbers/{{user}}/{path}") for path in paths), v3.get("/statistics/{user}")]


def over_v2(world: Opened) -> list[httpx.Response]:
    """Do everything that a reading may change, over V2."""
    v2 = world.v2
    answers: list[httpx.Response] = []
    answers.append(v2.purchase())
    first = answers[0].json()["orderId"]
    answers += [v2.purchase(maximumPrice="0.01"), v2.purchase(service="wa"), v2.purchase(country="16")]
    second = answers[-1].json()["orderId"]
    answers.append(v2.post("/requestAnother", orderId=first))
    advance(world, "5s")
    answers.append(v2.get("/getPhoneStatus", orderId=first))
    answers += [v2.post(path, orderId=first) for path in ("/refund", *["/requestAnother"] * 5)]
    advance(world, "20m")
    for order in (first, second, "404"):
        answers.append(v2.get("/getPhoneStatus", orderId=order))
        answers += [v2.post(path, orderId=order) for path in ("/refund", "/requestAnother")]
    answers += [v2.get("/getBulkPhoneStatus", status=word) for word in ("waiting", "expired", "refunded")]
    answers += [v2.get("/getServices", country=country) for country in ("12", "nowhere")]
    return [*answers, v2.get("/getServiceDetail", country="12", service="ds"), v2.get("/getBalance")]


over_both = pytest.mark.parametrize("live", [over_v3, over_v2], ids=["v3", "v2"])


class Judge:
    """An observer that holds every answer against the documents of the readings of its world."""

    def __init__(self) -> None:
        self.readings: dict[str, Mapping[str, object]] = {}
        self.violations: list[tuple[str, Violation]] = []
        self.judged = 0

    def __call__(self, exchange: ServedExchange) -> None:
        if exchange.world not in self.readings or exchange.operation is None:
            return
        assert exchange.document is not None
        document = SERVICES(self.readings[exchange.world]).documents[exchange.document]
        operation = document.operations[exchange.operation.id]
        found = operation.check_answer(exchange.status, exchange.body)
        self.judged += 1
        self.violations += [(exchange.world, violation) for violation in found]


def written(scenario: Json) -> str:
    return yaml.safe_dump(scenario)


@every_reading
@over_both
def test_worlds_of_different_readings_keep_to_their_own_contracts(
    steer: Callable[..., Steered], name: str, value: str, live: Callable[[Opened], list[httpx.Response]]
) -> None:
    judge = Judge()
    steered = steer(observers=[judge])
    usual, other = steered.create(scenario=LIFE), steered.create(scenario=LIFE, readings={name: value})
    judge.readings = {usual.id: {}, other.id: {name: value}}
    answers = [*live(usual), *live(other)]
    assert (judge.violations, judge.judged) == ([], len(answers))


@every_reading
@over_both
def test_a_world_of_other_readings_answers_as_a_server_of_them(
    steer: Callable[..., Steered], name: str, value: str, live: Callable[[Opened], list[httpx.Response]]
) -> None:
    scenario = {**LIFE, "accounts": [ACCOUNT, {"userId": "other", "key": "other-key"}]}
    served = steer(written({**scenario, "readings": {name: value}})).home
    usual = steer(written(scenario))
    world = usual.create(scenario=scenario, readings={name: value}, userId="demo")
    assert [answer.content for answer in live(world)] == [answer.content for answer in live(served)]


@every_reading
@over_both
def test_a_world_of_the_usual_readings_answers_so_on_a_server_of_others(
    steer: Callable[..., Steered], name: str, value: str, live: Callable[[Opened], list[httpx.Response]]
) -> None:
    judge = Judge()
    steered = steer(written({**LIFE, "readings": {name: value}}), observers=[judge])
    world = steered.create(scenario=LIFE)
    judge.readings = {world.id: {}}
    usual = steer(written(LIFE)).create(scenario=LIFE, userId=world.user)
    assert [answer.content for answer in live(world)] == [answer.content for answer in live(usual)]
    assert judge.violations == []


@pytest.mark.parametrize(("name", "value"), [each for each in ALTERNATIVES if each[0] != "discount"])
def test_a_reading_shows_in_the_answers_of_its_world_alone(steered: Steered, name: str, value: str) -> None:
    usual, other = (steered.create(scenario=LIFE, readings=each) for each in ({}, {name: value}))
    assert [(answer.status_code, answer.content) for answer in over_v3(usual)] != [
        (answer.status_code, answer.content) for answer in over_v3(other)
    ]


@every_reading
@over_both
def test_the_journal_finds_nothing_wrong_with_what_keeps_to_a_worlds_own_contract(
    steered: Steered, name: str, value: str, live: Callable[[Opened], list[httpx.Response]]
) -> None:
    world = steered.create(scenario=LIFE, readings={name: value})
    live(world)
    assert world("GET", "/violations", params={"level": "error"}).json()["violations"] == []


@pytest.mark.parametrize(
    ("readings", "word", "wrong"),
    [
        ({}, "completed", False),
        ({}, "complete", True),
        ({"completed-word": "complete"}, "complete", False),
        ({"completed-word": "complete"}, "completed", True),
    ],
)
def test_the_journal_judges_an_answer_by_the_contract_of_its_world(
    steered: Steered, readings: Json, word: str, wrong: bool
) -> None:
    world = steered.create(readings=readings)
    order = world.order()
    shown: Any = world.v3.get(f"/numbers/{{user}}/order/{order}").json()
    shown["body"][0]["status"] = word
    fault = {"when": {"operation": "v3.getOrder"}, "then": {"status": {"status": 200, "body": shown}}}
    world("POST", "/faults", json=fault)
    world.v3.get(f"/numbers/{{user}}/order/{order}")
    found = world("GET", "/violations", params={"level": "error"}).json()["violations"]
    assert bool(found) is wrong


@every_reading
def test_a_world_shows_the_readings_that_are_its_own(steered: Steered, name: str, value: str) -> None:
    assert steered.create(readings={name: value})("GET").json()["readings"][name] == value


@every_reading
def test_a_copy_of_a_world_has_its_readings(steered: Steered, name: str, value: str) -> None:
    world = steered.create(scenario=LIFE, readings={name: value})
    copies = [world("POST", "/fork").json(), steered("POST", "/worlds", json={"snapshot": world.snapshot()}).json()]
    assert [copy["world"]["readings"] for copy in copies] == [world("GET").json()["readings"]] * 2


def test_a_worlds_coverage_is_that_of_its_own_contract(steered: Steered) -> None:
    world = steered.create(scenario=LIFE, readings={"failures": "status"})
    assert world.v3.order(service="wa").status_code == 503
    assert world("GET", "/coverage").json()["unlisted"] == []
