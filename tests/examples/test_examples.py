"""Each worked example, run as its README says, in a copy of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SECONDS = 120

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
"""The commands of this environment first."""

OTHERS = "-p no:asyncio -p no:faker -p no:schemathesis -p no:hypothesispytest -p no:xdist"
"""No plugins of other tests."""


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody would who knows nothing of this test run."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SMSONLINE_"))}
    return subprocess.run(  # noqa: S603 - our own commands
        [shutil.which(command[0], path=PATH) or command[0], *command[1:]],
        cwd=folder,
        # The examples know nothing of the plugins that are here for other tests, and one of which would warn.
        env={**inherited, "PATH": PATH, "PYTEST_ADDOPTS": OTHERS, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def passes(*command: str, folder: Path, **environment: str) -> str:
    """Run a command that must end well, and return what it prints."""
    ran = run(*command, folder=folder, **environment)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stdout


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The examples as they lie in the repository, without what others have built there."""
    built = shutil.ignore_patterns("node_modules", "build", "__pycache__", "smsonline_v3")
    return shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=built)


@pytest.fixture
def account() -> Iterator[dict[str, str]]:
    """Where a mock that runs as a process is, and who has an account there; time passes with every request."""
    command = shutil.which("smsonline-mock", path=PATH)
    assert command is not None
    scenario = EXAMPLES / "shell" / "quick.yaml"
    with subprocess.Popen(  # noqa: S603 - our own command
        [command, "serve", "--quiet", "--port", "0", "--scenario", str(scenario)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            yield {
                "SMSONLINE_MOCK_URL": url,
                "SMSONLINE_BASE_URL": f"{url}/v3",
                "SMSONLINE_USER_ID": "demo",
                "SMSONLINE_API_KEY": "demo-key",
                "SMSONLINE_CLOCK_SPEED": "100",
            }
        finally:
            process.terminate()


@pytest.mark.parametrize("name", ["python-requests", "python-httpx-async"])
def test_a_client_in_python_passes_its_tests(copied: Path, name: str) -> None:
    assert " passed" in passes("python", "-m", "pytest", "-q", folder=copied / name)


def test_a_generated_client_passes_its_tests(copied: Path, account: dict[str, str]) -> None:
    folder = copied / "openapi-client"
    passes("./generate.sh", folder=folder, **account)
    assert " passed" in passes("python", "-m", "pytest", "-q", folder=folder)


def test_the_client_in_typescript_has_current_types_and_passes_its_tests(copied: Path, account: dict[str, str]) -> None:
    folder = copied / "typescript"
    committed = (folder / "src" / "v3.d.ts").read_text(encoding="utf-8")
    passes("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    passes("npm", "run", "types", folder=folder, **account)
    assert (folder / "src" / "v3.d.ts").read_text(encoding="utf-8") == committed, "run `npm run types` there"
    assert "fail 0" in passes("npm", "test", folder=folder)


def test_the_shell_gets_a_code(account: dict[str, str]) -> None:
    assert passes("./first-order.sh", folder=EXAMPLES / "shell", **account).strip().isdecimal()


def test_the_shell_finds_an_order_whose_answer_was_lost(account: dict[str, str]) -> None:
    fault = {"when": {"operation": "v3.orderNumber", "times": 1}, "at": "after", "then": {"reset": True}}
    control = account["SMSONLINE_BASE_URL"].replace("/v3", "/__mock__/worlds/default")
    httpx.post(f"{control}/faults", json=fault).raise_for_status()
    passes("./first-order.sh", folder=EXAMPLES / "shell", **account)
    assert len(httpx.get(f"{control}/orders").json()["orders"]) == 1


def test_the_shell_returns_a_number_without_a_code(account: dict[str, str]) -> None:
    ran = run("./first-order.sh", "12", "tg", "500", "1", folder=EXAMPLES / "shell", **account)
    assert (ran.returncode, ran.stdout) == (3, "")


def test_the_shell_tells_why_there_is_no_order(account: dict[str, str]) -> None:
    ran = run("./first-order.sh", "12", "ds", "1", folder=EXAMPLES / "shell", **account)
    assert (ran.returncode, ran.stderr) == (3, "No code: the price is 16 cents\n")


def test_every_example_is_listed() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    folders = [folder.name for folder in EXAMPLES.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    assert [name for name in folders if f"]({name})" not in text] == []
