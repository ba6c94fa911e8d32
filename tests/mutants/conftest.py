"""A mock whose answers nobody checks: a mutant is meant to break the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.scenario.build import build
from tests.conftest import START, ContractKeeper, Mock
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario


@pytest.fixture
def bare(loaded: Callable[[str], Scenario], shipped: Fixtures) -> Callable[[str], Mock]:
    """Starts a mock from the text of a scenario; the wall clock stands still."""

    def start(scenario: str) -> Mock:
        return Mock(loaded(scenario), build(loaded(scenario), shipped, lambda: START, rules=DEFAULT), ContractKeeper())

    return start
