"""A kind of fault is a class, an entry in the table and one in the schema: all else follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from mockserver.contract import LocatedError
from mockserver.data import directory
from mockserver.scenario import error, load
from mockserver.simulation.faults.effect import Effect
from mockserver.simulation.faults.kinds import KINDS
from mockserver.simulation.limits import DEFAULTS
from mockserver.web.access import OPEN
from tests.control.conftest import STILL, Steered
from tests.web.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.simulation.faults.effect import WireResponse
    from mockserver.simulation.units import Found

FAULT = {"name": "signed", "when": {"every": 2}, "then": {"sign": "ann"}}
BALANCE = "/v3/customers/demo/balance?apiKey=demo-key"


@dataclass(frozen=True)
class Sign(Effect):
    """An answer says in a header who has signed it."""

    name: str

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        if value != value.lower():
            yield (), f"write {value.lower()}, nobody signs in capitals"

    def write(self, wire: WireResponse) -> WireResponse:
        return wire._replace(headers={**wire.headers, b"x-signed": self.name.encode()})


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    schema = orjson.loads((directory("scenarios") / "schema.json").read_bytes())
    schema["$defs"]["faultEffect"]["properties"]["sign"] = {"type": "string"}
    (tmp_path / "schema.json").write_bytes(orjson.dumps(schema))
    monkeypatch.setattr(error, "directory", lambda _: tmp_path)
    monkeypatch.setattr(load, "_schema", cache(error.Schema))
    monkeypatch.setitem(KINDS, "sign", Sign)


def scenario(folder: Path, fault: Any = FAULT) -> str:
    """Write a scenario with a fault."""
    path = folder / "signed.yaml"
    path.write_text(f"{STILL}faults:\n- {orjson.dumps(fault).decode()}\n")
    return str(path)


@pytest.fixture
def mock(tmp_path: Path, shipped: Fixtures, _kind: None) -> Steered:
    """A mock with the fault."""
    return Steered(scenario(tmp_path), shipped, DEFAULTS, OPEN, ())


def signatures(client: httpx.Client) -> list[str | None]:
    """Ask twice; who has signed the answers."""
    return [client.get(BALANCE).headers.get("x-signed") for _ in range(2)]


def test_it_is_parsed(mock: Steered) -> None:
    [slot] = mock.worlds
    assert slot.faults is not None
    assert [fault.effect for _, fault in slot.faults.items()] == [Sign("ann")]


def test_it_is_checked(tmp_path: Path, shipped: Fixtures) -> None:
    with pytest.raises(LocatedError) as refused:
        load.load(scenario(tmp_path, {"then": {"sign": "Ann"}}), shipped.catalogue)
    assert "signed.yaml:14:19: $.faults[0].then.sign: write ann, nobody signs in capitals" in str(refused.value)


def test_it_is_applied_on_the_wire(mock: Steered) -> None:
    with serving(mock.app) as (host, port), httpx.Client(base_url=f"http://{host}:{port}") as client:
        assert signatures(client) == [None, "ann"]


def test_the_control_api_shows_it(mock: Steered) -> None:
    signatures(mock.service)
    shown = {"number": 1, "name": "signed", "fault": FAULT, "matched": 2, "acted": 1}
    assert mock.home("GET", "/faults").json() == {"faults": [shown]}


def test_it_survives_a_snapshot(mock: Steered) -> None:
    mock.service.get(BALANCE)
    snapshot = mock.home.snapshot()
    mock.home("DELETE", "/faults")
    assert mock.home("PUT", "/snapshot", json=snapshot).status_code == 200
    assert signatures(mock.service) == ["ann", None]
