"""The sdist and the wheel are built, and the wheel works where nothing else is: outside the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test_imports import EXTRAS, MODULES, extra
from tests.test_readme import README, agrees, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SECONDS = 180

TEST = """
import urllib.request


def test_an_order(smsonline):
    url = f"{smsonline.base_url}/customers/{smsonline.user_id}/balance?apiKey={smsonline.api_key}"
    assert urllib.request.urlopen(url).status == 200
    smsonline.journal.assert_called("v3.getBalance")
"""

HERE = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON", "SMSONLINE_"))}


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints that ends well."""
    ran = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=folder, env=HERE, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and with the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [wheel] = built.glob("*.whl")
    return wheel


class Installed:
    """A fresh environment with the wheel in it, and an empty folder to run things in."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        venv.create(folder / "environment", with_pip=True)
        self.folder = folder
        self._bin = folder / "environment" / ("Scripts" if sys.platform == "win32" else "bin")
        self._wheel = wheel
        self.install("")

    def install(self, extra: str) -> None:
        """Install the wheel with an extra."""
        wanted = f"{self._wheel}[{extra}]" if extra else str(self._wheel)
        pip = ("-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check")
        self.run("python", *pip, wanted)

    def path(self, command: str) -> Path:
        return self._bin / command

    def run(self, command: str, *arguments: str) -> str:
        return run(self.path(command), *arguments, folder=self.folder)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


@pytest.fixture
def url(installed: Installed) -> Iterator[str]:
    """A mock that the installed command has started."""
    command = [str(installed.path("smsonline-mock")), "serve", "--quiet", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=installed.folder, env=HERE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def needed() -> set[str]:
    """All files of the package, by where they lie in the wheel."""
    parts = {
        "mockserver": "",
        "contracts": "mockserver/_data/",
        "fixtures": "mockserver/_data/",
        "scenarios": "mockserver/_data/",
    }
    return {
        prefix + path.relative_to(ROOT).as_posix()
        for part, prefix in parts.items()
        for path in (ROOT / part).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


def test_the_wheel_holds_every_module_and_all_data(wheel: Path) -> None:
    assert needed() - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_nothing_of_the_tests(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mockserver"}


def test_the_sdist_holds_what_a_packager_needs(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        tops = {Path(name).parts[1] for name in archive.getnames()}
    assert tops >= {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "tests", "docs", "examples", "scenarios"}


def test_the_server_can_be_imported_alone(installed: Installed) -> None:
    names = sorted(name for name in MODULES if not extra(name))
    program = f"import importlib\nfor name in {names}: importlib.import_module(name)\nprint('done')"
    assert installed.run("python", "-c", program) == "done\n"


def test_the_server_alone_brings_no_tools_of_tests(installed: Installed) -> None:
    listed = json.loads(installed.run("python", "-m", "pip", "list", "--format=json"))
    names = {each["name"].lower() for each in listed}
    assert names & {"hypothesis", "schemathesis", "httpx", "pytest", "jinja2"} == set()


@pytest.mark.parametrize("command", ["verify", "proxy --upstream http://127.0.0.1:1"])
def test_a_command_says_which_extra_it_needs(installed: Installed, command: str) -> None:
    ran = subprocess.run(  # noqa: S603 - our own command
        [installed.path("smsonline-mock"), *command.split()],
        cwd=installed.folder, env=HERE, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert re.fullmatch(r"Error: .*pip install 'smsonline-mock\[contracts\]'.*\n", ran.stderr)


def test_the_first_order_of_the_readme_can_be_made(installed: Installed, url: str) -> None:
    assert "## A first order" in README
    shown = [(words, printed) for words, printed in steps() if words[0] == "curl"][:2]
    for words, printed in shown:
        command = [word.replace("http://127.0.0.1:8080", url) for word in words]
        assert agrees(printed, run(*command, "--silent", folder=installed.folder))


def test_a_test_with_the_plugin_passes(installed: Installed) -> None:
    installed.install("pytest")
    (installed.folder / "test_order.py").write_text(TEST, encoding="utf-8")
    assert "1 passed" in installed.run("python", "-m", "pytest", "-q")


def test_every_extra_of_a_module_is_one(wheel: Path) -> None:
    [name] = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("METADATA")]
    provided = set(re.findall(r"^Provides-Extra: (.*)$", zipfile.ZipFile(wheel).read(name).decode(), re.MULTILINE))
    assert set(EXTRAS.values()) <= provided
