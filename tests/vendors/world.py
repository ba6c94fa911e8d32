"""The mock in this process as a vendor: it answers requests at given times, and keeps what was exchanged."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
import yaml

from mockserver.api.api import ServedContracts, served
from mockserver.contract import contract
from mockserver.contract.overlays import effective
from mockserver.control.world_factory import WorldFactory
from mockserver.scenario import fixtures
from mockserver.scenario.load import load
from mockserver.simulation.worlds import Worlds
from mockserver.traffic import Answer, Exchange, Request
from mockserver.web.app import create_app
from tests.asgi import respond

if TYPE_CHECKING:
    from mockserver.api.api import ServedContract
    from mockserver.contract import Contract

SCENARIO = Path(__file__).with_name("scenario.yaml")
BASE = "http://vendor.test"
START = 1_750_000_000_000

_shipped = cache(fixtures.load)


class Account(NamedTuple):
    """A user, and the key of their account."""

    user: str
    key: str


ACCOUNTS = tuple(Account(each["userId"], each["key"]) for each in yaml.safe_load(SCENARIO.read_text())["accounts"])


class _Services(ServedContracts):
    """The service under overlays, with the contract that it was made from."""

    contract: Contract

    def _load(self, readings: tuple[tuple[str, object], ...]) -> ServedContract:
        self.contract = contract(dict(readings), self.overlays)
        return served(self.contract)


class World:
    """A world of the scenario, under overlays."""

    def __init__(self, *overlays: Path) -> None:
        services = _Services(overlays)
        service = services()
        self.contract = services.contract
        loaded = load(str(SCENARIO), _shipped().catalogue)
        data = {**loaded.data, "readings": dict(effective({}, overlays))}
        worlds = Worlds()
        factory = WorldFactory(worlds, _shipped(), lambda: START, services)
        self._world = factory.begin(loaded._replace(data=data), None).world
        self._app = create_app(service, worlds, (), world_factory=factory, services=services)

    @property
    def now(self) -> int:
        """The time of the world, in milliseconds since the epoch."""
        return self._world.clock.now()

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self._world.clock.advance(milliseconds)

    def answer(self, request: Request) -> Answer:
        """Answer a request at once."""
        sent = httpx.Request(request.method, request.url, headers=list(request.headers), content=request.body)
        answer = respond(self._app, sent)
        return Answer(answer.status_code, tuple(answer.headers.items()), answer.content)

    def exchange(self, request: Request) -> Exchange:
        """Answer a request, and say when."""
        return Exchange(request, self.answer(request), self.now, 3.0)


def replay(exchanges: list[Exchange], *overlays: Path) -> tuple[Contract, list[Answer]]:
    """The answers to the same requests at the same times, under overlays; and the contract."""
    world = World(*overlays)
    answers = []
    for exchange in exchanges:
        world.advance(exchange.started - world.now)
        answers.append(world.answer(exchange.request))
    return world.contract, answers
