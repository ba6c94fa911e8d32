"""The mock in process for tests. Every answer that a test gets here is checked against the contract document."""

from __future__ import annotations

import gc
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpcore  # noqa: F401  httpx imports it late: inside an in-process run of pytest it would be there twice
import httpx
import pytest
from click.testing import CliRunner

from mockserver.api.api import ServedContracts
from mockserver.cli import main
from mockserver.scenario import fixtures
from mockserver.scenario.build import build, faults_of
from mockserver.scenario.load import load
from mockserver.serving import foreground
from mockserver.simulation.units import duration
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from tests.asgi import respond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result
    from starlette.applications import Starlette

    from mockserver.api.api import ServedContract
    from mockserver.contract import Document, Violation
    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario
    from mockserver.simulation.journal import ServedExchange

    Command = Callable[..., Result]

# Behind what is installed, which is to be tested: the tools that write generated pages.
sys.path.append(str(Path(__file__).parents[1]))

START = 1_750_000_000_000
"""Where the wall clock of a test stands still: 2025-06-15 15:06:40 UTC."""

RICH = """
description: One rich account; time stands still.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - {userId: demo, key: demo-key, balance: 100000}
orders:
  - sms:
      - {after: 5s}
payments:
  - ends: {after: 10s}
"""


class ContractKeeper:
    """An observer that holds every answer against the contract document, as the readings of the scenario have it.

    An answer that a fault has altered is meant to break the contract.
    """

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.documents: dict[str, Document] = {}

    def __call__(self, exchange: ServedExchange) -> None:
        if exchange.altered:
            return
        headers = [(name.decode(), value.decode()) for name, value in exchange.answer_headers]
        answer = exchange.status, exchange.body, dict(headers).get("content-type", "")
        if exchange.operation:
            self.violations += exchange.operation.check_answer(*answer, headers=headers)
        elif exchange.document:
            self.violations += self.documents[exchange.document].check_failure(*answer, headers=headers)


SERVICES = ServedContracts()
"""The service by readings, for all tests: it holds nothing that a test could change, and takes the longest to make."""


def operations(*documents: str) -> int:
    """How many operations documents have."""
    return sum(len(SERVICES().documents[name].operations) for name in documents)


def service_of(scenario: Scenario) -> ServedContract:
    """The service by the readings of a scenario."""
    return SERVICES(scenario.data.get("readings", {}))


class InProcess(httpx.BaseTransport):
    """Calls the application without a socket or an event loop: the mock never waits for anything but its request."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return respond(self.app, request)


class Mock:
    """A running mock: its world, its application, and a client whose base URL is the mock's."""

    def __init__(self, scenario: Scenario, world: World, keeper: ContractKeeper) -> None:
        self.world = world
        self.exchanges: list[ServedExchange] = []
        service = service_of(scenario)
        keeper.documents = dict(service.documents)
        self.faults = faults_of(scenario, world)
        worlds = Worlds()
        worlds.add(world, self.faults)
        self.app = create_app(service, worlds, [keeper, self.exchanges.append], services=SERVICES)
        self.client = httpx.Client(transport=InProcess(self.app), base_url="http://mock")
        self.v3 = V3(self.client)
        self.v2 = V2(self.client)

    def advance(self, text: str) -> None:
        """Let virtual time pass, such as `20m`."""
        self.world.clock.advance(duration(text))


class V3:
    """Short calls of V3 for the account `demo`; each answers status and body."""

    def __init__(self, client: httpx.Client, user: str = "demo", key: str = "demo-key") -> None:
        self._client = client
        self._user = user
        self._key = key

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET a path in which `{user}` stands for the account."""
        return self._client.get(f"/v3{path.format(user=self._user)}", params={"apiKey": self._key, **query})

    def send(self, method: str, path: str, **body: Any) -> httpx.Response:
        """PUT or PATCH a path in which `{user}` stands for the account."""
        return self._client.request(method, f"/v3{path.format(user=self._user)}", json={"apiKey": self._key, **body})

    def order(self, **changes: Any) -> httpx.Response:
        """Order a Discord number in the United States, unless told otherwise."""
        body = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
        return self.send("PUT", "/numbers/{user}/order", **{**body, **changes})

    def item(self, order_id: str) -> dict[str, Any]:
        """An order as getOrder shows it."""
        item: dict[str, Any] = self.get(f"/numbers/{{user}}/order/{order_id}").json()["body"][0]
        return item

    def balance(self) -> int:
        """The balance, in cents."""
        balance: int = self.get("/customers/{user}/balance").json()["body"]["balance"]
        return balance


class V2:
    """Short calls of V2 for the account `demo`."""

    def __init__(self, client: httpx.Client, user: str = "demo", key: str = "demo-key") -> None:
        self._client = client
        self._credentials = {"userId": user, "key": key}

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET a path."""
        return self._client.get(f"/cs{path}", params={**self._credentials, **query})

    def post(self, path: str, **body: Any) -> httpx.Response:
        """POST a path."""
        return self._client.post(f"/cs{path}", json={**self._credentials, **body})

    def purchase(self, **changes: Any) -> httpx.Response:
        """Order a Discord number in the United States, unless told otherwise."""
        body = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "10.00", "m": "", "n": ""}
        return self.post("/purchase", **{**body, **changes})


def pytest_collection_finish() -> None:
    """What is collected stays to the end: the garbage collector need not go through all of it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shipped() -> Fixtures:
    """The shipped catalogue, templates and currencies."""
    return fixtures.load()


@pytest.fixture(scope="session")
def loaded(shipped: Fixtures, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scenario]:
    """Loads a shipped scenario by its name, or one by its text; each once, since none ever changes."""

    @cache
    def loaded(scenario: str) -> Scenario:
        if "\n" in scenario:
            file = tmp_path_factory.mktemp("scenario") / "scenario.yaml"
            file.write_text(scenario, encoding="utf-8")
            scenario = str(file)
        return load(scenario, shipped.catalogue)

    return loaded


@pytest.fixture
def keeper() -> Iterator[ContractKeeper]:
    """Fails the test in which an answer broke the contract."""
    keeper = ContractKeeper()
    yield keeper
    assert not keeper.violations, "\n".join(map(str, keeper.violations))


@pytest.fixture
def start(loaded: Callable[[str], Scenario], shipped: Fixtures, keeper: ContractKeeper) -> Callable[[str], Mock]:
    """Starts a mock from a shipped scenario's name or from the text of one; the wall clock stands still."""

    def start(scenario: str) -> Mock:
        played = loaded(scenario)
        return Mock(played, build(played, shipped, lambda: START, rules=service_of(played).rules), keeper)

    return start


@pytest.fixture
def mock(start: Callable[[str], Mock]) -> Mock:
    """A mock with one rich account `demo`, whose clock only moves when told."""
    return start(RICH)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `smsonline-mock` in this process and in an empty folder, to its end: it must not come to serve.

    Nothing is known of it beforehand but the named variables of the environment.
    """

    def served(*_: object, **__: object) -> None:
        pytest.fail("the command serves")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(foreground, "run", served)
    for name in os.environ:
        if name.startswith(("SMSONLINE_", "GITHUB_")):
            monkeypatch.delenv(name)

    def run(*arguments: str, **environment: str) -> Result:
        return CliRunner(env=environment).invoke(main, arguments)

    return run
