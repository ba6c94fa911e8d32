"""Annotations on GitHub."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from mockserver.reports import github

if TYPE_CHECKING:
    from mockserver.findings import Finding, Run


def one(run: Run, finding: Finding) -> str:
    (command,) = github.commands(run._replace(findings=(finding,)))
    return command


def test_the_heaviest_comes_first_in_the_words_of_github(run: Run) -> None:
    assert [command.split()[0] for command in github.commands(run)] == ["::error", "::warning", "::notice"]


def test_a_command_points_at_the_line(run: Run, finding: Finding) -> None:
    assert one(run, finding).startswith("::error file=v3.yaml,line=1012,col=9,title=answer.body v3.getOrder::body.body")


def test_a_finding_without_a_line_has_no_file(run: Run, finding: Finding) -> None:
    assert one(run, finding._replace(place=None)).startswith("::error title=answer.body v3.getOrder::")


@pytest.mark.parametrize(("said", "written"), [("50%", "50%25"), ("a\nb", "a%0Ab"), ("a::b,c", "a::b,c")])
def test_a_message_is_escaped(run: Run, finding: Finding, said: str, written: str) -> None:
    assert f"::{written}%0A" in one(run, finding._replace(message=said))


@pytest.mark.parametrize(("said", "written"), [("50%", "50%25"), ("a\nb", "a%0Ab"), ("a:b,c", "a%3Ab%2Cc")])
def test_a_property_is_escaped(run: Run, finding: Finding, said: str, written: str) -> None:
    assert f"title={written} v3.getOrder::" in one(run, finding._replace(code=said))


@pytest.mark.parametrize(
    ("environment", "here"), [({"GITHUB_ACTIONS": "true"}, True), ({"GITHUB_ACTIONS": "false"}, False), ({}, False)]
)
def test_annotations_are_for_github_only(environment: dict[str, str], here: bool) -> None:
    assert github.runs_here(environment) is here


def test_what_is_printed_while_muted_stands_between_the_same_token() -> None:
    out = io.StringIO()
    with github.muted(out):
        out.write("::error::no")
    begin, said, end = out.getvalue().splitlines()

    assert said == "::error::no"
    assert end == f"::{begin.removeprefix('::stop-commands::')}::"


def test_a_token_is_never_the_same() -> None:
    one, other = io.StringIO(), io.StringIO()
    for out in (one, other):
        with github.muted(out):
            pass

    assert one.getvalue() != other.getvalue()


def test_an_error_while_muted_ends_the_silence() -> None:
    out = io.StringIO()
    with pytest.raises(ZeroDivisionError), github.muted(out):
        raise ZeroDivisionError

    assert out.getvalue().endswith("::\n")
