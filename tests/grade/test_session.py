"""The ways to the traffic of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.cli.proxy import hang_up
from mockserver.grade.matrix import Case
from mockserver.grade.session import GradingError, behind, recorded, tried
from mockserver.grade.trial import TrialSettings
from mockserver.traffic import Answer, Exchange, Request, jsonl
from mockserver.traffic.spending import Allowance
from tests.grade.conftest import BALANCE, ORDER
from tests.judge.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mockserver.testing import Server, SmsOnline
    from tests.grade.conftest import Command

BALANCE_URL = "https://api-x.smsonline.cloud/v3/customers/me/balance?apiKey=secret"
ASKED = Exchange(Request("GET", BALANCE_URL), Answer(200, (), b'{"ok":true,"body":{}}'), 1_000, 5.0)
STRANGE = ASKED._replace(request=Request("GET", "https://example.com/"))
LOST = Exchange(
    Request(
        "PUT",
        "https://api-x.smsonline.cloud/v3/numbers/me/order",
        (("content-type", "application/json"),),
        b'{"apiKey":"secret","country":"12","service":"ds","carrier":"any","maximumPrice":"16","m":"","n":""}',
    ),
    None,
    2_000,
    5.0,
)
RECORDED = TrialSettings("")
LEAKING = ("http://a.test/v3/customers/demo/balance?apiKey=s3cret-1", "http://b.test/hello?who=s3cret-1")


def nothing() -> None:
    """Nobody looks."""


@pytest.fixture
def world(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmsOnline]:
    """A server that is as it is, and the client's own account there."""
    with server.open(allow_violations=True) as world:
        monkeypatch.setenv("SMSONLINE_USER_ID", world.user_id)
        monkeypatch.setenv("SMSONLINE_API_KEY", world.api_key)
        yield world


def written(folder: Path, name: str, *exchanges: Exchange) -> Path:
    path = folder / name
    path.write_bytes(b"".join(jsonl.write(exchanges)))
    return path


def test_each_recording_is_judged_by_itself(tmp_path: Path) -> None:
    paths = [written(tmp_path, "one.jsonl", ASKED), written(tmp_path, "two.jsonl", ASKED, ASKED)]
    trials = recorded(paths, RECORDED).trials
    assert [(trial.name, trial.judgement.calls) for trial in trials] == [("one.jsonl", 1), ("two.jsonl", 2)]


def test_traffic_of_something_else_cannot_be_graded(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="is this traffic of the service"):
        recorded([written(tmp_path, "one.jsonl", STRANGE)], RECORDED)


def test_what_is_no_recording_cannot_be_graded(tmp_path: Path) -> None:
    (tmp_path / "empty.har").touch()
    with pytest.raises(GradingError, match="the file is empty"):
        recorded([tmp_path / "empty.har"], RECORDED)


def test_of_a_recording_that_is_cut_off_the_beginning_is_judged(tmp_path: Path) -> None:
    path = written(tmp_path, "one.jsonl", ASKED, ASKED)
    path.write_bytes(path.read_bytes()[:-20])
    session = recorded([path], RECORDED)
    assert (session.trials[0].judgement.calls, "the exchanges before it are used" in session.remarks[0]) == (1, True)


@pytest.mark.parametrize(("ended", "codes"), [(False, set()), (True, {"client.abandons-order"})])
def test_an_order_that_runs_at_the_end_is_abandoned_if_the_client_had_ended(
    tmp_path: Path, ended: bool, codes: set[str]
) -> None:
    path = written(tmp_path, "one.jsonl", *Tape().order().look(at=5).exchanges)
    [trial] = recorded([path], RECORDED, ended=ended).trials
    assert {finding.code for finding in trial.findings} == codes


def test_a_key_is_found_in_a_url_of_another_host(tmp_path: Path) -> None:
    sent = [Exchange(Request("GET", url), Answer(200, (), b'{"ok":true,"body":{}}'), 1_000, 5.0) for url in LEAKING]
    [trial] = recorded([written(tmp_path, "one.jsonl", *sent)], RECORDED).trials
    assert [finding.code for finding in trial.findings] == ["client.key-leak"]


def test_what_a_proxy_has_stopped_is_not_the_client_s_doing(tmp_path: Path) -> None:
    stopped = LOST._replace(notes={"stopped": "it may spend money"})
    session = recorded([written(tmp_path, "day.jsonl", ASKED, stopped)], RECORDED)
    assert [finding.code for finding in session.trials[0].findings] == []
    assert session.remarks == (f"{tmp_path / 'day.jsonl'}: ignored 1 request that the proxy stopped",)


def test_a_recording_of_which_nothing_is_left_says_why(tmp_path: Path) -> None:
    stopped = LOST._replace(notes={"stopped": "it may spend money"})
    with pytest.raises(GradingError, match="ignored 1 request that the proxy stopped\nno exchange matches"):
        recorded([written(tmp_path, "day.jsonl", stopped)], RECORDED)


def test_every_case_is_tried(client: Command) -> None:
    cases = [Case(), Case("no-sms")]
    session = tried(cases, TrialSettings(client(BALANCE)), nothing)
    assert ([trial.case for trial in session.trials], session.interrupted) == (cases, "")


def test_each_trial_is_told(client: Command) -> None:
    told: list[int] = []
    tried([Case(), Case("no-sms")], TrialSettings(client(BALANCE)), lambda: told.append(1))
    assert len(told) == 2


def test_what_could_be_to_blame_is_tried_further(client: Command, tmp_path: Path) -> None:
    second_fails = f"mkdir {tmp_path}/first || ! mkdir {tmp_path}/second"
    two = Case("slow", (("discount", "shown"), ("expiry", "refunded")))
    session = tried([Case(), two], TrialSettings(client(BALANCE, then=second_fails)), nothing)
    assert [trial.survived for trial in session.trials] == [True, False, True, True, True]


def test_a_command_that_is_not_there_cannot_be_graded() -> None:
    with pytest.raises(GradingError, match="the shell cannot run the command"):
        tried([Case()], TrialSettings("smsonline-no-such-client"), nothing)


def test_a_command_that_calls_nobody_cannot_be_graded() -> None:
    with pytest.raises(GradingError, match=r"does it read SMSONLINE_BASE_URL\?\n\| hello"):
        tried([Case()], TrialSettings("echo hello"), nothing)


def test_a_command_with_a_key_of_its_own_is_told_so(client: Command) -> None:
    with pytest.raises(GradingError, match=r"1 request used an unknown API key: does it read SMSONLINE_API_KEY\?"):
        tried([Case()], TrialSettings(f"SMSONLINE_API_KEY=other {client(BALANCE)}"), nothing)


@pytest.mark.parametrize(
    ("case", "attempt", "problem"),
    [
        (Case("flakey"), TrialSettings("exit 0"), "did you mean flaky"),
        (Case(), TrialSettings("exit 0", readings={"failures": "stats"}), "did you mean status"),
    ],
)
def test_nothing_runs_in_a_scenario_that_is_not_right(case: Case, attempt: TrialSettings, problem: str) -> None:
    with pytest.raises(GradingError, match=problem):
        tried([Case(), case], attempt, nothing)


def test_who_interrupts_keeps_what_was_tried(client: Command) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    session = tried([Case(), Case("no-sms")], TrialSettings(client(BALANCE)), interrupt)
    assert ([trial.case for trial in session.trials], session.interrupted) == ([Case()], "the run was interrupted")


def test_a_client_is_graded_on_a_server_that_is_as_it_is(server: Server, world: SmsOnline, client: Command) -> None:
    (trial,) = behind(server.url, TrialSettings(client(BALANCE)), Allowance(), hang_up).trials
    assert (trial.letter, trial.judgement.calls, len(world.journal)) == ("A", 1, 1)


def test_nothing_is_ordered_there_by_accident(server: Server, world: SmsOnline, client: Command) -> None:
    session = behind(server.url, TrialSettings(client(ORDER)), Allowance(), hang_up)
    assert (world.orders, [remark.partition(":")[0] for remark in session.remarks]) == ([], ["Stopped 1 request"])


def test_an_order_that_is_allowed_is_made_and_told(server: Server, world: SmsOnline, client: Command) -> None:
    (trial,) = behind(server.url, TrialSettings(client(ORDER)), Allowance(orders=True, limit=16), hang_up).trials
    statement = trial.judgement.statement
    assert (statement.spent, statement.limit, len(world.orders)) == (16, 16, 1)


def test_the_client_s_own_key_is_seen_nowhere(server: Server, world: SmsOnline, client: Command) -> None:
    command = client(BALANCE, "GET /nothing/here", then='echo "$SMSONLINE_API_KEY"; exit 1')
    assert world.api_key not in repr(behind(server.url, TrialSettings(command), Allowance(), hang_up))


def test_what_is_no_url_is_refused() -> None:
    with pytest.raises(GradingError, match="is not a URL"):
        behind("nonsense", TrialSettings("exit 0"), Allowance(), hang_up)
