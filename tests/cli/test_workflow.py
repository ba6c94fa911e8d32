"""Workflow commands of GitHub are disabled in what a server or a command says."""

from __future__ import annotations

import io

import pytest

from mockserver.cli import workflow


@pytest.mark.parametrize(
    ("environment", "here"), [({"GITHUB_ACTIONS": "true"}, True), ({"GITHUB_ACTIONS": "false"}, False), ({}, False)]
)
def test_annotations_are_for_github_only(environment: dict[str, str], here: bool) -> None:
    assert workflow.runs_here(environment) is here


def test_what_is_printed_while_muted_stands_between_the_same_token() -> None:
    out = io.StringIO()
    with workflow.muted(out):
        out.write("::error::no")
    begin, said, end = out.getvalue().splitlines()

    assert said == "::error::no"
    assert end == f"::{begin.removeprefix('::stop-commands::')}::"


def test_a_token_is_never_the_same() -> None:
    one, other = io.StringIO(), io.StringIO()
    for out in (one, other):
        with workflow.muted(out):
            pass

    assert one.getvalue() != other.getvalue()


def test_an_error_while_muted_ends_the_silence() -> None:
    out = io.StringIO()
    with pytest.raises(ZeroDivisionError), workflow.muted(out):
        raise ZeroDivisionError

    assert out.getvalue().endswith("::\n")
