"""The trials of a client on the terminal."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from mockserver.findings import Finding, Severity, Skip, Statement, SuiteResult
from mockserver.grade.command import Completed
from mockserver.grade.console import sentence, show, show_output
from mockserver.grade.matrix import Case
from mockserver.grade.outcome import RunInfo, run
from mockserver.grade.trial import Trial
from mockserver.judge import Judgement
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.findings import Run

POLLS = Finding("client.polls-too-fast", Severity.WARNING, "", "v3.getOrder", "", "It polled.")
TWO = (("expiry", "refunded"), ("failures", "status"))


def trial(case: Case, *findings: Finding, survived: bool = True, output: str = "") -> Trial:
    found = tuple(finding._replace(suite=case.name) for finding in findings)
    judgement = Judgement(found, 5, 5, Statement(), Coverage())
    return Trial(case.name, judgement, found, survived, Completed(0 if survived else 7, 0.1, output), case)


def of(trials: Sequence[Trial], interrupted: str = "", searches: Sequence[SuiteResult] = ()) -> Run:
    return run(trials, RunInfo("1.0", "client.sh", 1, 0, 2.5, interrupted), {}, searches)


def shown(*trials: Trial, searches: Sequence[SuiteResult] = ()) -> str:
    file = StringIO()
    show(of(trials, searches=searches), trials, Console(file=file, width=100))
    return file.getvalue()


def stripped(printed: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def test_a_single_trial_has_no_table() -> None:
    assert "scenario" not in shown(trial(Case()))


def test_a_table_says_how_each_trial_ended() -> None:
    row = next(
        line for line in shown(trial(Case()), trial(Case("slow"), survived=False)).splitlines() if "slow" in line
    )
    assert row.split()[:2] == ["slow", "7"]


def test_a_finding_says_in_which_trials_it_was_found() -> None:
    assert "default; slow" in shown(trial(Case(), POLLS), trial(Case("slow"), POLLS))


def test_a_finding_of_every_trial_does_not_name_them_all() -> None:
    assert "under  all 3 trials" in shown(*(trial(Case(name), POLLS) for name in ("default", "slow", "flaky")))


def test_a_trial_with_all_readings_is_named_briefly() -> None:
    alone = [trial(Case(readings=(reading,))) for reading in TWO]
    assert "under  slow with all readings\n" in stripped(shown(*alone, trial(Case("slow", TWO), POLLS)))


def test_an_answer_can_be_copied() -> None:
    body = f'{{"ok":true,"body":[{"1," * 200}2]}}'
    assert body in shown(trial(Case(), POLLS._replace(code="client.answer", got=body)))


def test_the_readings_of_a_narrow_table_are_shown_whole() -> None:
    long = trial(Case(readings=(("price-above-maximum", "no-numbers"),)), POLLS)
    assert "…" not in shown(trial(Case()), long)


def test_what_the_baseline_accepts_is_not_called_nothing() -> None:
    trials = [trial(Case(), POLLS)]
    accepted = of(trials)._replace(findings=(), accepted=(POLLS,))
    assert sentence(accepted, trials).startswith("Grade A: nothing found apart from what the baseline accepts in 5")


def test_a_row_with_all_readings_is_short() -> None:
    alone = [trial(Case(readings=(reading,))) for reading in TWO]
    assert "slow       all of the above" in shown(*alone, trial(Case("slow", TWO)))


def test_what_a_search_has_left_out_is_told() -> None:
    searched = SuiteResult("answers, default", 3, 1.0, (), (Skip("v3.getOrder", "the time was used up"),))
    assert "Skipped in answers, default: v3.getOrder, because the time was used up." in shown(
        trial(Case()), searches=[searched]
    )


def test_the_verdict_counts_a_finding_once() -> None:
    trials = [trial(Case(), POLLS), trial(Case("slow"), POLLS)]
    verdict = "Grade C: 1 warning in 10 calls of 2 trials. The client survives both trials."
    assert sentence(of(trials), trials) == verdict


def test_the_verdict_counts_runs_with_other_answers() -> None:
    trials = [trial(Case())]
    counted = sentence(of(trials, searches=[SuiteResult("answers, default", 3, 1.0)]), trials)
    assert counted.startswith("Grade A: nothing found in 5 calls of 1 trial and 3 runs with changed responses.")


def test_a_run_that_was_interrupted_says_so() -> None:
    trials = [trial(Case())]
    assert sentence(of(trials, "the run was interrupted"), trials).startswith(
        "Not finished: the run was interrupted. Until then: Grade A"
    )


def test_what_a_command_printed_cannot_steer_the_terminal() -> None:
    file = StringIO()
    show_output([trial(Case(), output="\x1b[2Jgone")], Console(file=file))
    assert "\\x1b[2Jgone" in file.getvalue()
