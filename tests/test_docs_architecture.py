"""The names in `docs/architecture.md` are those of the code."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
TREE = TEXT.partition("```\n")[2].partition("```")[0]
PACKAGES = sorted(path.parent.name for path in (ROOT / "mockserver").glob("*/__init__.py"))
NAMES = sorted(set(re.findall(rf"`((?:{'|'.join(PACKAGES)})\.[a-z_]+(?:\.\w+)*)`", TEXT)))
PATHS = sorted(set(re.findall(r"`([a-z_]+/[\w/.]+)`", TEXT)))


def test_every_package_is_in_the_tree_once() -> None:
    assert sorted(re.findall(r"^  ([a-z]+)/ ", TREE.partition("mockserver/\n")[2], re.MULTILINE)) == PACKAGES


@pytest.mark.parametrize("name", NAMES)
def test_a_module_that_is_named_exists(name: str) -> None:
    assert resolve_name(f"mockserver.{name}") is not None


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists() or (ROOT / "mockserver" / path).exists()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`World\.(\w+)(?:\(\))?`", TEXT))))
def test_what_is_said_of_a_world_exists(name: str) -> None:
    world = import_module("mockserver.domain.world")
    assert f"self.{name}" in Path(str(world.__file__)).read_text(encoding="utf-8") or hasattr(world.World, name)
