"""A mock that is steered: the service and its control API, in process, over a wall clock of the test's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.control.operations import document
from mockserver.control.world_factory import WorldFactory
from mockserver.scenario.load import load
from mockserver.simulation.limits import DEFAULTS, WorldLimits
from mockserver.simulation.worlds import Worlds
from mockserver.web.access import OPEN, AccessGuard
from mockserver.web.app import create_app
from tests.conftest import SERVICES, START, V2, V3, InProcess, service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.simulation.journal import Observer

Json = dict[str, Any]

STILL = """
description: Two accounts; time stands still, an SMS comes after five seconds, payments are paid after ten.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - {userId: demo, key: demo-key, balance: 100000, coupons: [{code: WELCOME10, percentage: 10}]}
  - {userId: other, key: other-key, balance: 500}
restock: {after: 2m, stock: 20}
orders:
  - sms:
      - {after: 5s}
payments:
  - ends: {after: 10s}
"""


class Opened:
    """A world that the control API has opened, with its credentials and short calls of both generations."""

    def __init__(self, steered: Steered, answer: Json) -> None:
        self.id: str = answer["world"]["id"]
        self.user: str = answer["userId"]
        self.key: str = answer["apiKey"]
        self.accounts: list[Json] = answer["accounts"]
        self.v3 = V3(steered.service, self.user, self.key)
        self.v2 = V2(steered.service, self.user, self.key)
        self._steered = steered

    def __call__(self, method: str, path: str = "", **options: Any) -> httpx.Response:
        """A call of the control API below this world."""
        return self._steered(method, f"/worlds/{self.id}{path}", **options)

    def order(self) -> str:
        """Order a number; answers the order's id."""
        order_id: str = self.v3.order().json()["body"]["orderId"]
        return order_id

    def pay(self) -> str:
        """Ask for a wallet; answers the payment's id."""
        self.v3.send("PUT", "/customers/{user}/cryptomus/direct/USDT/BSC/500")
        payment_id: str = self("GET", "/payments").json()["payments"][0]["id"]
        return payment_id

    def snapshot(self) -> Json:
        """Everything that the world remembers."""
        snapshot: Json = self("GET", "/snapshot").json()
        return snapshot

    def exchanges(self, **query: Any) -> list[Json]:
        """What is in its journal."""
        exchanges: list[Json] = self("GET", "/journal", params=query).json()["exchanges"]
        return exchanges


class Steered:
    """A mock in process whose wall clock stands at `now`, in milliseconds, until the test sets it."""

    def __init__(
        self, scenario: str, fixtures: Fixtures, limits: WorldLimits, guard: AccessGuard, observers: Sequence[Observer]
    ) -> None:
        self.now = START
        self.worlds = Worlds(limits=limits)
        world_factory = WorldFactory(self.worlds, fixtures, lambda: self.now, SERVICES)
        loaded = load(scenario, fixtures.catalogue)
        world_factory.begin(loaded)
        self.app = create_app(service_of(loaded), self.worlds, observers, guard, world_factory, SERVICES)
        self.service = httpx.Client(transport=InProcess(self.app), base_url="http://localhost")

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A call of the control API."""
        return self.service.request(method, f"/__mock__{path}", **options)

    def create(self, **body: Any) -> Opened:
        """Open a new world."""
        answer = self("POST", "/worlds", json=body)
        assert answer.status_code == 201, answer.text
        return Opened(self, answer.json())

    @property
    def home(self) -> Opened:
        """The world that the mock began with."""
        accounts = [{"userId": user, "apiKeys": [key]} for user, key in (("demo", "demo-key"), ("other", "other-key"))]
        return Opened(self, {"world": {"id": "default"}, "userId": "demo", "apiKey": "demo-key", "accounts": accounts})


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """The mocks of these tests share the document of the control API: no test changes it, and it takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mockserver.web.control.document", cache(document))
        yield


@pytest.fixture
def steer(shipped: Fixtures, tmp_path: Path) -> Callable[..., Steered]:
    """Starts a mock that is steered, from a shipped scenario's name or from the text of one."""

    def steer(
        scenario: str = STILL,
        limits: WorldLimits = DEFAULTS,
        guard: AccessGuard = OPEN,
        observers: Sequence[Observer] = (),
    ) -> Steered:
        if "\n" in scenario:
            (tmp_path / "scenario.yaml").write_text(scenario)
            scenario = str(tmp_path / "scenario.yaml")
        return Steered(scenario, shipped, limits, guard, observers)

    return steer


@pytest.fixture
def steered(steer: Callable[..., Steered]) -> Steered:
    """A mock that is steered, whose first world is `STILL`."""
    return steer()


@pytest.fixture
def home(steered: Steered) -> Opened:
    """The first world of `steered`."""
    return steered.home


def scenario_of(accounts: Sequence[Mapping[str, Any]], **sections: Any) -> Json:
    """A scenario as data, for these accounts, in which time stands still."""
    clock = {"mode": "manual", "start": "2025-06-15 15:06:40"}
    return {"description": "As a test asks for it.", "clock": clock, "accounts": list(accounts), **sections}
