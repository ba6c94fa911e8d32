"""Requests of a client that came without the key of its world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.grade.matrix import Case
from mockserver.grade.trial import TrialSettings, play
from tests.grade.conftest import BALANCE

if TYPE_CHECKING:
    from mockserver.testing import Server
    from tests.grade.conftest import Command

PATH = "$SMSONLINE_BASE_URL/customers/$SMSONLINE_USER_ID/balance"


def called(server: Server, command: str) -> set[str]:
    """The codes of what is found."""
    return {finding.code for finding in play(server, Case(), TrialSettings(command)).findings}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"client.request"}),
        ("?apikey=$SMSONLINE_API_KEY", {"client.request", "client.unknown-name"}),
        ("?apiKey=$SMSONLINE_API_KEY", set()),
    ],
    ids=["none", "misspelt", "right"],
)
def test_a_request_without_a_key_is_found(server: Server, client: Command, query: str, codes: set[str]) -> None:
    assert called(server, client(BALANCE, then=f"curl -s {PATH}{query}")) == codes


def test_a_request_without_a_key_is_only_of_the_trial_that_made_it(server: Server, client: Command) -> None:
    called(server, client(BALANCE, then=f"curl -s {PATH}"))
    assert called(server, client(BALANCE)) == set()


def test_what_is_found_in_both_is_told_once(server: Server, client: Command) -> None:
    command = client(
        BALANCE, then=f"curl -s '{PATH}?apiKey='$SMSONLINE_API_KEY'&colour=red'; curl -s {PATH}?colour=red"
    )
    findings = play(server, Case(), TrialSettings(command.replace(f"'{PATH}?", f"{PATH}'?"))).findings
    assert [finding.code for finding in findings].count("client.unknown-name") == 1
