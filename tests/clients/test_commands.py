"""Clients are graded as commands, whatever they are written in."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver.grade.matrix import Case
from mockserver.grade.trial import TrialSettings, play

if TYPE_CHECKING:
    from mockserver.testing import Server

CLIENTS = Path(__file__).parent
EXAMPLES = Path(__file__).parents[2] / "examples"
PYTHON = shlex.quote(sys.executable)

GOOD = {
    "requests": f"{PYTHON} {EXAMPLES}/python-requests/client.py",
    "httpx": f"{PYTHON} {EXAMPLES}/python-httpx-async/client.py",
    "curl": f"{EXAMPLES}/shell/first-order.sh",
}


def attempt(command: str, speed: int = 100) -> TrialSettings:
    """A command that may say no politely."""
    return TrialSettings(f"{command} 12 ds 99", survives=frozenset({0, 3}), speed=speed)


@pytest.mark.parametrize("scenario", ["lost-answers", "price-moves"])
@pytest.mark.parametrize("name", GOOD)
def test_a_good_command_is_graded_a(server: Server, name: str, scenario: str) -> None:
    graded = play(server, Case(scenario), attempt(GOOD[name]))
    assert (graded.letter, graded.survived) == ("A", True)


@pytest.mark.parametrize(
    "command",
    [
        f"{PYTHON} {CLIENTS}/bad.py careless",
        pytest.param(f"node {CLIENTS}/careless.mjs", marks=pytest.mark.skipif(not shutil.which("node"), reason="Node")),
    ],
    ids=["python", "node"],
)
def test_a_bad_command_breaks_the_same_rule_in_any_language(server: Server, command: str) -> None:
    graded = play(server, Case("no-sms"), attempt(command, speed=1000))
    assert {finding.code for finding in graded.findings} == {"client.abandons-order"}
