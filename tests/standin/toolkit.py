"""The toolkit beside the stand-in, as a user has both: commands, URLs and files.

The overlay says what is different.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from mockserver.cli import main

OVERLAY = Path(__file__).parent / "vendor.yaml"
ROOT = Path(__file__).parent.parent.parent
COMMAND = (str(Path(sys.executable).with_name("smsonline-mock")),)
URL = re.compile(r"http://127\.0\.0\.1:\d+")
BALANCE = 10_000

Json = dict[str, Any]


@contextmanager
def process(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server; give the first URL that it prints, and the process, which is terminated in the end."""
    running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
    try:
        assert running.stdout is not None
        found = URL.search(running.stdout.readline())
        assert found is not None
        yield found[0], running
    finally:
        running.terminate()
        running.wait(timeout=20)
        if running.stdout is not None:
            running.stdout.close()


def toolkit(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the overlay, to its end."""
    return subprocess.run(  # noqa: S603 - our own words
        [*COMMAND, *map(str, words), "--overlay", str(OVERLAY)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def reported(directory: Path, *words: str | Path, **environment: str) -> tuple[Result, Json]:
    """Run a command with the overlay in this process; answer how it ended, and its report."""
    options = ("--overlay", OVERLAY, "--report", "json", "--report-dir", directory)
    done = CliRunner(env={"COLUMNS": "200", **environment}).invoke(main, [*map(str, words), *map(str, options)])
    report = directory / f"{words[0]}.json"
    assert report.exists(), done.output
    return done, json.loads(report.read_bytes())
