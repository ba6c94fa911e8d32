"""What docs/pytest.md shows is what happens."""

from __future__ import annotations

import re
from inspect import signature
from pathlib import Path

import pytest

from mockserver.pytest_plugin import _SETTINGS
from mockserver.testing import SmsOnline
from mockserver.testing.server import Wanted

pytest_plugins = ["pytester"]

TEXT = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


FILES = {re.match(r"# (\S+)\n", text)[1]: text for text in blocks("python")}  # type: ignore[index]
PLUGIN = ("-p", "mockserver.pytest_plugin")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with all examples; pytest loads no other plugins there by itself: that takes seconds."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name, text in FILES.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    return pytester


def pattern(shown: str) -> str:
    return "\n".join(".*".join(map(re.escape, line.split("…"))) for line in shown.splitlines())


def test_the_examples_pass(project: pytest.Pytester) -> None:
    names = [name for name in FILES if name not in ("shop.py", "test_broken.py")]
    result = project.runpytest_subprocess(*PLUGIN, "-p", "anyio.pytest_plugin", "-q", "-W", "error", *names)
    assert result.ret == pytest.ExitCode.OK


def test_a_broken_contract_is_shown_so(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(*PLUGIN, "test_broken.py")
    result.assert_outcomes(failed=1)
    assert re.search(pattern(blocks("text")[0]), result.stdout.str())


def test_the_end_of_a_run_is_shown_so(project: pytest.Pytester) -> None:
    command, _, _, *shown = blocks("console")[0].splitlines()
    result = project.runpytest_subprocess(*PLUGIN, "-p", "xdist.plugin", *command.split()[2:])
    assert re.search(pattern("\n".join(shown)), result.stdout.str())
    written = {path.name for path in (project.path / "reports").iterdir()}
    assert written == set(re.findall(r"^\| `((?:pytest|summary)\.\S+)` \|", TEXT, re.MULTILINE))


@pytest.mark.parametrize("argument", Wanted._fields)
def test_every_argument_of_the_marker_is_documented(argument: str) -> None:
    assert f"\n| `{argument}` |" in TEXT


@pytest.mark.parametrize("argument", list(signature(SmsOnline.grade).parameters)[1:])
def test_every_argument_of_a_judgement_is_documented(argument: str) -> None:
    assert f"\n| `{argument}` |" in TEXT


@pytest.mark.parametrize("name", _SETTINGS)
def test_every_option_is_documented(name: str) -> None:
    assert f"\n| `--smsonline-{name} {_SETTINGS[name].metavar}` | `smsonline_{name}` |" in TEXT
