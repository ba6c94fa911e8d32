"""Proposes an overlay and a scenario from a recording, serves both, and replays a client's flows against the mock.

    python -m tests.replay.replay second tests/replay/recordings/second.har.gz

prints a table of the flows, and what a second drift under the overlay finds.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from traceback import extract_tb
from typing import NamedTuple, Self

from mockserver.testing.server import Server
from tests.replay.vendors import VENDORS, Vendor
from tests.secondvendor.processes import COMMAND, ROOT, process


class Replay(NamedTuple):
    """What became of each flow, by name: an empty text if it passed, otherwise why it did not."""

    flows: dict[str, str]

    @property
    def passed(self) -> list[str]:
        """The names of the flows that passed."""
        return [name for name, reason in self.flows.items() if not reason]

    def __str__(self) -> str:
        width = max(map(len, self.flows))
        rows = [f"{name:<{width}}  {reason or 'passed'}" for name, reason in self.flows.items()]
        return "\n".join([*rows, f"{len(self.passed)} of {len(self.flows)} flows pass."])


def drift(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `drift` to its end."""
    return subprocess.run(  # noqa: S603 - our own words
        [*COMMAND, "drift", *map(str, words), "--no-color"], cwd=ROOT, capture_output=True, text=True, check=False
    )


class Proposal(NamedTuple):
    """The overlay and the scenario that `drift` wrote, and what it said of an overlay that it could not write."""

    overlay: Path
    scenario: Path
    said: str

    @classmethod
    def of(cls, recording: Path, directory: Path) -> Self:
        """Propose from a recording."""
        overlay, scenario = directory / "vendor.yaml", directory / "day.yaml"
        done = drift(recording, "--propose", overlay, "--propose-scenario", scenario)
        written = overlay.exists() and scenario.exists()
        return cls(overlay, scenario, "" if written else f"drift wrote no overlay: {done.stderr[:300]}")


def replay(vendor: Vendor, proposal: Proposal) -> Replay:
    """Play a client's flows against a mock that follows a proposal."""
    if proposal.said:
        return Replay({flow.name: proposal.said for flow in vendor.flows})
    options = ("-q", "--port", "0", "--overlay", proposal.overlay, "--scenario", proposal.scenario)
    with process(*COMMAND, "serve", *options) as (url, _):
        server = Server.elsewhere(url)
        return Replay({flow.name: _played(vendor, server, flow) for flow in vendor.flows})


def _played(vendor: Vendor, server: Server, flow: object) -> str:
    try:
        vendor.at_mock(server, flow)
    except Exception as error:
        frame = extract_tb(error.__traceback__)[-1]
        lines = str(error).splitlines() or [""]
        return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}, {frame.line}: {lines[0][:100]}"
    return ""


def main() -> None:
    """Print the table of a recording."""
    parser = argparse.ArgumentParser(description="Replay a client's flows against what a recording says.")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("recording", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        recording = given.recording.resolve()
        proposal = Proposal.of(recording, Path(directory))
        sys.stdout.write(f"{replay(VENDORS[given.vendor], proposal)}\n")
        if not proposal.said:
            again = drift(recording, "--overlay", proposal.overlay)
            sys.stdout.write(f"The second drift: {again.stdout.splitlines()[-1]}\n")


if __name__ == "__main__":
    main()
