"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.serving import report
from mockserver.serving.setup import set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from tests.conftest import Mock

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

URL = "http://127.0.0.1:8080"
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def steps() -> Iterator[tuple[list[str], str]]:
    """Every command in a console block, split into words, and what it prints; then those within the text."""
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = step.replace("\\\n", " ").partition("\n")
            yield shlex.split(command), printed.rstrip("\n")
    for command in re.findall(r"`(curl [^`]*)`", README):
        yield shlex.split(command), '{"error":false,…}'


def curl(client: httpx.Client, words: list[str]) -> str:
    """What curl would print."""
    method, headers, body, url = "GET", {}, None, ""
    rest = iter(words[1:])
    for word in rest:
        match word:
            case "-X":
                method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            case "-d":
                body = next(rest)
            case "--json":
                method, body, headers["content-type"] = "POST", next(rest), "application/json"
            case _:
                url = word
    return client.request(method, url.removeprefix(URL), headers=headers, content=body).text


def agrees(shown: str, printed: str) -> bool:
    """Whether a text is as the README shows it, whatever its times and what stands for `…`."""
    pattern = TIME.sub("TIME", re.escape(shown).replace(r"\-", "-").replace(r"\ ", " "))
    return re.fullmatch(pattern.replace("…", ".*"), TIME.sub("TIME", printed)) is not None


def test_the_table_of_operations_is_what_routes_prints() -> None:
    table = README.partition("<!-- operations: smsonline-mock routes --markdown -->\n")[2].partition(
        "<!-- /operations"
    )[0]
    assert table == CliRunner().invoke(main, ["routes", "--markdown"]).stdout


def test_the_first_command_prints_the_banner() -> None:
    words, printed = next(steps())
    assert words[-2:] == ["smsonline-mock", "serve"]
    assert printed == report.banner(URL, set_up("default"))


def test_every_call_goes_as_shown(start: Callable[[str], Mock]) -> None:
    mock = start("default")
    commands = [(words, shown) for words, shown in steps() if words[0] == "curl"]
    differing = []
    for words, shown in commands:
        printed = curl(mock.client, words)
        mock.advance("5s")
        if not agrees(shown, printed):
            differing.append((shown, printed))
    assert (len(commands), differing) == (7, [])


@pytest.mark.parametrize(
    ("shown", "printed", "agree"),
    [
        ('{"a":1,…}', '{"a":1,"b":2}', True),
        ('{"a":1,…}', '{"a":2,"b":2}', False),
        ("at 2026-11-23 15:49:33", "at 2025-06-15 15:06:40", True),
        ("a[1]", "a1", False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_a_time_for_any_time(shown: str, printed: str, agree: bool) -> None:
    assert agrees(shown, printed) is agree


@pytest.mark.parametrize("text", blocks("yaml"))
def test_a_scenario_that_is_shown_can_be_played(start: Callable[[str], Mock], text: str) -> None:
    mock = start(text)
    credentials = {"userId": "me", "key": "my-key"}
    assert mock.client.get("/cs/getBalance", params=credentials).json()["body"]["balance"] == 500


def test_every_file_that_is_linked_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [path for path in linked if not (ROOT / path).exists()] == []
    assert linked


@pytest.mark.parametrize("name", ["default", "documented"])
def test_every_shipped_scenario_is_described(name: str) -> None:
    assert f"- `{name}`:" in README
