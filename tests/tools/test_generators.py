"""The fast ones of the generators, as they are installed here; `python -m tools.generators` tries all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract.document import names
from mockserver.contract.loading import written
from tools.generators.__main__ import check, generate, live
from tools.generators.mock import Mock, running
from tools.generators.recipes import RECIPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.generators.recipes import Recipe

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "generate-a-client.md").read_text(encoding="utf-8")
FAST = [recipe for recipe in RECIPES if recipe.name in ("openapi-python-client", "datamodel-code-generator")]


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with running() as mock:
        yield mock


@pytest.mark.parametrize("recipe", FAST, ids=lambda recipe: recipe.name)
def test_a_generated_client_keeps_its_types_through_the_life_of_an_order(
    recipe: Recipe, mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    for step in (generate, check, live):
        step(recipe, mock, tmp_path)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_the_page_names_a_generator_with_its_version(recipe: Recipe) -> None:
    rows = [line for line in PAGE.splitlines() if f"/{recipe.name}/" in line]
    assert [recipe.version in row for row in rows] == [True]


def parts(node: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every part of a document, with the keys that lead to it."""
    yield path, node
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in inside:
        yield from parts(inner, *path, str(key))


@pytest.mark.parametrize("name", names())
def test_every_body_and_every_answer_has_a_name(name: str) -> None:
    schemas = [part["schema"] for path, part in parts(written(name)["paths"]) if path[-2:-1] == ("content",)]
    assert [schema for schema in schemas if "$ref" not in schema] == []


@pytest.mark.parametrize("name", names())
def test_every_object_has_a_name(name: str) -> None:
    nested = [path for path, part in parts(written(name)["components"]["schemas"]) if len(path) > 1 and _object(part)]
    assert nested == []


@pytest.mark.parametrize("name", names())
def test_every_constant_has_a_type(name: str) -> None:
    assert [path for path, part in parts(written(name)) if _constant(part) and "type" not in part] == []


@pytest.mark.parametrize("name", names())
def test_of_several_types_none_has_the_constraints_of_another(name: str) -> None:
    mixed = [path for path, part in parts(written(name)["components"]) if _constrained(part)]
    assert mixed == []


def _object(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "object"


def _constant(part: Any) -> bool:
    return isinstance(part, dict) and "const" in part


def _constrained(part: Any) -> bool:
    constraints = {"pattern", "minimum", "maximum", "minLength", "maxLength", "format"}
    return isinstance(part, dict) and isinstance(part.get("type"), list) and bool(constraints & part.keys())
