"""The command `grade`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.grade.matrix import Case, singles
from mockserver.testing import Server
from mockserver.traffic import Answer, Exchange, Request, jsonl
from tests.conftest import operations
from tests.grade.conftest import BALANCE, ORDER, client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from click.testing import Result

    from tests.grade.conftest import Command

    Grade = Callable[..., Result]

SECONDS = 60
URL = "https://api-x.smsonline.cloud/v3/customers/me/balance?apiKey=secret"
ASKED = Exchange(Request("GET", URL), Answer(200, (), b'{"ok":true,"body":{}}'), 1_000, 5.0)
UNKNOWN_NAME = ASKED._replace(request=Request("GET", f"{URL}&colour=red"))

OVERLAY = """
overlay: 1.0.0
info: {title: Refusals have a status of their own, version: '1'}
x-readings: {failures: status}
actions:
- {target: $.info, update: {title: Seen}, x-document: v3}
"""

__all__ = ["client"]


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """Runs the command in a folder of its own, where nothing is known of any account."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SMSONLINE_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    return lambda *arguments: CliRunner().invoke(main, ["grade", *arguments])


@pytest.fixture
def recording(tmp_path: Path) -> str:
    """Traffic with a warning."""
    (tmp_path / "day.jsonl").write_bytes(b"".join(jsonl.write([ASKED, UNKNOWN_NAME])))
    return "day.jsonl"


def test_a_client_that_does_no_harm_is_clean(grade: Grade, client: Command) -> None:
    done = grade("--while", client(BALANCE))
    assert (done.exit_code, "Grade A: nothing found in 1 call of 1 trial." in done.stdout) == (0, True)


def test_a_finding_is_told_with_what_it_costs(grade: Grade, client: Command) -> None:
    done = grade("--while", client(ORDER), "--scenario", "no-sms")
    assert (done.exit_code, "client.abandons-order" in done.stdout, "costs" in done.stdout) == (1, True, True)


def test_a_command_that_fails_is_told_with_its_last_words(grade: Grade, client: Command) -> None:
    done = grade("--while", client(BALANCE, then="echo last words; exit 1"))
    assert (done.exit_code, "Grade F" in done.stdout, "last words" in done.stdout) == (1, True, True)


def test_what_a_command_prints_is_only_shown_if_it_fails(grade: Grade, client: Command) -> None:
    assert "last words" not in grade("--while", client(BALANCE, then="echo last words")).stdout


def test_verbose_shows_it_anyway(grade: Grade, client: Command) -> None:
    assert "last words" in grade("--while", client(BALANCE, then="echo last words"), "-v").stdout


def test_quiet_prints_the_verdict_only(grade: Grade, client: Command) -> None:
    done = grade("--while", client(ORDER), "--scenario", "no-sms", "-q")
    assert done.stdout.startswith("Grade D: 1 error in 1 call of 1 trial.")


def test_exit_codes_of_success_are_said(grade: Grade, client: Command) -> None:
    assert grade("--while", client(BALANCE, then="exit 3"), "--survives", "0,3").exit_code == 0


def test_several_scenarios_are_tabled(grade: Grade, client: Command) -> None:
    done = grade("--while", client(BALANCE), "--scenario", "no-sms", "--scenario", "blocked-account", "--jobs", "2")
    assert ("The client survives both trials." in done.stdout, "blocked-account" in done.stdout) == (True, True)


def test_a_scenario_of_one_s_own_can_be_used(grade: Grade, client: Command, tmp_path: Path) -> None:
    (tmp_path / "poor.yaml").write_text("description: Poor.\naccounts: [{userId: me, key: k, balance: 1}]\n")
    done = grade("--while", client(ORDER), "--scenario", "poor.yaml")
    assert (done.exit_code, "0 orders" in done.stdout) == (0, True)


def test_all_says_what_is_to_blame(grade: Grade, client: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(singles(["instant", "blocked-account"], {"failures": ("envelope", "status")}))
    monkeypatch.setattr("mockserver.grade.matrix.every", lambda _: few)
    done = grade("--while", f"{client(BALANCE)} | grep -q stripeId", "--all")
    assert (done.exit_code, "The client fails under `blocked-account`." in done.stdout) == (1, True)


def test_a_reading_that_is_given_is_not_varied(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def every(fixed: Iterable[str]) -> tuple[Case, ...]:
        asked.extend(fixed)
        return (Case("no-sms"),)

    monkeypatch.setattr("mockserver.grade.matrix.every", every)
    grade("--while", "true", "--all", "--reading", "failures=status")
    assert asked == ["failures"]


def test_a_correction_of_the_contract_holds_for_the_mock_and_the_judge(
    grade: Grade, client: Command, tmp_path: Path
) -> None:
    (tmp_path / "real.yaml").write_text(OVERLAY)
    unknown = client(ORDER.replace("service=ds", "service=none"))
    done = grade("--while", f"{unknown} | grep -q ^404", "--overlay", "real.yaml", "--scenario", "instant")
    assert (done.exit_code, "Grade A" in done.stdout) == (0, True)


def test_recorded_traffic_is_graded(grade: Grade, recording: str) -> None:
    done = grade(recording)
    assert (done.exit_code, "client.unknown-name" in done.stdout, "Grade C" in done.stdout) == (1, True, True)


def test_a_recording_s_key_is_not_shown(grade: Grade, recording: str) -> None:
    assert "secret" not in grade(recording).output


@pytest.mark.parametrize(("least", "code"), [("5", 0), ("50", 1)])
def test_too_little_coverage_fails(grade: Grade, client: Command, least: str, code: int) -> None:
    assert grade("--while", client(BALANCE), "--min-coverage", least).exit_code == code


def test_too_little_coverage_is_told(grade: Grade, client: Command) -> None:
    done = grade("--while", client(BALANCE), "--min-coverage", "50")
    assert f"1 of {operations('v3')} operations were covered, less than the 50 percent of --min-coverage" in done.stderr


def test_what_the_baseline_accepts_does_not_fail(grade: Grade, recording: str, tmp_path: Path) -> None:
    grade(recording, "--baseline", "known.yaml", "--write-baseline")
    assert grade(recording, "--baseline", "known.yaml").exit_code == 0


def test_a_baseline_is_written(grade: Grade, recording: str, tmp_path: Path) -> None:
    grade(recording, "--baseline", "known.yaml", "--write-baseline")
    accepted = yaml.safe_load((tmp_path / "known.yaml").read_text())["accepted"]
    assert [entry["code"] for entry in accepted] == ["client.unknown-name"]


def test_notes_fail_only_if_strict(grade: Grade, client: Command, tmp_path: Path) -> None:
    url = "https://api.smsonline.cloud/cs/getBalance?userId=me&key=secret"
    deprecated = ASKED._replace(request=Request("GET", url))
    (tmp_path / "v2.jsonl").write_bytes(b"".join(jsonl.write([deprecated])))
    assert (grade("v2.jsonl").exit_code, grade("v2.jsonl", "--strict").exit_code) == (0, 1)


def test_the_pace_that_is_wanted_can_be_changed(grade: Grade, client: Command) -> None:
    look = "GET /numbers/{user}/inventory/0"
    hasty = client(ORDER, *[look] * 8)
    slow = grade("--while", hasty, "--scenario", "late-sms")
    quick = grade("--while", hasty, "--scenario", "late-sms", "--pace", "poll=0")
    told = [("client.polls-too-fast" in done.stdout) for done in (slow, quick)]
    assert told == [True, False]


def test_reports_are_written(grade: Grade, recording: str, tmp_path: Path) -> None:
    grade(recording, "--report", "json,junit", "--report-dir", "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"grade.json", "grade.junit.xml"}


def test_a_report_tells_what_was_found(grade: Grade, recording: str, tmp_path: Path) -> None:
    grade(recording, "--report", "json", "--report-dir", "out")
    report = json.loads((tmp_path / "out" / "grade.json").read_bytes())
    assert [finding["code"] for finding in report["findings"]] == ["client.unknown-name"]


def test_a_github_workflow_is_annotated(grade: Grade, recording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    last = grade(recording).stdout.splitlines()[-1]
    assert (last.startswith("::warning "), "title=client.unknown-name" in last) == (True, True)


def test_the_output_of_a_command_is_no_workflow_command(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    first, *told, last = grade("--while", "printf '\\n::error::hi\\n'; exit 3").stderr.splitlines()
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
    assert any("::error::hi" in line for line in told)


def test_answers_are_searched_for(grade: Grade, client: Command) -> None:
    weak = client(BALANCE) + " | grep -q stripeId"
    done = grade("--while", weak, "--answers", "--examples", "2")
    assert (done.exit_code, "client.answer" in done.stdout) == (1, True)


def test_a_search_keeps_to_its_time_and_says_so(grade: Grade, client: Command) -> None:
    done = grade("--while", client(BALANCE), "--answers", "--budget", "0")
    assert "Skipped in answers, default: v3.getBalance" in done.stdout


def test_another_server_can_be_used(grade: Grade, client: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server.here() as server, server.open() as world:
        monkeypatch.setenv("SMSONLINE_USER_ID", world.user_id)
        monkeypatch.setenv("SMSONLINE_API_KEY", world.api_key)
        done = grade("--while", client(ORDER), "--url", server.url)
    assert (done.exit_code, "Stopped 1 request: v3.orderNumber may spend money" in done.stderr) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "pass either files of recorded traffic or --while COMMAND"),
        (["day.jsonl", "--while", "true"], "pass either files of recorded traffic or --while COMMAND"),
        (["day.jsonl", "--scenario", "flaky"], "--scenario applies to a client that is run"),
        (["--while", "true", "--url", "http://127.0.0.1:1", "--all"], "--all applies to the mock"),
        (["--while", "true", "--allow-orders"], "--allow-orders applies to a server"),
        (["--while", "true", "--url", "http://127.0.0.1:1", "--allow-orders"], "--allow-orders requires --spend-limit"),
        (
            ["--while", "true", "--url", "http://127.0.0.1:1", "--spend-limit", "1"],
            "--spend-limit requires --allow-orders",
        ),
        (["--while", "true", "--all", "--scenario", "flaky"], "--scenario cannot be combined with --all"),
        (["--while", "true", "--examples", "3"], "--examples requires --answers"),
        (["--while", "true", "--write-baseline"], "--write-baseline requires --baseline FILE"),
        (["--while", "true", "-q", "-v"], "--verbose cannot be combined with -q"),
        (["--while", "true", "--survives", "zero"], "such as 0,3"),
        (["--while", "true", "--pace", "pol=1"], "did you mean poll"),
        (["--while", "true", "--pace", "poll=fast"], "such as poll=2.5"),
        (["--while", "true", "--pace", "poll=nan"], "such as poll=2.5"),
        (["--while", "true", "--report", "jsn"], "did you mean json"),
        (["--while", "true", "--scenario", "flakey"], "did you mean flaky"),
        (["--while", "true", "--reading", "failure=status"], "did you mean failures"),
        (["--while", "true", "--baseline", "none.yaml"], "none.yaml"),
        (["--while", "true", "--url", "nonsense"], "is not a URL"),
        (["--while", " "], "--while is empty: pass a command"),
        (["--while", "true"], "does it read SMSONLINE_BASE_URL"),
        (["nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(grade: Grade, arguments: list[str], problem: str) -> None:
    done = grade(*arguments)
    assert (done.exit_code, problem in done.stderr, "Traceback" in done.output) == (2, True, False)


@pytest.mark.parametrize(
    "arguments",
    [["--report", "json", "--report-dir", "day.jsonl"], ["--baseline", "no/known.yaml", "--write-baseline"]],
)
def test_what_cannot_be_written_is_said(grade: Grade, recording: str, arguments: list[str]) -> None:
    done = grade(recording, *arguments)
    assert (done.exit_code, "cannot be written: " in done.stderr, "bug" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_command_too(tmp_path: Path, client: Command, how: signal.Signals) -> None:
    fifo = tmp_path / "begun"
    os.mkfifo(fifo)
    waiting = client(BALANCE, then=f"echo $$ > {fifo}; sleep 60")
    command = [sys.executable, "-c", "from mockserver.cli import main; main()", "grade", "--while", waiting]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        pid = int(fifo.read_text())
        process.send_signal(how)
        printed, _ = process.communicate(timeout=SECONDS)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert (process.returncode, printed) == (2, "Nothing was graded: the run was interrupted.\n")
