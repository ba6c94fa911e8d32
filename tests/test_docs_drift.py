"""What docs/drift.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.contract import load, readings
from tests.drift.conftest import Service

if TYPE_CHECKING:
    from mockserver.scenario.fixtures import Fixtures

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/drift.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    return [line[2:].split() for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def recorded(shipped: Fixtures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recording of the example, in the present directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "130")
    (tmp_path / "real.yaml").write_text(blocks("yaml")[0])
    service = Service(shipped, tmp_path, {}, (tmp_path / "real.yaml",))
    order = service.order("v3", maximum=100)
    service.call("v3", "look", order=order)
    service.advance(6)
    service.call("v3", "look", order=order)
    return service.recorded()


def test_the_example_finds_what_is_shown(recorded: Path) -> None:
    _, command, *arguments = next(words for words in commands() if "--propose" in words and "traffic.jsonl" in words)
    result = CliRunner().invoke(main, [command, *arguments])
    shown = next(block for block in blocks("console") if "--propose" in block and "traffic" in block).splitlines()[1:]
    printed = [re.sub(r"yaml:[0-9]+$", "yaml:…", line) for line in result.stdout.splitlines()]
    head, tail = shown[: shown.index("…")], shown[shown.index("…") + 1 :]
    assert (printed[: len(head)], printed[-len(tail) :]) == (head, tail)
    assert result.exit_code == 1


def test_what_is_proposed_is_used_as_shown(recorded: Path) -> None:
    CliRunner().invoke(main, ["drift", recorded.name, "--propose", "observed.yaml"])
    _, command, _, *options = next(
        words for words in commands() if words[-1] == "observed.yaml" and "later.har" in words
    )
    assert CliRunner().invoke(main, [command, recorded.name, *options]).exit_code == 0


def several() -> list[list[str]]:
    """The commands about several recordings, without the name of the program."""
    text = TEXT.partition("## Several recordings\n")[2].partition("\n## ")[0]
    return [line[2:].split()[1:] for line in text.splitlines() if line.startswith("$ ")]


def test_several_recordings_are_merged_as_shown(recorded: Path) -> None:
    lines = recorded.read_bytes().splitlines(keepends=True)
    Path("day1.jsonl").write_bytes(b"".join(lines[::2]))
    Path("day2.jsonl").write_bytes(b"".join(lines[1::2]))
    together, *others = several()
    whole = CliRunner().invoke(main, together).stdout
    results = [CliRunner().invoke(main, words) for words in others]
    assert [result.exit_code for result in results] == [1, 1, 1, 1]
    for merged in (result.stdout for words, result in zip(others, results, strict=True) if "--merge" in words):
        shown = [line for line in merged.splitlines() if not re.match("Written:|[0-9]+ differences", line)]
        assert shown == whole.splitlines()


def test_the_overlay_that_is_shown_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "observed.yaml").write_text(blocks("yaml")[1])
    document = load("v3", overlays=[tmp_path / "observed.yaml"])
    assert document.schema("OrderStatus")["enum"][-1] == "paused"
    assert document.provenance("/components/schemas/OrderStatus").times == 4


def test_every_reading_has_its_row() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", TEXT.partition("## Which reading")[2].partition("\n## ")[0], re.MULTILINE)
    assert sorted(rows) == sorted(readings())


@pytest.mark.parametrize("words", [words for words in commands() if words[1] == "drift"], ids=" ".join)
def test_every_option_that_is_shown_there_is(words: list[str]) -> None:
    known = {option for parameter in main.commands["drift"].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_every_file_that_is_linked_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert [path for path in linked if not (ROOT / "docs" / path).exists()] == []
    assert linked


def test_every_block_of_yaml_is_sound() -> None:
    assert all(yaml.safe_load(block)["overlay"] == "1.0.0" for block in blocks("yaml"))
