"""The package as it is installed: its data is there, and it imports no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files

import pytest

import mockserver
from mockserver import data
from mockserver.contract import load
from mockserver.scenario import fixtures

HEAVY = {"faker", "hypothesis", "schemathesis", "phonenumbers", "httpx", "pytest"}
"""What takes long to load, and no command needs at once."""

COMMANDS = "from mockserver.cli import main; [*main.commands.values()]"
"""Imports every command."""


def run(program: str) -> str:
    """What a program prints in a fresh interpreter."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.parametrize("name", ["v3", "v2"])
def test_the_contract_documents_are_found(name: str) -> None:
    assert load(name).path.is_file()


@pytest.mark.parametrize("name", ["default", "documented"])
def test_the_scenarios_are_found(name: str) -> None:
    assert data.scenarios()[name].is_file()


def test_the_schema_of_scenarios_lies_beside_them() -> None:
    assert (data.directory("scenarios") / "schema.json").is_file()


@pytest.mark.parametrize("name", ["countries", "carriers", "services", "offers", "messages"])
def test_the_catalogue_is_found(name: str) -> None:
    assert (data.directory("fixtures") / "catalogue" / f"{name}.csv").is_file()


def test_the_fixtures_are_as_large_as_promised() -> None:
    catalogue = fixtures.load().catalogue
    assert len(catalogue.countries) >= 40
    assert len(catalogue.services) >= 60


@pytest.mark.parametrize("package", ["mockserver"])
def test_the_package_says_that_it_is_typed(package: str) -> None:
    assert files(package).joinpath("py.typed").is_file()


def test_the_version_is_that_of_the_command() -> None:
    printed = run("import sys; sys.argv = ['smsonline-mock', '--version']; from mockserver.cli import main; main()")
    assert printed == f"smsonline-mock, version {mockserver.__version__}"


@pytest.mark.parametrize("module", ["mockserver.web.app", "mockserver.serving.setup", "mockserver.contract"])
def test_nothing_heavy_is_imported(module: str) -> None:
    assert run(f"import {module}, sys; print({HEAVY} & sys.modules.keys())") == "set()"


def test_nothing_heavy_is_imported_by_a_command() -> None:
    assert run(f"import sys; {COMMANDS}; print({HEAVY} & sys.modules.keys())") == "set()"


@pytest.mark.parametrize("module", ["starlette", "uvicorn", "jsonschema_rs", "yaml"])
def test_help_needs_no_server(module: str) -> None:
    assert run(f"import sys; {COMMANDS}; print({module!r} in sys.modules)") == "False"
