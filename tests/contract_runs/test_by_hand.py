"""What a user types: the command starts the mock, `schemathesis run` takes the document that it serves, as it comes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mockserver.contract.document import names
from mockserver.contract.loading import load
from tests.contract_runs.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMITS = ("--max-examples", "5", "--seed", "1", "--generation-database", "none")
SECONDS = 180


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a mock in a process of its own, playing the scenario `default`."""
    with served() as url:
        yield url


@pytest.mark.parametrize("name", names())
def test_schemathesis_finds_nothing(name: str, url: str, tmp_path: Path) -> None:
    served = f"{url}/__mock__/contracts/{name}.json"
    run = ["run", served, "--url", f"{url}{load(name).prefix}", "--no-color", *LIMITS]
    command = [sys.executable, "-m", "schemathesis.cli", *run]
    # It knows nothing of this repository, and its caches go where it runs.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout
    assert "Warnings:" not in done.stdout, done.stdout
