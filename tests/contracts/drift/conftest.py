"""A service whose traffic is recorded: the mock under readings and overlays, and a day of a customer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from contracts.spec import load as load_document
from contracts.spec.corrections import effective
from contracts.suites import Account, requests
from mockserver.control.maker import Maker
from mockserver.dialects.every import dialects
from mockserver.scenario.load import load
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from tests.conftest import START, InProcess

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures

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
        spoken = dialects(readings, overlays)
        self.documents = {name: load_document(name, readings, overlays) for name in ("v3", "v2")}
        self._file = directory / "scenario.yaml"
        self._directory = directory
        self._file.write_text(yaml.safe_dump({**SCENARIO, "readings": dict(effective(readings, overlays))}))
        worlds = Worlds()
        maker = Maker(worlds, shipped, lambda: START)
        self._sandbox = maker.begin(load(str(self._file), shipped.catalogue), None)
        self.app = create_app(spoken, worlds, (), maker=maker)
        self.base = BASE
        self.client = httpx.Client(transport=InProcess(self.app))

    def call(self, name: str, **values: Any) -> Any:
        """Call an operation by its name, as the service has it; answers the JSON."""
        document, _, operation = name.partition(".")
        described = self.documents[document].operations[operation]
        request = requests.build(described, f"{self.base}{self.documents[document].prefix}", DEMO, values)
        answer = self.client.request(
            request.method, request.url, headers=dict(request.headers), content=request.body or None
        )
        return answer.json()

    def advance(self, seconds: int) -> None:
        self._sandbox.world.clock.advance(seconds * 1000)

    def recorded(self, name: str = "traffic.jsonl") -> Path:
        """The recording of all that was called so far: the journal as JSON Lines."""
        answer = self.client.get(f"{BASE}/__mock__/worlds/{self._sandbox.id}/journal/lines")
        assert answer.status_code == 200, answer.text
        path = self._directory / name
        path.write_bytes(answer.content)
        return path


def order_of(answer: Any) -> str:
    return str(answer.get("body", answer)["orderId"])


def day(service: Service) -> None:
    """What a customer may do in a day, over both generations of the API."""
    v3, v2 = "12", {"country": "12", "service": "ds"}
    place = {"country": v3, "carrier": "any"}
    wish = {**v2, "carrier": "any", "m": "", "n": ""}
    service.call("v3.getBalance")
    service.call("v3.getCountries")
    service.call("v3.listServices", **place)
    service.call("v3.getServiceDetail", **place, service="ds")
    service.call("v3.orderNumber", **wish, maximumPrice="1")
    service.call("v3.getOrder", orderId="999")
    order = order_of(service.call("v3.orderNumber", **wish, maximumPrice="100"))
    silent = order_of(service.call("v3.orderNumber", **{**wish, "service": "wa"}, maximumPrice="10000"))
    service.call("v3.getOrder", orderId=order)
    service.call("v3.getOrder", orderId=silent)
    service.call("v3.getPopular")
    service.advance(6)
    service.call("v3.getOrder", orderId=order)
    service.call("v3.changeOrderStatus", orderId=order, next="refund")
    service.call("v3.getBalance")
    service.call("v3.changeOrderStatus", orderId=order, next="requestAnother")
    service.call("v3.getBalance")
    service.call("v3.getInventory", limit=5)
    service.call("v3.getStatistics")
    service.call("v3.toggleFavourite", country="12", service="ds")
    service.call("v3.getFavourites")
    service.call("v3.getCoupons")
    service.call("v3.createCryptomusInvoice", amount=500)
    service.call("v3.getInvoices")
    service.call("v2.getBalance")
    service.call("v2.getCountries")
    service.call("v2.getServices", country="12")
    service.call("v2.getServiceDetail", **v2)
    service.call("v2.purchase", **wish, maximumPrice="0.01")
    other = order_of(service.call("v2.purchase", **wish, maximumPrice="1.00"))
    service.call("v2.getPhoneStatus", orderId=other)
    service.call("v2.getBulkPhoneStatus")
    service.advance(25 * 60)
    service.call("v3.getOrder", orderId=silent)
    service.call("v2.getPhoneStatus", orderId=other)


@pytest.fixture
def serve(shipped: Fixtures, tmp_path: Path) -> Callable[..., Service]:
    """Starts a service under readings and overlays."""

    def serve(readings: dict[str, object] | None = None, *overlays: Path) -> Service:
        return Service(shipped, tmp_path, readings or {}, overlays)

    return serve
