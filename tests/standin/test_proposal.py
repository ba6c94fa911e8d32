"""What `drift --propose` finds out about the stand-in, with nothing but a recording of its client.

The stand-in begins anew with each flow, and then its ids repeat: some of what a day at a real service would show stays
open here. What is proposed is right, and more of it is welcome: raise the number.
"""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from mockserver.testing.server import Server
from tests.standin.flows import FLOWS, Flow
from tests.standin.mock_world import MockWorld
from tests.standin.test_toolkit import COMMAND, ROOT, Day, day, vendor

__all__ = ["day", "vendor"]

PASSING = 65
"""How many flows pass against the mock under the proposal. Without it, 4 do."""


@pytest.fixture(scope="module")
def proposal(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Propose an overlay for the plain contract."""
    file = tmp_path_factory.mktemp("drift") / "vendor.yaml"
    drifted(day, "--propose", str(file))
    return file


def drifted(day: Day, *words: str) -> str:
    """Run drift in a process of its own, and return what it says."""
    command = [*COMMAND, "drift", str(day.recording), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout  # noqa: S603


def test_the_rules_are_those_of_the_stand_in(proposal: Path) -> None:
    assert yaml.safe_load(proposal.read_text())["x-rules"] == {
        "lifetime": "15m",
        "renewal": "5m",
        "another_sms": "charged",
        "above_maximum": "NO_NUMBERS",
        "discount": "shown",
    }


def test_drift_finds_no_contradiction_under_the_proposal(day: Day, proposal: Path) -> None:
    assert ", 0 contradicted, " in drifted(day, "--overlay", str(proposal)).splitlines()[-1]


@pytest.fixture(scope="module")
def server(proposal: Path) -> Iterator[Server]:
    """Run a mock with the proposal."""
    with Server.here([proposal]) as running:
        yield running


def passes(flow: Flow, server: Server) -> bool:
    """Play a flow, and return whether all its assertions hold."""
    try:
        with closing(MockWorld(server, flow.balance, flow.charges)) as world:
            flow(world)
    except Exception:
        return False
    return True


def test_the_flows_of_the_client_pass_unchanged(server: Server) -> None:
    assert sum(passes(flow, server) for flow in FLOWS) >= PASSING
