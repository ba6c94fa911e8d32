"""What happens to the program in every shipped scenario, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

import httpx

from mockserver.api.api import ServedContracts
from mockserver.data import scenarios
from mockserver.domain.clock import SECOND
from mockserver.domain.ledger import EntryKind
from mockserver.scenario import fixtures
from mockserver.scenario.build import build, faults_of
from mockserver.scenario.load import Scenario, load
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from tests.asgi import respond
from tests.scenarios.client import Program, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures

START = 1_750_000_000_000
"""Where the wall clock stands still: 2025-06-15 15:06:40 UTC."""


class Row(NamedTuple):
    """What the program met in a scenario; `paid` and `returned` are US cents, of the world's ledger."""

    scenario: str
    orders: int
    received: bool
    tries: int
    paid: int
    returned: int
    ending: str


class VirtualWire(httpx.BaseTransport):
    """Calls the application without a socket; what a fault lets wait takes the world's time, and no other."""

    def __init__(self, app: Starlette, world: World) -> None:
        self._app = app
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def sleep(seconds: float) -> None:
            self._world.clock.advance(round(seconds * SECOND))

        try:
            with patch("mockserver.web.delivery.sleep", sleep):
                return respond(self._app, request)
        except ConnectionError as error:
            raise httpx.ReadError(str(error), request=request) from error


class Running(NamedTuple):
    """A scenario being played: its world, and a client of it."""

    world: World
    client: httpx.Client

    def sleep(self, seconds: float) -> None:
        """Let the world's time pass."""
        self.world.clock.advance(round(seconds * SECOND))


def run(scenario: Scenario, shipped: Fixtures) -> Running:
    """Play a scenario, from a time that is always the same."""
    service = ServedContracts()(scenario.data.get("readings", {}))
    world = build(scenario, shipped, lambda: START, rules=service.rules)
    worlds = Worlds()
    worlds.add(world, faults_of(scenario, world))
    app = create_app(service, worlds)
    return Running(world, httpx.Client(transport=VirtualWire(app, world), base_url="http://mock"))


def order_and_poll(scenario: Scenario, running: Running) -> Result:
    """Run the program against a scenario that is being played, as its first account."""
    account = scenario.data["accounts"][0]
    key = account.get("key") or account["keys"][0]
    return Program(running.client, account["userId"], key, running.sleep).run()


def row(name: str, shipped: Fixtures) -> Row:
    """What the program meets in a shipped scenario."""
    scenario = load(name, shipped.catalogue)
    running = run(scenario, shipped)
    before = len(running.world.ledger)
    result = order_and_poll(scenario, running)
    entries = [*running.world.ledger][before:]
    charges = [-entry.cents for entry in entries if entry.kind is EntryKind.CHARGE]
    refunds = [entry.cents for entry in entries if entry.kind is EntryKind.REFUND]
    return Row(name, len(charges), result.code is not None, result.tries, sum(charges), sum(refunds), result.ending)


def table() -> str:
    """The whole table, in Markdown."""
    shipped = fixtures.load()
    return "".join(_lines(row(name, shipped) for name in scenarios()))


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    yield "| scenario | orders | code received | tries | paid | returned | how it ended |\n"
    yield "|---|---|---|---|---|---|---|\n"
    for found in rows:
        received = "yes" if found.received else "no"
        counts = f"{found.orders} | {received} | {found.tries} | {found.paid} | {found.returned}"
        yield f"| `{found.scenario}` | {counts} | {found.ending} |\n"
