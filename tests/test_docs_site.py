"""The documentation as a site: it can be built, and what its own pages show is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver.contract import load
from tools import build_site

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
MOVING = (DOCS / "how-to" / "v2-to-v3.md").read_text(encoding="utf-8")

URL = "http://127.0.0.1:8080"
SECONDS = 60
MARK = "=== what the next command prints ==="


def steps() -> list[tuple[str, str]]:
    """Every command of the tutorial, and what it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
    parts = [step.partition("\n") for block in blocks for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, printed.rstrip("\n")) for command, _, printed in parts]


def typed(command: str) -> bool:
    """Whether a command is for the shell of the tutorial, and not for what runs already."""
    return shlex.split(command)[0] not in ("pip", "pytest", "smsonline-mock")


TYPED = [step for step in steps() if typed(step[0])]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A mock that is started as the tutorial says, but for its port."""
    [command] = [command for command, _ in steps() if "serve" in command]
    program = [sys.executable, "-c", "from mockserver.cli import main; main()"]
    words = [*program, *shlex.split(command.rstrip("& "))[1:], "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(scope="module")
def printed(url: str) -> list[str]:
    """What the commands of the tutorial print, in one shell."""
    script = "\n".join(f"{command.replace(URL, url)}\nprintf '\\n{MARK}\\n'" for command, _ in TYPED)
    quiet = 'curl() { command curl --silent "$@"; }\n'
    ran = subprocess.run(["bash", "-s"], input=quiet + script, capture_output=True, text=True, timeout=SECONDS)  # noqa: S607
    return [output.strip("\n") for output in ran.stdout.split(MARK)[:-1]]


@pytest.mark.parametrize("number", range(len(TYPED)), ids=[command[:50] for command, _ in TYPED])
def test_a_command_of_the_tutorial_prints_what_is_shown(printed: list[str], number: int) -> None:
    pattern = ".*".join(map(re.escape, TYPED[number][1].split("…")))
    assert re.fullmatch(pattern, printed[number], re.DOTALL), printed[number]


def test_the_test_of_the_tutorial_passes(tmp_path: Path) -> None:
    [text] = re.findall(r"^```python\n(# test_order.py\n.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_order.py").write_text(text, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "test_order.py"]
    ran = subprocess.run(command, cwd=tmp_path, env=inherited, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    assert "2 passed" in ran.stdout, ran.stdout


def test_every_operation_of_v2_has_its_place_in_v3() -> None:
    table = MOVING.partition("<!-- calls -->")[2].partition("<!-- /calls -->")[0]
    rows = re.findall(r"^\| `(v2\.\w+)` \| (?:`(v3\.\w+)`|none) \|", table, re.MULTILINE)
    assert [name for name, _ in rows] == [each.name for each in load("v2").operations.values()]
    assert {name for _, name in rows if name} <= {each.name for each in load("v3").operations.values()}


@pytest.mark.parametrize("name", ["v3", "v2"])
def test_every_operation_is_in_the_reference(name: str) -> None:
    titles = re.findall(r"^## (\w+)$", build_site.operations(name), re.MULTILINE)
    assert titles == [each.id for each in load(name).operations.values()]


@pytest.mark.parametrize("name", ["v3", "v2"])
def test_every_statement_of_provenance_is_in_the_reference(name: str) -> None:
    stated = (ROOT / "contracts" / "documents" / f"{name}.yaml").read_text(encoding="utf-8").count("x-provenance: {")
    assert build_site.provenance(name).count("\n| `") > stated


def test_every_command_is_in_the_reference() -> None:
    titles = re.findall(r"^#+ (smsonline-mock .*)$", build_site.commands(), re.MULTILINE)
    assert {"smsonline-mock serve", "smsonline-mock config", "smsonline-mock scenarios check"} <= set(titles)


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
