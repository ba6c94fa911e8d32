"""The state machine of `verify`, with the ledger for a witness: in this process, and over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.serving.setup import set_up
from mockserver.verify import SEED, lifecycle, state_machine
from mockserver.verify.session import Session
from tests.contract_runs.served import served
from tests.contract_runs.steered_mock import WORLD, SteeredMock, relay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.verify.context import Context
    from mockserver.verify.customer import Person


class AuditedSession(Session):
    """A session that compares an account with the ledger after every action."""

    def __init__(self, context: Context, mock: SteeredMock) -> None:
        self._mock = mock
        context.begin(WORLD.scenario, WORLD.accounts)
        super().__init__(context, [WORLD.account(user) for user in lifecycle.PEOPLE])

    def agree(self, person: Person) -> None:
        super().agree(person)
        ledger = self._mock.ledger()
        assert (person.balance, []) == (ledger["balances"][person.user], ledger["brokenRules"])


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of hypothesis that pytest was given, or the usual one of `verify`."""
    return int(request.config.getoption("--hypothesis-seed") or SEED)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a mock in a process of its own."""
    with served(WORLD.scenario) as url:
        yield url


def run(mock: SteeredMock, seed: int, *, sessions: int, steps: int) -> Context:
    """Run random sessions. Return the context with what was covered and found."""
    context = mock.context()
    state_machine.run_sessions(
        lambda: AuditedSession(context, mock), lifecycle.OFFERS, sessions=sessions, steps=steps, start=seed
    )
    return context


def test_random_sessions_meet_every_state_and_break_no_rule(seed: int) -> None:
    context = run(SteeredMock(set_up(WORLD.scenario).app), seed, sessions=40, steps=40)
    found = [str(finding) for finding in context.result(0).findings]
    assert (found, context.setting.coverage.ratios()["states"].share) == ([], 1)


def test_random_sessions_over_a_socket_break_no_rule(url: str, seed: int) -> None:
    context = run(SteeredMock(relay(url)), seed, sessions=3, steps=20)
    found = [str(finding) for finding in context.result(0).findings]
    assert (found, context.setting.coverage.ratios()["states"].met > 0) == ([], True)
