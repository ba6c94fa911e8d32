"""Processes of a test: servers that print their URL."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COMMAND = (str(Path(sys.executable).with_name("smsonline-mock")),)
VENDOR = (sys.executable, "-m", "tests.secondvendor.server")

_URL = re.compile(r"http://127\.0\.0\.1:\d+")


@contextmanager
def process(*words: str | Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server; yield the first URL that it prints, and the process, which is terminated in the end."""
    running = subprocess.Popen(list(map(str, words)), cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert running.stdout is not None
    try:
        line = running.stdout.readline()
        found = _URL.search(line)
        assert found is not None, f"{words}: {line}"
        yield found[0], running
    finally:
        running.terminate()
        running.wait(timeout=20)
        running.stdout.close()
