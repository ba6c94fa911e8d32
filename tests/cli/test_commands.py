"""The commands are found by their names, and none is imported for another."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import click
import pytest
from click.testing import CliRunner

from mockserver import cli
from mockserver.cli import COMMANDS, main

MODULES = [module.name for module in iter_modules(cli.__path__)]


def test_every_command_is_in_the_table() -> None:
    found = [
        name
        for name in MODULES
        if isinstance(getattr(import_module(f"{cli.__name__}.{name}"), name, None), click.Command)
    ]
    assert sorted(COMMANDS) == sorted(found)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_is_for(name: str) -> None:
    lines = CliRunner().invoke(main, ["--help"]).output.splitlines()
    [line] = [line for line in lines if line.split()[:1] == [name]]
    assert main.commands[name].get_short_help_str(20).rstrip(".") in line


def test_a_command_that_there_is_not_is_told_with_the_nearest() -> None:
    result = CliRunner().invoke(main, ["srve"])
    assert (result.exit_code, "Did you mean 'serve'?" in result.output) == (2, True)


def test_no_command_is_imported_for_another() -> None:
    code = "import sys; from mockserver.cli import main; main.commands['routes']; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    loaded = set(ran.stdout.split())
    assert [name for name in COMMANDS if f"{cli.__name__}.{name}" in loaded] == ["routes"]


def test_the_names_of_commands_are_completed() -> None:
    context = main.make_context("smsonline-mock", [], resilient_parsing=True)
    assert [item.value for item in main.shell_complete(context, "se")] == ["serve"]
