"""Running a client's command."""

from __future__ import annotations

import os
import select
import shlex
import sys
from signal import Signals
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from mockserver.grade.command import NOT_RUN, OUTPUT, Completed, Running, run, without_secrets

if TYPE_CHECKING:
    from pathlib import Path

LONG = 30.0
"""Seconds in which every command here ends by far."""


def python(code: str) -> str:
    """The command that runs some Python, as fast as Python starts."""
    return f"{shlex.quote(sys.executable)} -ISE -c {shlex.quote(code)}"


def ended(pid: int) -> bool:
    """Whether a process is gone, or goes soon."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], LONG)[0])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_is_told(code: int) -> None:
    assert run(f"exit {code}", {}, LONG)[::3] == (code, False)


def test_both_streams_are_kept_in_their_order() -> None:
    assert run("echo one; echo two >&2; echo three", {}, LONG).output == "one\ntwo\nthree\n"


def test_it_is_the_shell_that_reads_the_command() -> None:
    assert run("false || echo $((1 + 2)) | cat", {}, LONG).output == "3\n"


def test_the_environment_is_set_beside_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSONLINE_OURS", "ours")
    assert run("echo $SMSONLINE_OURS $GIVEN", {"GIVEN": "given"}, LONG).output == "ours given\n"


def test_nobody_answers_its_questions() -> None:
    assert run("read answer || exit 7", {}, LONG).code == 7


def test_a_command_that_is_not_there_is_known_by_its_exit_code() -> None:
    assert run("smsonline-no-such-command", {}, LONG).code in NOT_RUN


def test_a_command_that_may_not_be_run_is_known_by_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "client").touch()
    assert run(str(tmp_path / "client"), {}, LONG).code in NOT_RUN


def test_what_is_no_text_is_kept_as_far_as_it_is() -> None:
    assert run(r"printf 'a\377b'", {}, LONG).output == "a\N{REPLACEMENT CHARACTER}b"


def test_only_the_end_of_much_output_is_kept_from_the_beginning_of_a_line() -> None:
    output = run(python("for n in range(20000): print('line', n)"), {}, LONG).output
    assert (output.startswith("line "), output.endswith("line 19999\n"), len(output) <= OUTPUT) == (True, True, True)


def test_of_a_line_that_is_too_long_nothing_is_kept() -> None:
    assert run(python(f"print('key' * {OUTPUT})"), {}, LONG).output == ""


def test_the_tail_is_the_last_lines() -> None:
    assert Completed(0, 0.0, "one\ntwo\nthree\n").tail(2) == "two\nthree"


def test_a_command_that_does_not_end_is_ended() -> None:
    completed = run("echo begun; sleep 60", {}, 0.2)
    assert (completed.timed_out, completed.output, completed.seconds < LONG) == (True, "begun\n", True)


def test_a_command_that_refuses_to_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.grade.command._GRACE", 0.05)
    completed = run("trap '' TERM; while :; do sleep 0.02; done", {}, 0.1)
    assert (completed.timed_out, completed.code) == (True, -Signals.SIGKILL)


def test_nothing_is_left_behind_by_a_command_that_ends() -> None:
    pid = int(run("sleep 60 >/dev/null 2>&1 & echo $!", {}, LONG).output)
    assert ended(pid)


def test_nothing_is_left_behind_by_a_command_that_is_ended() -> None:
    pid = int(run("sleep 60 & echo $!; wait", {}, 0.2).output)
    assert ended(pid)


def test_who_holds_its_output_does_not_hold_us_up() -> None:
    assert run("sleep 60 & echo done", {}, LONG).seconds < LONG


def test_commands_are_stopped_from_another_thread(tmp_path: Path) -> None:
    running, done, fifo = Running(), list[Completed](), tmp_path / "begun"
    os.mkfifo(fifo)
    thread = Thread(target=lambda: done.append(run(f"echo > {fifo}; sleep 60", {}, LONG, running)))
    thread.start()
    fifo.read_text()
    running.stop()
    thread.join()
    assert [each.code for each in done] == [-Signals.SIGTERM]


def test_no_command_goes_on_after_all_were_stopped() -> None:
    running = Running()
    running.stop()
    assert run("sleep 60", {}, LONG, running).code == -Signals.SIGTERM


@pytest.mark.parametrize(
    ("completed", "told"),
    [
        (Completed(3, 0.1), "exited with 3"),
        (Completed(-9, 0.1), "was killed by SIGKILL"),
        (Completed(139, 0.1), "was killed by SIGSEGV"),
        (Completed(255, 0.1), "exited with 255"),
        (Completed(-15, 2.0, "", timed_out=True), "did not end within 2 seconds"),
    ],
)
def test_how_it_ended_is_said_in_words(completed: Completed, told: str) -> None:
    assert completed.ending == told


@pytest.mark.parametrize(
    ("completed", "survived"),
    [
        (Completed(0, 0.1), True),
        (Completed(3, 0.1), True),
        (Completed(1, 0.1), False),
        (Completed(-9, 0.1), False),
        (Completed(0, 0.1, "", timed_out=True), False),
    ],
)
def test_it_survived_if_it_ended_by_itself_with_a_good_code(completed: Completed, survived: bool) -> None:
    assert completed.is_among({0, 3}) is survived


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("SMSONLINE_API_KEY=abc python c.py", "SMSONLINE_API_KEY=[redacted] python c.py"),
        ("export PASSWORD='a b'; ./c", "export PASSWORD=[redacted]; ./c"),
        ("./c --api-key abc --x 1", "./c --api-key [redacted] --x 1"),
        ('./c --token="a b" -v', "./c --token=[redacted] -v"),
        ('./c --apiKey "$KEY" --token $TOKEN', './c --apiKey "$KEY" --token $TOKEN'),
        ("python monkey x", "python monkey x"),
        ("pytest tests/test_key.py -k 'token or key'", "pytest tests/test_key.py -k 'token or key'"),
    ],
)
def test_a_command_is_shown_without_secrets(command: str, shown: str) -> None:
    assert without_secrets(command) == shown
