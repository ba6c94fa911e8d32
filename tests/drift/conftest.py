"""A service whose traffic is recorded: the mock under readings and overlays, and a day of a customer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
import yaml

from mockserver.api.api import ServedContracts
from mockserver.contract.overlays import effective
from mockserver.control.world_factory import WorldFactory
from mockserver.scenario.load import load
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from tests.conftest import START, InProcess

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures


class Account(NamedTuple):
    """A user, and the key of their account."""

    user: str
    key: str


BASE = "http://service.test"
DEMO = Account("demo", "planted-key-0123")
SCENARIO = {
    "description": "A day. No SMS comes for WhatsApp.",
    "clock": {"mode": "manual", "start": "2025-06-15 15:06:40"},
    "accounts": [{"userId": "demo", "key": DEMO.key, "balance": 100000, "totalCharges": 8000}],
    "orders": [{"when": {"service": "wa"}}, {"sms": [{"after": "5s"}]}],
}


class Service:
    """The mock under readings and overlays, on a host of its own, with the recording that it keeps."""

    def __init__(self, shipped: Fixtures, directory: Path, readings: dict[str, object], overlays: tuple[Path, ...]):
        services = ServedContracts(overlays)
        played = services(readings)
        self.documents = played.documents
        self._file = directory / "scenario.yaml"
        self._directory = directory
        self._file.write_text(yaml.safe_dump({**SCENARIO, "readings": dict(effective(readings, overlays))}))
        worlds = Worlds()
        world_factory = WorldFactory(worlds, shipped, lambda: START, services)
        self._slot = world_factory.begin(load(str(self._file), shipped.catalogue), None)
        self.app = create_app(played, worlds, (), world_factory=world_factory, services=services)
        self.base = BASE
        self.client = httpx.Client(transport=InProcess(self.app))

    def call(self, name: str, purpose: str, **values: Any) -> dict[str, Any]:
        """Call a document's operation for a purpose, with arguments by the vocabulary; answers the facts it tells."""
        document = self.documents[name]
        operation = document.by_purpose[purpose]
        path, query, body, _ = operation.arguments(purpose, values, DEMO.user, DEMO.key)
        filled = operation.path.format(**{part: quote(str(value), safe="") for part, value in path.items()})
        content = None if operation.body is None else body
        answer = self.client.request(
            operation.method, f"{self.base}{document.prefix}{filled}", params=query, json=content
        )
        return operation.read_answer(answer.status_code, answer.json()).facts

    def order(self, name: str, **values: Any) -> str:
        """Order a number, of Discord unless told otherwise; answers its order."""
        wanted = {"country": "12", "service": "ds", "carrier": "any", "maximum": 10000, "m": "", "n": ""}
        facts = self.call(name, "order", **{**wanted, **values})
        return str(facts.get("order", {}).get("id"))

    def advance(self, seconds: int) -> None:
        self._slot.world.clock.advance(seconds * 1000)

    def recorded(self, name: str = "traffic.jsonl") -> Path:
        """The recording of all that was called so far: the journal as JSON Lines."""
        answer = self.client.get(f"{BASE}/__mock__/worlds/{self._slot.id}/journal/lines")
        assert answer.status_code == 200, answer.text
        path = self._directory / name
        path.write_bytes(answer.content)
        return path


def day(service: Service) -> None:
    """What a customer may do in a day, over both generations of the API."""
    place = {"country": "12", "carrier": "any"}
    service.call("v3", "balance")
    service.call("v3", "countries")
    service.call("v3", "services", **place)
    service.call("v3", "quote", **place, service="ds")
    service.order("v3", maximum=1)
    service.call("v3", "look", order="999")
    order = service.order("v3", maximum=100)
    silent = service.order("v3", service="wa")
    service.call("v3", "look", order=order)
    service.call("v3", "look", order=silent)
    service.call("v3", "popular")
    service.advance(6)
    service.call("v3", "look", order=order)
    service.call("v3", "refund", order=order)
    service.call("v3", "balance")
    service.call("v3", "another", order=order)
    service.call("v3", "balance")
    service.call("v3", "inventory", expired=5)
    service.call("v3", "statistics")
    service.call("v3", "toggle_favourite", country="12", service="ds")
    service.call("v3", "favourites")
    service.call("v3", "coupons")
    service.call("v3", "invoice", amount=500)
    service.call("v3", "invoices")
    service.call("v2", "balance")
    service.call("v2", "countries")
    service.call("v2", "services", country="12")
    service.call("v2", "quote", country="12", service="ds")
    service.order("v2", maximum=1)
    other = service.order("v2", maximum=100)
    service.call("v2", "look", order=other)
    service.call("v2", "orders")
    service.advance(25 * 60)
    service.call("v3", "look", order=silent)
    service.call("v2", "look", order=other)


@pytest.fixture
def serve(shipped: Fixtures, tmp_path: Path) -> Callable[..., Service]:
    """Starts a service under readings and overlays."""

    def serve(readings: dict[str, object] | None = None, *overlays: Path) -> Service:
        return Service(shipped, tmp_path, readings or {}, overlays)

    return serve
