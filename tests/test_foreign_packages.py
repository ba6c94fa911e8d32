"""The package is one, and takes no name that a user's project may have for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

EVERY = """
import importlib, pkgutil, contracts, mockserver
assert contracts.TERMS == 14
for module in pkgutil.walk_packages(mockserver.__path__, "mockserver."):
    if module.name != "mockserver.__main__":
        importlib.import_module(module.name)
print("done")
"""

TEST = """
from contracts.terms import DAYS

def test_an_order(smsonline):
    assert DAYS == 14 and smsonline.balance > 0
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a package `contracts` of its own."""
    package = tmp_path / "contracts"
    package.mkdir()
    (package / "__init__.py").write_text("TERMS = 14\n")
    (package / "terms.py").write_text("DAYS = 14\n")
    (tmp_path / "test_order.py").write_text(TEST)
    return tmp_path


def run(project: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_every_module_is_imported_beside_a_foreign_package(project: Path) -> None:
    assert run(project, "-c", EVERY).endswith("done\n")


def test_the_plugin_works_beside_a_foreign_package(project: Path) -> None:
    assert "1 passed" in run(project, "-m", "pytest", "-q", "-p", "no:faker", "-p", "no:cacheprovider")


def test_the_package_is_a_command(project: Path) -> None:
    assert run(project, "-m", "mockserver", "--version").startswith("smsonline-mock, version ")
