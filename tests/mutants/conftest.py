"""A mock whose answers nobody checks: a mutant is meant to break the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.scenario.build import build
from mockserver.scenario.load import load
from tests.conftest import START, ContractKeeper, Mock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures


@pytest.fixture
def bare(shipped: Fixtures, tmp_path: Path) -> Callable[[str], Mock]:
    """Starts a mock from the text of a scenario; the wall clock stands still."""

    def start(scenario: str) -> Mock:
        (tmp_path / "scenario.yaml").write_text(scenario)
        loaded = load(str(tmp_path / "scenario.yaml"), shipped.catalogue)
        return Mock(loaded, build(loaded, shipped, lambda: START), ContractKeeper())

    return start
