"""A trial: a world, a command in it, and what is to be said of both."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from mockserver.findings import Line
from mockserver.grade.matrix import Case
from mockserver.grade.trial import TrialSettings, play, play_all
from tests.grade.conftest import BALANCE, ORDER

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.grade.trial import Trial
    from mockserver.testing import Server
    from tests.grade.conftest import Command


def codes(trial: Trial) -> list[str]:
    return [finding.code for finding in trial.findings]


def worlds(server: Server) -> int:
    return len(server.steering.ask("listWorlds")["worlds"])


def test_a_client_that_does_no_harm_gets_an_a(server: Server, client: Command) -> None:
    trial = play(server, Case(), TrialSettings(client(BALANCE)))
    assert (trial.letter, trial.survived, trial.judgement.calls) == ("A", True, 1)


def test_a_client_that_fails_gets_an_f_whatever_it_did(server: Server, client: Command) -> None:
    trial = play(server, Case(), TrialSettings(client(BALANCE, then="exit 4")))
    assert (trial.letter, trial.survived, codes(trial)) == ("F", False, ["client.fails"])


def test_what_counts_as_success_is_said(server: Server, client: Command) -> None:
    attempt = TrialSettings(client(BALANCE, then="exit 3"), survives=frozenset({0, 3}))
    assert play(server, Case(), attempt).survived


def test_a_client_that_does_not_end_fails(server: Server, client: Command) -> None:
    trial = play(server, Case(), TrialSettings(client(BALANCE, then="sleep 60"), timeout=0.5))
    assert (trial.survived, trial.completed and trial.completed.exit) == (False, "timeout")


def test_the_last_words_of_a_command_that_fails_are_told_without_its_key(server: Server, client: Command) -> None:
    command = client(BALANCE, then='echo "with ${SMSONLINE_API_KEY}x"; exit 1')
    (failure,) = play(server, Case(), TrialSettings(command)).findings
    assert failure.got.endswith("\nwith [redacted]x")


def test_nothing_that_is_kept_of_a_trial_has_the_key(server: Server, client: Command, tmp_path: Path) -> None:
    then = f'printf %s "$SMSONLINE_API_KEY" | tee {tmp_path}/key; exit 1'
    trial = play(server, Case("no-sms"), TrialSettings(client(BALANCE, ORDER, "GET /nothing/here", then=then)))
    assert (tmp_path / "key").read_text() not in repr(trial)


def test_a_failure_says_how_to_repeat_it(server: Server, client: Command) -> None:
    attempt = TrialSettings(client(BALANCE, then="exit 1"), speed=60, readings={"expiry": "refunded"}, seed=7)
    (failure,) = play(server, Case("no-sms", (("failures", "status"),)), attempt).findings
    assert failure.curl == (
        f"smsonline-mock grade --while {shlex.quote(attempt.command)} --scenario no-sms --reading expiry=refunded "
        "--reading failures=status --speed 60 --seed 7"
    )


def test_findings_are_of_their_trial(server: Server, client: Command) -> None:
    trial = play(server, Case("no-sms"), TrialSettings(client(ORDER)))
    assert [(finding.code, finding.suite) for finding in trial.findings] == [("client.abandons-order", "no-sms")]


def test_the_money_is_what_the_ledger_says_even_if_the_answer_was_lost(server: Server, client: Command) -> None:
    statement = play(server, Case("lost-answers"), TrialSettings(client(ORDER))).judgement.statement
    assert [line._replace(order="") for line in statement.lines] == [Line("", "", 16)]


def test_an_order_is_told_with_the_operation_that_made_it(server: Server, client: Command) -> None:
    statement = play(server, Case(), TrialSettings(client(ORDER))).judgement.statement
    assert [line._replace(order="") for line in statement.lines] == [Line("", "v3.orderNumber", 16)]


def test_orders_from_before_are_not_the_client_s(server: Server, client: Command) -> None:
    assert play(server, Case("documented"), TrialSettings(client(BALANCE))).judgement.statement.lines == ()


@pytest.mark.parametrize("scenario", ["default", "documented"])
def test_the_clock_runs_at_its_speed_whatever_the_scenario_says(server: Server, client: Command, scenario: str) -> None:
    twice = client(BALANCE, then=client(BALANCE))
    judgement = play(server, Case(scenario), TrialSettings(twice, speed=1_000_000)).judgement
    assert judgement.last - judgement.first > 100_000


def test_a_client_is_told_how_fast_the_clock_is(server: Server, client: Command) -> None:
    command = client(BALANCE, then='exit "$SMSONLINE_CLOCK_SPEED"')
    assert play(server, Case(), TrialSettings(command, survives=frozenset({60}), speed=60)).survived


def test_a_case_is_judged_as_its_readings_have_the_contract(server: Server, client: Command) -> None:
    command = client(ORDER.replace("service=ds", "service=none"))
    coverage = play(server, Case(readings=(("failures", "status"),)), TrialSettings(command)).judgement.coverage
    assert "v3.orderNumber 404" in {str(answer) for answer in coverage.answers if answer.times and answer.listed}


def test_a_world_ends_with_its_trial(server: Server, client: Command) -> None:
    before = worlds(server)
    play(server, Case(), TrialSettings(client(BALANCE)))
    assert worlds(server) == before


def test_trials_that_run_at_once_are_told_in_their_order(server: Server, client: Command) -> None:
    cases = [Case("no-sms"), Case(), Case("instant")]
    trials = play_all(server, cases, TrialSettings(client(BALANCE)), jobs=3)
    assert [(trial.case, trial.letter) for trial in trials] == [(case, "A") for case in cases]


def test_commands_do_not_outlive_who_stops_listening(server: Server, client: Command, tmp_path: Path) -> None:
    once = client(BALANCE, then=f"mkdir {tmp_path}/first && exit 0; sleep 60")
    before = worlds(server)
    trials = play_all(server, [Case(), Case("no-sms")], TrialSettings(once, timeout=60))
    next(trials)
    trials.close()  # type: ignore[attr-defined] # it is a generator
    assert worlds(server) == before
