"""The mock in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVE = [sys.executable, "-c", "from mockserver.cli import main; main()", "serve", "--quiet", "--port=0"]


@contextmanager
def served(scenario: str = "default", *options: str) -> Iterator[str]:
    """Serve a scenario. Yields the URL."""
    command = [*SERVE, "--scenario", scenario, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()
