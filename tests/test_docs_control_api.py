"""What docs/control-api.md shows is what happens: its commands are run in a shell, against mocks that are processes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from mockserver.cli.serve import serve
from mockserver.simulation.limits import DEFAULTS
from tools import build_control_docs as tool
from tools.build_scenario_docs import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "control-api.md"
TEXT = PAGE.read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 60
MARK = "=== what the next command prints ==="


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


FILES = {
    re.match(r"(?:#|//) (\S+)\n", text)[1]: text  # type: ignore[index]
    for text in (*blocks("python"), *blocks("javascript"))
}


def steps() -> Iterator[tuple[str, str]]:
    """Every command of the page, and what it prints."""
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = step.partition("\n")
            yield command, printed.rstrip("\n")


def is_serve(command: str) -> bool:
    return "smsonline-mock serve" in command


class Mocks:
    """Mocks that run as processes, by the URL at which the page shows them."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self._processes = ExitStack()

    def start(self, command: str, url: str) -> None:
        """Run a command of the page on a free port; what is for all addresses is for another one of this machine."""
        words = shlex.split(command.rstrip("& "))
        given = dict(word.split("=", 1) for word in words[: words.index("smsonline-mock")])
        options = [word.replace("0.0.0.0", "127.0.0.2") for word in words[words.index("serve") + 1 :]]  # noqa: S104
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*COMMAND, "serve", *options, "--port", "0"], stdout=subprocess.PIPE, text=True, env=given or None
        )
        self._processes.enter_context(process)
        self._processes.callback(process.kill)
        assert process.stdout is not None
        self.shown[url.replace("0.0.0.0", "127.0.0.1")] = process.stdout.readline().strip()  # noqa: S104

    def stop(self) -> None:
        """End all of them."""
        self._processes.close()

    def real(self, text: str) -> str:
        """A text with the URLs where the mocks are."""
        for shown, real in self.shown.items():
            text = text.replace(shown, real)
        return text


@pytest.fixture(scope="module")
def mocks() -> Iterator[Mocks]:
    """Every mock that the page starts."""
    mocks = Mocks()
    try:
        for command, printed in steps():
            if is_serve(command):
                mocks.start(command, printed)
        yield mocks
    finally:
        mocks.stop()


@pytest.fixture(scope="module")
def printed(mocks: Mocks, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each command of the page prints, when a reader follows it from top to bottom in one shell."""
    where = tmp_path_factory.mktemp("reader")
    for name, text in FILES.items():
        (where / name).write_text(mocks.real(text), encoding="utf-8")
    mock = f"sleep {2 * SECONDS} &"  # a mock of the reader's shell goes on beside the other commands
    said = [f"{mock}\necho {shown}" if is_serve(command) else mocks.real(command) for command, shown in steps()]
    script = "\n".join([*(f"{command}\nprintf '\\n{MARK}\\n'" for command in said), "kill $(jobs -p)"])
    ran = subprocess.run(["bash", "-s"], input=script, capture_output=True, text=True, cwd=where, timeout=SECONDS)  # noqa: S607
    return [output.strip("\n") for output in ran.stdout.split(MARK)[:-1]]


def pattern(shown: str) -> str:
    """A pattern in which `…` stands for anything."""
    return ".*".join(map(re.escape, shown.split("…")))


@pytest.mark.parametrize("number", range(len(list(steps()))), ids=[command[:60] for command, _ in steps()])
def test_a_command_prints_what_is_shown(printed: list[str], number: int) -> None:
    command, shown = list(steps())[number]
    if command.startswith("node") and not shutil.which("node"):
        pytest.skip("node is not installed")
    assert re.fullmatch(pattern(shown), printed[number], re.DOTALL), printed[number]


def test_the_example_for_pytest_passes(mocks: Mocks, tmp_path: Path) -> None:
    for name in ("conftest.py", "test_client.py"):
        (tmp_path / name).write_text(mocks.real(FILES[name]), encoding="utf-8")
    (tmp_path / "pytest.ini").touch()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pytest.ini"]
    ours = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    ran = subprocess.run(command, env=ours, capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS)  # noqa: S603
    assert "2 passed" in ran.stdout, ran.stdout


def test_the_reference_is_current() -> None:
    assert fill(TEXT, "reference", tool.reference(yaml.safe_load(tool.SOURCE.read_bytes()))) == TEXT


def test_every_limit_is_described_with_its_default() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| (\d+) \|", TEXT, re.MULTILINE)
    assert {name: int(default) for name, default in rows} == DEFAULTS._asdict()


def test_every_kind_of_event_is_described() -> None:
    table = TEXT.partition("## Events")[2].partition("\n## ")[0]
    told = {kind for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for kind in re.findall(r"`([^`]+)`", row)}
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "mockserver").rglob("*.py"))
    published = set(re.findall(r"(?:publish|written)\((?:self\.id, |None, )?\"([a-z ]+)\"|kind = \"([a-z]+)\"", source))
    assert told == {name for names in published for name in names if name}


def test_every_option_of_serve_is_described() -> None:
    options = [name for option in serve.params for name in option.opts if name.startswith("--")]
    assert [name for name in options if f"`{name}" not in README] == []


def test_every_link_leads_somewhere() -> None:
    linked = re.findall(r"\]\((?!http)([^)#:]+)[^)]*\)", TEXT)
    assert [path for path in linked if not (PAGE.parent / path).exists()] == []
    headings = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings


@pytest.mark.parametrize(
    ("shown", "printed", "agree"),
    [("{…}", '{"a":1}', True), ("a\n…", "a\nb\nc", True), ("a.b", "axb", False), ("a", "ab", False)],
)
def test_an_ellipsis_stands_for_anything(shown: str, printed: str, agree: bool) -> None:
    assert (re.fullmatch(pattern(shown), printed, re.DOTALL) is not None) is agree
