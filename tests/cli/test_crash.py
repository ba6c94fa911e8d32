"""A command that breaks says so in one line; -v shows where."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from mockserver.cli.crash import CrashReporter

if TYPE_CHECKING:
    from click.testing import Result


def broken(error: Exception, *arguments: str) -> Result:
    """What a command prints that ends with an error."""

    @click.group(cls=CrashReporter)
    @click.option("-v", "--verbose", is_flag=True)
    def main(*, verbose: bool) -> None:
        pass

    @main.command()
    @click.option("-v", "--verbose", is_flag=True)
    def run(*, verbose: bool) -> None:
        raise error

    return CliRunner().invoke(main, arguments or ("run",))


def test_a_bug_is_told_in_one_line_with_its_place() -> None:
    result = broken(KeyError("open-sesame"))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "this is a bug: KeyError at" in result.stderr


def test_what_is_in_an_error_is_not_shown() -> None:
    assert "sesame" not in broken(KeyError("open-sesame")).output


def test_a_missing_library_is_told_with_the_extra_that_brings_it() -> None:
    result = broken(ModuleNotFoundError("No module named 'ijson'", name="ijson"))
    assert result.stderr.endswith("pip install 'smsonline-mock[contracts]' (ijson is missing)\n")


def test_a_missing_module_of_ours_is_a_bug() -> None:
    assert "bug" in broken(ModuleNotFoundError("No module named 'mockserver.x'", name="mockserver.x")).stderr


@pytest.mark.parametrize("arguments", [("-v", "run"), ("run", "-v"), ("run", "--verbose")])
def test_the_traceback_is_shown_when_asked_for(arguments: tuple[str, ...]) -> None:
    error = KeyError("why")
    assert broken(error, *arguments).exception is error


def test_an_error_of_the_user_is_told_as_it_is() -> None:
    assert broken(click.UsageError("no such thing")).stderr.endswith("Error: no such thing\n")


def test_a_reader_that_has_gone_is_no_bug() -> None:
    assert "bug" not in broken(BrokenPipeError(errno.EPIPE, "Broken pipe")).stderr
