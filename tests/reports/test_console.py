"""The run on the terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from mockserver.reports import Progress, show
from tests.conftest import operations

if TYPE_CHECKING:
    from mockserver.findings import Run


def printed(run: Run, *, quiet: bool = False, terminal: bool = False, no_color: bool = False) -> str:
    out = io.StringIO()
    show(run, Console(file=out, width=100, force_terminal=terminal, no_color=no_color), quiet=quiet)
    return out.getvalue()


@pytest.mark.parametrize(
    "said",
    [
        "error   answer.body  v3.getOrder",
        'body.body[0].price must be an integer, got "16"',
        "documented, v3.yaml:1012",
        "4711",
        f"1 of {operations('v3')} operations",
        "not in the contract: v3.getOrder 418, refunded → waiting.",
        "Spent $0.36, refunded $0.16, lost $0.20, limit $0.50.",
        "The baseline accepts 1 finding that did not occur: 0123456789abcdef.",
        "1 error, 1 warning, 1 note in 4,310 cases in 29.6 s.",
    ],
)
def test_the_terminal_shows_it(said: str, run: Run) -> None:
    assert said in printed(run)


def test_a_command_stands_whole_on_a_line_of_its_own(run: Run) -> None:
    curl = "curl http://127.0.0.1:8080/" + "x" * 300
    shown = printed(run._replace(findings=(run.findings[0]._replace(curl=curl),)))

    assert curl in shown.splitlines()


def test_a_suite_has_its_numbers_in_the_table(run: Run) -> None:
    row = next(line for line in printed(run).splitlines() if line.split()[:1] == ["schema"])

    assert row.split() == ["schema", "4,120", "18.2", "1", "1", "1"]


def test_a_clean_run_says_so(clean_run: Run) -> None:
    assert printed(clean_run).endswith("\nNothing found in 60 cases in 29.6 s.\n")


def test_a_quiet_run_says_its_verdict_only(run: Run) -> None:
    assert printed(run, quiet=True) == "1 error, 1 warning, 1 note in 4,310 cases in 29.6 s.\n"


def test_a_terminal_has_colours(run: Run) -> None:
    assert "\x1b[1;31m" in printed(run, terminal=True)


def test_without_colour_no_colour_is_set(run: Run) -> None:
    assert "31m" not in printed(run, terminal=True, no_color=True)


def _watch(*, terminal: bool, quiet: bool) -> str:
    out = io.StringIO()
    with Progress(Console(file=out, width=100, force_terminal=terminal), quiet=quiet) as progress:
        progress.suite("schema")
        progress.case(41)
        progress.case()
        progress.suite("[bold]safety")
    return out.getvalue()


@pytest.mark.parametrize("said", ["schema", "42 cases", "[bold]safety"])
def test_progress_shows_suites_and_their_cases(said: str) -> None:
    assert said in _watch(terminal=True, quiet=False)


@pytest.mark.parametrize(("terminal", "quiet"), [(True, True), (False, False)])
def test_progress_is_silent_if_quiet_or_where_nobody_watches(terminal: bool, quiet: bool) -> None:
    assert _watch(terminal=terminal, quiet=quiet) == ""


def test_cases_before_the_first_suite_are_no_error() -> None:
    with Progress(Console(file=io.StringIO())) as progress:
        progress.case()
