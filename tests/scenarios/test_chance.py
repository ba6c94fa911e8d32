"""The same scenario, seed and requests give the same bytes: everywhere, and whatever else goes on."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.api.api import ServedContracts
from mockserver.scenario import fixtures
from mockserver.scenario.build import build, faults_of
from mockserver.scenario.load import load
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from tests.rules import DEFAULT
from tests.scenarios.table import START, Running, VirtualWire, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.scenario.fixtures import Fixtures

ROOT = Path(__file__).parents[2]

SCENARIOS = ("default", "rough-day", "flaky", "slow")


def requests(key: str = "demo-key") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A customer's day."""
    wanted = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "99", "m": "", "n": ""}
    query = {"params": {"apiKey": key}}
    for _ in range(12):
        yield "PUT", "/v3/numbers/demo/order", {"json": {"apiKey": key, **wanted}}
        yield "GET", "/v3/numbers/demo/inventory/25", query
    for provider in ("cryptomus", "pay4bit"):
        yield "PUT", f"/v3/customers/demo/{provider}/invoice/500", {"json": {"apiKey": key}}
    yield "GET", "/v3/numbers/demo/lookup/12/any/ds", query
    yield "GET", "/v3/customers/demo/payments", query
    yield "GET", "/cs/getBulkPhoneStatus", {"params": {"userId": "demo", "key": key}}


def answer(running: Running, method: str, path: str, content: dict[str, Any]) -> bytes:
    """The bytes of an answer, three seconds later."""
    running.sleep(3)
    try:
        found = running.client.request(method, path, **content)
    except httpx.TransportError as error:
        return str(error).encode()
    return b"%d %s" % (found.status_code, found.content)


def digest(name: str, shipped: Fixtures) -> str:
    """All answers of a scenario's day, in short."""
    running = run(load(name, shipped.catalogue), shipped)
    return sha256(b"\n".join(answer(running, *request) for request in requests())).hexdigest()


GOLDEN = {
    "default": "f26ef027bbf79f20507b98843ee8a433ffb1cc35059c7297cf7f56a262304354",
    "rough-day": "867295217b3d149127e0b8f7ec6439a776381c6de1ec958776470dcc616d10ca",
    "flaky": "b21e8e5d18d3bef9be4cafcd7b2252edcd9aa07a91c1382facbac391aac5b9b4",
    "slow": "4c7479fe5f5c50676c4f7a8f321942d59747245a49cb649b65dcc655118d3138",
}


BUSY = """
description: A rough day of somebody else.
include: [rough-day]
accounts: [{userId: demo, key: busy-key}]
"""


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_bytes_of_a_day_are_pinned(shipped: Fixtures, name: str) -> None:
    assert digest(name, shipped) == GOLDEN[name]


def test_another_process_gives_the_same_bytes() -> None:
    command = [sys.executable, "-m", "tests.scenarios.test_chance", *SCENARIOS]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == [GOLDEN[name] for name in SCENARIOS]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_busy_world_beside_it_changes_nothing(shipped: Fixtures, tmp_path: Path, name: str) -> None:
    (tmp_path / "busy.yaml").write_text(BUSY)
    worlds = Worlds()
    both = [load(name, shipped.catalogue), load(str(tmp_path / "busy.yaml"), shipped.catalogue)]
    world, busy = (build(scenario, shipped, lambda: START, rules=DEFAULT) for scenario in both)
    for scenario, running in zip(both, (world, busy), strict=True):
        worlds.add(running, faults_of(scenario, running))
    app = create_app(ServedContracts()(), worlds)
    ours = Running(world, httpx.Client(transport=VirtualWire(app, world), base_url="http://mock"))
    theirs = Running(busy, httpx.Client(transport=VirtualWire(app, busy), base_url="http://mock"))
    answers = []
    for own, other in zip_longest(requests(), requests("busy-key")):
        answer(theirs, *other)
        answers.append(answer(ours, *own))
        answer(theirs, *other)
    assert sha256(b"\n".join(answers)).hexdigest() == GOLDEN[name]


def test_another_seed_gives_other_bytes(shipped: Fixtures) -> None:
    scenario = load("default", shipped.catalogue)
    other = scenario._replace(data={**scenario.data, "seed": 2})
    first, second = (answer(run(played, shipped), *next(requests())) for played in (scenario, other))
    assert first != second


if __name__ == "__main__":
    print(*(digest(name, fixtures.load()) for name in sys.argv[1:]))  # noqa: T201 - for the test of another process
