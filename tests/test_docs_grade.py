"""The examples of docs/grade.md are run, and what they show is what comes out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mockserver.grade.command import run
from mockserver.judge.rules import ANSWER, BEHAVIOUR, CONTRACT, FAILS, KEY_LEAK
from mockserver.testing import Server, Wanted
from mockserver.traffic import jsonl

if TYPE_CHECKING:
    from mockserver.judge.rules import Plain, Weighed

PAGE = (Path(__file__).parents[1] / "docs" / "grade.md").read_text(encoding="utf-8")
COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 120


class Example(NamedTuple):
    """Commands that follow each other, and what the page shows after the last."""

    commands: tuple[str, ...]
    shown: tuple[str, ...]


def examples() -> list[Example]:
    """The blocks of the page in which a command is given at a prompt."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        shown = block.splitlines()
        commands = tuple(line[2:] for line in shown if line.startswith("$ "))
        found.append(Example(commands, tuple(line for line in shown if line and not line.startswith("$ "))))
    return found


def pattern(line: str) -> str:
    """What a printed line must match: blanks may differ, `…` is anything."""
    return ".*".join(r"\s+".join(map(re.escape, part.split())) for part in line.split("…"))


@pytest.fixture(scope="module")
def client() -> str:
    """The client of the page."""
    [source] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    return str(source)


@pytest.fixture(scope="module")
def traffic(client: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the client does in a default world, recorded."""
    path = tmp_path_factory.mktemp("client") / "client.py"
    path.write_text(client, encoding="utf-8")
    with Server.here() as server:
        world = server.begin(Wanted(clock={"scaled": 20}))
        run(f"{sys.executable} {path}", {**world.env, "SMSONLINE_CLOCK_SPEED": "20"}, SECONDS)
        return b"".join(jsonl.write(world.exchanges))


@pytest.fixture
def folder(client: str, traffic: bytes, tmp_path: Path) -> Path:
    """Where the page's client and recording are, and this Python is called `python`."""
    (tmp_path / "client.py").write_text(client, encoding="utf-8")
    (tmp_path / "traffic.jsonl").write_bytes(traffic)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.commands[-1])
def test_an_example_does_what_the_page_shows(example: Example, folder: Path) -> None:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    printed = ""
    for command in example.commands:
        program, *arguments = shlex.split(command)
        assert program == "smsonline-mock"
        done = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "PATH": path},
            timeout=SECONDS,
        )
        assert done.stderr == ""
        printed = done.stdout
    there = [" ".join(line.split()) for line in printed.splitlines()]
    missing = [line for line in example.shown if not any(re.fullmatch(pattern(line), each) for each in there)]
    assert missing == [], printed


def test_the_page_lists_every_code() -> None:
    listed = set(re.findall(r"^\| `(client\.[\w-]+)` \|", PAGE, re.MULTILINE))
    assert listed == {*CONTRACT, *BEHAVIOUR, KEY_LEAK, FAILS, ANSWER}


@pytest.mark.parametrize(("code", "rule"), [*CONTRACT.items(), *BEHAVIOUR.items()])
def test_the_page_says_how_much_each_weighs(code: str, rule: Plain | Weighed) -> None:
    assert re.search(rf"^\| `{code}` \| {rule.level} \|", PAGE, re.MULTILINE)
