"""`drift` and `proxy` agree with the stand-in in full, and tell of a missing overlay.

Without one, `drift --propose` finds the differences out. `tests/replay` plays the client against what it proposes.
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import yaml
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.contract import contract, readings
from mockserver.contract.readings import Evidence
from mockserver.drift import Drift, compare
from mockserver.traffic import Exchange
from mockserver.traffic.recordings import read
from tests.standin.flows import FLOWS
from tests.standin.test_standin import StandinWorld
from tests.standin.toolkit import COMMAND, OVERLAY, Json, process, toolkit


class ProxiedWorld(StandinWorld):
    """A fresh world of a running stand-in, whose customers come through a proxy."""

    def __init__(self, http: httpx.Client, proxy: str, balance: int, charges: int) -> None:
        super().__init__(http, balance, charges)
        self.v3_url, self.v2_url = f"{proxy}/v3", f"{proxy}/cs"


class Day(NamedTuple):
    """What a proxy has recorded of all flows, and what it said in the end."""

    recording: Path
    said: str


@pytest.fixture(scope="module")
def day(vendor: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Play all flows through a proxy that records them."""
    recording = tmp_path_factory.mktemp("proxy") / "day.jsonl"
    options = ("--upstream", str(vendor.base_url), "--port", "0", "--record", str(recording), "--overlay", str(OVERLAY))
    with process(*COMMAND, "proxy", *options, "--allow-orders", "--allow-payments") as (url, proxy):
        for flow in FLOWS:
            flow(ProxiedWorld(vendor, url, flow.balance, flow.charges))
        proxy.terminate()
        said, _ = proxy.communicate(timeout=20)
    assert proxy.returncode == 0
    return Day(recording, said)


@pytest.fixture(scope="module")
def drift(day: Day) -> Drift:
    """Compare the day with the contract."""
    return compare(partial(read, day.recording), overlays=[OVERLAY])[0]


@pytest.fixture(scope="module")
def proposal(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Propose an overlay for the plain contract."""
    file = tmp_path_factory.mktemp("drift") / "vendor.yaml"
    drifted(day, "--propose", str(file))
    return file


def drifted(day: Day, *words: str) -> str:
    """Run drift in this process, and return what it says."""
    return CliRunner().invoke(main, ["drift", str(day.recording), *words]).stdout


def test_drift_finds_nothing(day: Day) -> None:
    done = toolkit("drift", day.recording)
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 contradicted, 0 new, in " in done.stdout.splitlines()[-1]


def test_every_difference_would_be_told(drift: Drift) -> None:
    assert drift.differences == ()


def test_all_but_paths_that_lead_nowhere_is_understood(drift: Drift) -> None:
    assert (drift.exchanges - drift.matched, drift.lost, drift.disturbed) == (3, 0, 0)


def test_every_operation_is_confirmed(drift: Drift) -> None:
    confirmed = {(fact.document, fact.pointer) for fact in drift.confirmed}
    operations = [
        each for document in contract(overlays=[OVERLAY]).documents.values() for each in document.operations.values()
    ]
    assert [each.name for each in operations if (each.document.name, each.pointer) not in confirmed] == []


def test_every_reading_is_as_the_rules_of_the_overlay_have_it(drift: Drift) -> None:
    known = [reading.name for reading in readings().values() if reading.evidence is not Evidence.NONE]
    said = {each.reading: (each.default, *each.times) for each in drift.indications}
    assert {name: said[name] for name in known} == {
        "another-sms": ("charged", "charged"),
        "completed-word": ("completed",),
        "discount": ("shown", "shown"),
        "expiry": ("repaid",),
        "failures": ("envelope",),
        "price-above-maximum": ("no-numbers", "no-numbers"),
    }


def test_without_the_overlay_drift_is_told(day: Day) -> None:
    found, _ = compare(partial(read, day.recording))
    assert found.contradicted
    assert found.new


def test_the_proposed_rules_are_those_of_the_stand_in(proposal: Path) -> None:
    assert yaml.safe_load(proposal.read_text())["x-rules"] == {
        "lifetime": "15m",
        "renewal": "5m",
        "another_sms": "charged",
        "expiry": "repaid",
        "above_maximum": "NO_NUMBERS",
        "discount": "shown",
    }


def test_drift_finds_no_contradiction_under_the_proposal(day: Day, proposal: Path) -> None:
    assert ", 0 contradicted, " in drifted(day, "--overlay", str(proposal)).splitlines()[-1]


def test_the_proxy_counts_the_money_that_was_charged(day: Day) -> None:
    prices = [price for exchange in read(day.recording) if (price := bought(exchange)) is not None]
    assert f"orders: {len(prices)}, for {sum(prices) / 100:.2f} dollars" in day.said


def bought(exchange: Exchange) -> int | None:
    """Return the cents that an order has cost, as the stand-in writes them."""
    request, answer = exchange.request, exchange.answer
    orders = (request.method, request.path.rpartition("/")[2]) in {("PUT", "order"), ("POST", "purchase")}
    if not orders or answer is None or answer.status != 200:
        return None
    body: Json = answer.json
    return int(body["body"]["purchasePrice"]) if "body" in body else round(body["purchasePrice"] * 100)
