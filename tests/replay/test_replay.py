"""A day of each stand-in's client is recorded, what drift proposes is served, and the client plays on.

`PASSES` has how many flows pass so far. `python -m tests.replay.replay second FILE` prints which, and why not all do.
"""

from pathlib import Path

import pytest

from mockserver.traffic.recordings import read
from tests.replay.record import record
from tests.replay.replay import Proposal, drift, replay
from tests.replay.vendors import VENDORS

PASSES = {"first": 91, "second": 50}
"""The flows of each vendor that pass under the proposal. The aim is all of them."""

Said = tuple[str, str, tuple[int, str] | None]

RECORDINGS = Path(__file__).parent / "recordings"
"""Recordings by mitmproxy (HAR) and vcrpy (cassettes); `tests.replay.record` writes them."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    """Propose from a stored day; our proxy records this vendor in its own tests."""
    return Proposal.of(RECORDINGS / "first.har.gz", tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record the second vendor by our proxy."""
    recording = tmp_path_factory.mktemp("second") / "day.jsonl"
    record(VENDORS["second"], "jsonl", recording)
    return recording


@pytest.fixture(scope="module")
def second(day: Path) -> Proposal:
    """Propose from that day."""
    return Proposal.of(day, day.parent)


def all_as_before(name: str, proposal: Proposal) -> None:
    """Assert that as many flows of a vendor pass under a proposal as are known to pass."""
    replayed = replay(VENDORS[name], proposal)
    assert len(replayed.passed) == PASSES[name], f"write what it is now into PASSES:\n{replayed}"


def test_the_first_client_plays_on(first: Proposal) -> None:
    all_as_before("first", first)


def test_the_second_client_plays_on(second: Proposal) -> None:
    all_as_before("second", second)


def test_the_second_drift_of_the_first_finds_nothing(first: Proposal) -> None:
    assert found_again(RECORDINGS / "first.har.gz", first) == "0 contradicted, 0 new"


def test_the_second_drift_of_the_second_finds_nothing(day: Path, second: Proposal) -> None:
    assert found_again(day, second) == "0 contradicted, 0 new"


def found_again(recording: Path, proposal: Proposal) -> str:
    """Return what drift counts in a recording under what it proposed from it."""
    last = drift(recording, "--overlay", proposal.overlay).stdout.splitlines()[-1]
    return last.partition("confirmed, ")[2].partition(", in ")[0]


@pytest.mark.parametrize("name", ["second.har.gz", "second.yaml.gz"])
def test_other_recordings_say_the_same(day: Path, name: str) -> None:
    assert said(RECORDINGS / name) == said(day)


def said(recording: Path) -> list[Said]:
    """Return who asked for what, and the response."""
    return [
        (each.request.method, each.request.path, each.answer and (each.answer.status, each.answer.content.decode()))
        for each in read(recording)
    ]


def test_the_overlay_by_hand_leaves_nothing_to_find(day: Path) -> None:
    done = drift(day, "--overlay", VENDORS["second"].overlay)
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 contradicted, 0 new, in " in done.stdout.splitlines()[-1]
