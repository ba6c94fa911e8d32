"""The examples of docs/verify.md are run, and what they show is what comes out."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from mockserver.verify import SUITES

PAGE = Path(__file__).parents[1] / "docs" / "verify.md"
COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 60


class Example(NamedTuple):
    """Commands that follow each other, and what the page shows after the last."""

    commands: tuple[str, ...]
    shown: tuple[str, ...]


def examples() -> list[Example]:
    """The blocks of the page in which a command is given at a prompt."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL):
        lines = block.splitlines()
        commands = tuple(line[2:] for line in lines if line.startswith("$ "))
        found.append(Example(commands, tuple(line for line in lines if line and not line.startswith("$ "))))
    return found


def timeless(line: str) -> str:
    """A line without blanks at its end, spaces that differ, and seconds."""
    return re.sub(r"\d+\.\d", "0.0", " ".join(line.split()))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.commands[-1])
def test_an_example_does_what_the_page_shows(example: Example, tmp_path: Path) -> None:
    printed = ""
    for command in example.commands:
        program, *arguments = shlex.split(command)
        assert program == "smsonline-mock"
        done = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *arguments], capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS
        )
        assert (done.returncode, done.stderr) == (0, "")
        printed = done.stdout
    lines = {timeless(line) for line in printed.splitlines()}
    assert [line for line in map(timeless, example.shown) if line not in lines] == []


def test_the_page_lists_every_suite() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE) == list(SUITES)
