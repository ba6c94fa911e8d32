"""Worlds that are used at once never meet: each answers as if it were alone, byte for byte."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from random import Random
from threading import Barrier
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from mockserver.control.world_factory import WorldChoice, WorldFactory
from mockserver.data import scenarios
from mockserver.scenario.load import load
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from tests.conftest import SERVICES, START, InProcess
from tests.contract_runs.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockserver.scenario.fixtures import Fixtures

WORLDS = 200
THREADS = 16
CALLS = 10

USER = "ann"
"""Who uses every world: only the API key tells them apart."""

CLOCKS: tuple[dict[str, object], ...] = (
    {"mode": "manual", "start": "2025-06-15 15:06:40"},
    {"step": "3s", "start": "2025-06-15 15:06:40"},
    {"step": "7m", "start": "2026-01-01 00:00:00"},
)
READINGS: tuple[dict[str, object] | None, ...] = (
    None,
    {"another-sms": "charged"},
    None,
    {"completed-word": "complete", "discount": "shown"},
    None,
)
TAKES_TIME = {"latency", "drip"}
"""Faults for which a client has to wait."""

Answer = tuple[int, str, bytes] | None
"""Status, content type and body; None if the connection was lost."""


class Plan(NamedTuple):
    """A world to make, and the key that it is used with."""

    nth: int
    scenario: str
    seed: int
    clock: dict[str, object]
    readings: dict[str, object] | None

    @property
    def key(self) -> str:
        """The API key."""
        return f"key-of-world-{self.nth}"

    def body(self) -> dict[str, Any]:
        """What the control API is asked for."""
        wanted = {"scenario": self.scenario, "seed": self.seed, "clock": self.clock, "readings": self.readings}
        given = {name: value for name, value in wanted.items() if value is not None}
        return {**given, "userId": USER, "apiKey": self.key}


def plans(shipped: Fixtures) -> list[Plan]:
    """Worlds of all shipped scenarios that let nobody wait, with several seeds, clocks and readings."""
    names = [name for name in scenarios() if not takes_time(load(name, shipped.catalogue).data)]
    choices = zip(range(WORLDS), cycle(names), cycle(range(7)), cycle(CLOCKS), cycle(READINGS), strict=False)
    return [Plan(*choice) for choice in choices]


def takes_time(data: dict[str, Any]) -> bool:
    """Whether a client of the scenario has to wait."""
    return any(TAKES_TIME & fault["then"].keys() for fault in data.get("faults", ()))


ORDER = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
REQUESTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("PUT", "/v3/numbers/{user}/order", ORDER),
    ("POST", "/cs/purchase", {**ORDER, "country": "16", "service": "wa", "maximumPrice": "10.00"}),
    ("GET", "/v3/numbers/{user}/order/{order}", {}),
    ("GET", "/v3/numbers/{user}/inventory/50", {}),
    ("GET", "/cs/getPhoneStatus", {"orderId": "{order}"}),
    ("GET", "/cs/getBulkPhoneStatus", {}),
    ("PATCH", "/v3/numbers/{user}/order/{order}/refund", {}),
    ("PATCH", "/v3/numbers/{user}/order/{order}/requestAnother", {}),
    ("PUT", "/v3/customers/{user}/cryptomus/direct/USDT/BSC/5", {}),
    ("GET", "/v3/customers/{user}/payments", {}),
    ("GET", "/v3/customers/{user}/balance", {}),
    ("GET", "/v3/numbers/{user}/lookup/12/any/ds", {}),
    ("GET", "/v3/statistics/{user}", {}),
    ("GET", "/cs/getBalance", {"strange": "yes"}),
    ("GET", "/cs/getServiceDetail", {}),
)
"""Method, path and arguments of the calls that a journey is made of; the last two break the contract."""


def journey(client: httpx.Client, plan: Plan) -> Iterator[Answer]:
    """The answers of a world to calls that its number decides, and its answers before."""
    chance = Random(plan.nth)  # noqa: S311 - a fixed choice
    orders = ["30000000"]
    for request in (REQUESTS[0], *chance.choices(REQUESTS, k=CALLS - 1)):
        answer = ask(client, plan.key, request, chance.choice(orders[-3:]))
        orders += re.findall(r'"orderId":"(\w+)"', answer[2].decode() if answer else "")
        yield answer


def ask(client: httpx.Client, key: str, request: tuple[str, str, dict[str, str]], order: str) -> Answer:
    """One call, about this order where it is about one."""
    method, path, given = request
    credentials = {"apiKey": key} if path.startswith("/v3") else {"userId": USER, "key": key}
    arguments = {**credentials, **{name: value.format(order=order) for name, value in given.items()}}
    query, body = (arguments, None) if method == "GET" else (None, arguments)
    try:
        answer = client.request(method, path.format(user=USER, order=order), params=query, json=body)
    except (httpx.TransportError, ConnectionError):
        return None
    return answer.status_code, answer.headers["content-type"], answer.content


def alone(plan: Plan, shipped: Fixtures) -> list[Answer]:
    """The answers of a world in a mock of its own, whose only one it is, and whose readings it reads."""
    readings = tuple(sorted((plan.readings or {}).items()))
    worlds = Worlds(readings=readings)
    world_factory = WorldFactory(worlds, shipped, lambda: START, SERVICES)
    choice = WorldChoice(plan.scenario, seed=plan.seed, clock=plan.clock, readings=plan.readings)
    world_factory.open(choice, USER, plan.key)
    app = create_app(SERVICES(dict(readings)), worlds, world_factory=world_factory, services=SERVICES)
    return list(journey(httpx.Client(transport=InProcess(app), base_url="http://localhost"), plan))


def interleaved(url: str, part: Sequence[Plan], together: Barrier) -> dict[int, list[Answer]]:
    """The answers of some worlds, by their number, when one client calls now this one and now that one."""
    chance = Random(part[0].nth)  # noqa: S311 - a fixed choice
    answers: dict[int, list[Answer]] = {plan.nth: [] for plan in part}
    with httpx.Client(base_url=url, timeout=30) as client:
        journeys = {plan.nth: journey(client, plan) for plan in part}
        together.wait(30)
        for nth in chance.sample([plan.nth for plan in part for _ in range(CALLS)], CALLS * len(part)):
            answers[nth].append(next(journeys[nth]))
    return answers


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A mock that is a process of its own."""
    with served() as url:
        yield url


def test_two_hundred_worlds_used_at_once_answer_as_each_does_alone(url: str, shipped: Fixtures) -> None:
    wanted = plans(shipped)
    with httpx.Client(base_url=f"{url}/__mock__") as control:
        for plan in wanted:
            made = control.post("/worlds", json=plan.body())
            assert made.status_code == 201, made.text
    together = Barrier(THREADS)
    answers: dict[int, list[Answer]] = {}
    with ThreadPoolExecutor(THREADS) as threads:
        parts = [wanted[nth::THREADS] for nth in range(THREADS)]
        for some in threads.map(lambda part: interleaved(url, part, together), parts):
            answers |= some

    different = [plan for plan in wanted if answers[plan.nth] != alone(plan, shipped)]

    assert not different
