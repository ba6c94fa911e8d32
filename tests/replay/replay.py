"""Proposes an overlay from a recording, serves it, and replays a client's flows against the mock.

    python -m tests.replay.replay second tests/replay/recordings/second.har.gz

prints a table of the flows.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

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


def propose(recording: Path, overlay: Path) -> None:
    """Write what a recording says as an overlay."""
    done = drift(recording, "--propose", overlay)
    assert done.returncode in (0, 1), done.stderr
    assert overlay.exists(), done.stdout + done.stderr


def replay(vendor: Vendor, overlay: Path) -> Replay:
    """Play a client's flows against a mock with an overlay."""
    with process(*COMMAND, "serve", "-q", "--port", "0", "--overlay", overlay) as (url, _):
        server = Server.elsewhere(url)
        return Replay({flow.name: _played(vendor, server, flow) for flow in vendor.flows})


def _played(vendor: Vendor, server: Server, flow: object) -> str:
    try:
        vendor.at_mock(server, flow)
    except Exception as error:
        lines = str(error).splitlines()
        return f"{type(error).__name__}: {lines[0][:100] if lines else ''}"
    return ""


def main() -> None:
    """Print the table of a recording."""
    parser = argparse.ArgumentParser(description="Replay a client's flows against what a recording says.")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("recording", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        overlay = Path(directory) / "vendor.yaml"
        propose(given.recording.resolve(), overlay)
        sys.stdout.write(f"{replay(VENDORS[given.vendor], overlay)}\n")


if __name__ == "__main__":
    main()
