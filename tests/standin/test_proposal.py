"""What `drift --propose` finds out about the stand-in, with nothing but a recording of its client by our proxy.

`tests/replay` plays the client against what is proposed.
"""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.standin.test_recorded_traffic import Day, day
from tests.standin.toolkit import COMMAND, ROOT

__all__ = ["day"]


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
