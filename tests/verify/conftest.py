"""A served mock that is taken for somebody else's, and what a suite works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.cli.targets import app_factory, player
from mockserver.contract import Contract, Document, contract
from mockserver.traffic import calls
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.redaction import Redactor
from mockserver.verify import Account, Plan, Target, in_process
from mockserver.verify.context import Context, RunSettings
from mockserver.verify.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.cli.targets import PlayedScenario


@pytest.fixture(scope="session")
def held() -> Contract:
    """The contract that servers are held to."""
    return contract()


@pytest.fixture(scope="session")
def documents(held: Contract) -> Mapping[str, Document]:
    """The contract documents by name."""
    return held.documents


@pytest.fixture(scope="session")
def mock_target(documents: Mapping[str, Document]) -> Target:
    """The sound mock, which begins anew for every suite."""
    return in_process(app_factory({}), documents.values())


@pytest.fixture(scope="session")
def play() -> Callable[[str], PlayedScenario]:
    """Plays a scenario."""
    return player({})


@pytest.fixture
def plan(held: Contract) -> Plan:
    """All suites, by the shipped documents."""
    return Plan(held)


@pytest.fixture
def context_of(held: Contract) -> Callable[..., Context]:
    """Makes what a suite works with against a target."""

    def make(target: Target, *accounts: Account, guard: Guard | None = None) -> Context:
        coverage = Coverage(held.documents.values(), calls.STATES, calls.TRANSITIONS)
        redactor = Redactor([account.key for account in accounts])
        setting = RunSettings(target, held, accounts, 1, guard or Guard(), coverage, redactor, pause=0)
        return Context("test", setting)

    return make
