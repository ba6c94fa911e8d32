"""Scenarios from the text of a test."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from mockserver.scenario.build import build
from mockserver.scenario.load import load
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

WALL = 1_750_000_000_000
"""What the wall clock of a test shows."""


@pytest.fixture(scope="session")
def read(shipped: Fixtures, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scenario]:
    """Loads a scenario from its text."""
    path = tmp_path_factory.mktemp("scenarios") / "scenario.yaml"

    def read(text: str) -> Scenario:
        path.write_text(dedent(text), encoding="utf-8", newline="")
        return load(str(path), shipped.catalogue)

    return read


@pytest.fixture(scope="session")
def world_of(read: Callable[[str], Scenario], shipped: Fixtures) -> Callable[[str], World]:
    """Makes the world of a scenario's text; the wall clock stands still."""
    return lambda text: build(read(text), shipped, lambda: WALL, rules=DEFAULT)
