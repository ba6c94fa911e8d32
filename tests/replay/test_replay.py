"""A day of each stand-in's client is recorded, an overlay is proposed from it and served, and the client plays on.

`PASSES` has how many flows pass so far. `python -m tests.replay.replay second FILE` prints which, and why not all do.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.replay.record import record
from tests.replay.replay import drift, propose, replay
from tests.replay.vendors import VENDORS

PASSES = {"first": 71, "second": 6}
"""The flows of each vendor that pass under the proposed overlay. The aim is all of them."""

RECORDINGS = Path(__file__).parent / "recordings"
"""Recordings by mitmproxy (HAR) and vcrpy (cassettes); `tests.replay.record` writes them."""

OF_THE_FILE = {"title", "source", "date"}
"""What an overlay says of the file that it comes from."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Propose an overlay from a stored day; our proxy records this vendor in its own tests."""
    overlay = tmp_path_factory.mktemp("first") / "vendor.yaml"
    propose(RECORDINGS / "first.har.gz", overlay)
    return overlay


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record the second vendor by our proxy."""
    recording = tmp_path_factory.mktemp("second") / "day.jsonl"
    record(VENDORS["second"], "jsonl", recording)
    return recording


@pytest.fixture(scope="module")
def second(day: Path) -> Path:
    """Propose an overlay from that day."""
    overlay = day.with_name("vendor.yaml")
    propose(day, overlay)
    return overlay


def all_as_before(name: str, overlay: Path) -> None:
    """Assert that as many flows of a vendor pass under an overlay as are known to pass."""
    replayed = replay(VENDORS[name], overlay)
    assert len(replayed.passed) == PASSES[name], f"write what it is now into PASSES:\n{replayed}"


def test_the_first_client_plays_on(first: Path) -> None:
    all_as_before("first", first)


def test_the_second_client_plays_on(second: Path) -> None:
    all_as_before("second", second)


@pytest.mark.parametrize("name", ["second.har.gz", "second.yaml.gz"])
def test_other_recordings_say_the_same(second: Path, tmp_path: Path, name: str) -> None:
    overlay = tmp_path / "vendor.yaml"
    propose(RECORDINGS / name, overlay)
    assert said(yaml.safe_load(overlay.read_text())) == said(yaml.safe_load(second.read_text()))


def said(value: Any) -> Any:
    """Return what an overlay says of the service; the order of parameters says nothing."""
    if isinstance(value, dict):
        return {name: said(inner) for name, inner in value.items() if name not in OF_THE_FILE}
    if isinstance(value, list):
        parts = [said(each) for each in value]
        named = all(isinstance(each, dict) and {"name", "in"} <= each.keys() for each in parts)
        return sorted(parts, key=lambda each: str((each["in"], each["name"]))) if named else parts
    return value


def test_the_overlay_by_hand_leaves_nothing_to_find(day: Path) -> None:
    done = drift(day, "--overlay", VENDORS["second"].overlay)
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 contradicted, 0 new, in " in done.stdout.splitlines()[-1]
