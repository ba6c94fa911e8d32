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
def wire_names() -> frozenset[str]:
    """The names of the documents that no other language of the project has."""
    documents = {name for document in names() for name in _named(written(document))}
    scenario = json.loads((ROOT / "scenarios" / "schema.json").read_bytes())
    control = yaml.safe_load((ROOT / "mockserver" / "control" / "openapi.yaml").read_bytes())
    own = {*_named(scenario), *_words(scenario), *_named(control), *_words(dict(vocabulary().data))}
    return frozenset(documents - own - PLAIN_WORDS - {*keyword.kwlist, *dir(builtins)})


def test_there_are_names_that_only_the_wire_has() -> None:
    assert {"expiredAtUTC", "purchasePrice", "sShort", "cShort", "errorMessage", "maximumPrice"} <= wire_names()


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_nothing_that_only_the_wire_has(path: Path) -> None:
    found = set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) & wire_names()
    assert not found


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_no_document(path: Path) -> None:
    named = [f'"{name}"' for name in names()] + [f'"{name}.' for name in names()]
    text = path.read_text(encoding="utf-8")
    assert not [name for name in named if name in text]
