"""Annotations on GitHub."""

from __future__ import annotations

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
