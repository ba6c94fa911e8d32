"""No module of the product names what only the wire has: a document can be corrected, and all of it follows."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mockserver.contract import vocabulary
from mockserver.contract.document import names
from mockserver.contract.loading import written

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PRODUCT = sorted((ROOT / "mockserver").rglob("*.py"))

PLAIN_WORDS = {"body", "codes", "currency", "error", "limit", "message", "method", "ok", "order_id", "status", "url"}
"""Names of the wire that are words of HTTP, or of plain English."""


def _named(data: Any) -> Iterator[str]:
    """Yield the names of all properties and parameters."""
    if isinstance(data, dict):
        yield from (name for name in data.get("properties", {}) if isinstance(name, str))
        if "in" in data and isinstance(data.get("name"), str):
            yield data["name"]
        for each in data.values():
            yield from _named(each)
    elif isinstance(data, list):
        for each in data:
            yield from _named(each)


def _words(data: Any) -> Iterator[str]:
    """Yield all keys and texts of data."""
    if isinstance(data, dict):
        for name, each in data.items():
            yield name
            yield from _words(each)
    elif isinstance(data, list):
        for each in data:
            yield from _words(each)
    elif isinstance(data, str):
        yield data


@cache
def documented() -> frozenset[str]:
    """The names of the documents that are not plain words."""
    found = {name for document in names() for name in _named(written(document))}
    return frozenset(found - PLAIN_WORDS - {*keyword.kwlist, *dir(builtins)})


@cache
def languages() -> dict[str, frozenset[str]]:
    """The names of each language of the project."""
    scenario = json.loads((ROOT / "scenarios" / "schema.json").read_bytes())
    control = yaml.safe_load((ROOT / "mockserver" / "control" / "openapi.yaml").read_bytes())
    return {
        "scenario": frozenset({*_named(scenario), *_words(scenario)}),
        "control": frozenset(_named(control)),
        "vocabulary": frozenset(_words(dict(vocabulary().data))),
    }


@cache
def wire_names() -> frozenset[str]:
    """The names of the documents that no other language of the project has."""
    return documented().difference(*languages().values())


SPOKEN = {
    "cli/targets.py": ("scenario",),
    "control": ("scenario", "control"),
    "drift/recorded_day": ("scenario",),
    "grade/answer_search.py": ("scenario",),
    "scenario": ("scenario",),
    "serving/report.py": ("scenario",),
    "testing": ("control",),
    "verify/worlds.py": ("scenario",),
}
"""The modules and packages that read or write a language of the project, each with these languages."""


def foreign_names(path: Path) -> frozenset[str]:
    """The names of the documents in camel case, less those of the languages that a module reads or writes."""
    module = path.relative_to(ROOT / "mockserver")
    spoken = [name for place, spoken in SPOKEN.items() if module.is_relative_to(place) for name in spoken]
    camel_case = frozenset(name for name in documented() if re.search("[a-z][A-Z]", name))
    return camel_case.difference(*(languages()[name] for name in spoken))


def test_there_are_names_that_only_the_wire_has() -> None:
    assert {"expiredAtUTC", "purchasePrice", "sShort", "cShort", "errorMessage", "maximumPrice"} <= wire_names()


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_nothing_that_only_the_wire_has(path: Path) -> None:
    found = set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) & wire_names()
    assert not found


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_only_what_its_languages_name_too(path: Path) -> None:
    found = set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) & foreign_names(path)
    assert not found


@pytest.mark.parametrize("place", SPOKEN)
def test_a_module_with_a_language_exists(place: str) -> None:
    assert (ROOT / "mockserver" / place).exists()


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_no_document(path: Path) -> None:
    named = [f'"{name}"' for name in names()] + [f'"{name}.' for name in names()]
    text = path.read_text(encoding="utf-8")
    assert not [name for name in named if name in text]
