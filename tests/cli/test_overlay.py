"""`--overlay`: the mock that is served, and the check of a server, follow a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.serving.setup import Settings, set_up
from tests.conftest import V3, InProcess
from tests.drift.test_round_trip import MOVED_AND_RENAMED

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    (tmp_path / "real.yaml").write_text(f"{MOVED_AND_RENAMED}x-readings: {{failures: status}}\n")
    return tmp_path / "real.yaml"


def served(overlay: Path) -> V3:
    mock = set_up("default", settings=Settings(overlays=(overlay,)))
    return V3(httpx.Client(transport=InProcess(mock.app), base_url="http://mock"))


def test_the_mock_is_at_the_corrected_path(overlay: Path) -> None:
    v3 = served(overlay)
    paths = ("/catalogue/{user}/places", "/numbers/{user}/countries")
    assert [v3.get(path).status_code for path in paths] == [200, 404]


def test_the_mock_writes_the_corrected_field(overlay: Path) -> None:
    v3 = served(overlay)
    item = v3.item(v3.order().json()["body"]["orderId"])
    assert ("receivedMessages" in item, "messages" in item) == (True, False)


def test_the_mock_has_the_readings_of_the_overlay(overlay: Path) -> None:
    assert served(overlay).get("/numbers/{user}/order/99").status_code == 404


def test_the_mock_agrees_with_the_contract_by_the_same_overlay(overlay: Path) -> None:
    result = CliRunner().invoke(main, ["verify", "--suite", "lifecycle", "--overlay", str(overlay), "-q"])
    assert (result.exit_code, result.output.startswith("Nothing found")) == (0, True), result.output


@pytest.mark.parametrize("command", ["serve", "verify"])
def test_an_overlay_that_cannot_be_used_ends_with_2(command: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("overlay: 1.0.0\n")
    result = CliRunner().invoke(main, [command, "--overlay", str(tmp_path / "bad.yaml")])
    assert (result.exit_code, "bad.yaml:1:1" in result.stderr) == (2, True), result.output


def test_a_world_that_is_opened_later_has_the_readings_of_the_overlay(overlay: Path) -> None:
    mock = set_up("default", settings=Settings(overlays=(overlay,)))
    client = httpx.Client(transport=InProcess(mock.app), base_url="http://mock")
    opened = client.post("/__mock__/worlds", json={}).json()
    assert V3(client, opened["userId"], opened["apiKey"]).get("/numbers/{user}/order/99").status_code == 404
