"""`verify` and `explain` as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Command

    Run = Callable[..., subprocess.CompletedProcess[str]]

COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 60
KEY = "planted-key-4711"
HIDDEN = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Gone())
from mockserver.cli import main
main()
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command to its end; nothing is known of it beforehand but the named variables."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = ("SMSONLINE_", "GITHUB_")
        known = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=SECONDS,
            env={**known, **environment},
        )

    return run


def test_a_sound_mock_is_clean(run: Run) -> None:
    done = run("verify", "--suite", "examples", "--suite", "safety")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing found" in done.stdout


def test_quiet_prints_the_verdict_only(command: Command) -> None:
    assert command("verify", "--suite", "examples", "-q").stdout.startswith("Nothing found in 11 cases")


def test_reports_are_written_where_they_are_wanted(command: Command, tmp_path: Path) -> None:
    done = command("verify", "--suite", "examples", "--report", "json,sarif", "--report-dir", "out")
    assert done.exit_code == 0
    assert json.loads((tmp_path / "out" / "verify.json").read_bytes())
    assert json.loads((tmp_path / "out" / "verify.sarif").read_bytes())


SPOILT = f"""
description: One account whose key must not be seen, and answers that are wrong.
accounts:
  - {{userId: me, key: {KEY}, balance: 1000}}
faults:
  - when: {{operation: "v3.getBalance"}}
    then: {{status: {{status: 200, body: {{ok: true, body: {{balance: many, apiKey: {KEY}}}}}}}}}
"""


@pytest.fixture
def spoilt(tmp_path: Path) -> str:
    """A scenario in which V3 shows balances that are no numbers."""
    (tmp_path / "spoilt.yaml").write_text(SPOILT)
    return "spoilt.yaml"


def test_findings_end_with_one(run: Run, spoilt: str) -> None:
    done = run("verify", "--scenario", spoilt, "--suite", "examples")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "answer.body" in done.stdout
    assert "v3.yaml:" in done.stdout


def test_findings_annotate_a_github_workflow(command: Command, spoilt: str) -> None:
    done = command("verify", "--scenario", spoilt, "--suite", "examples", GITHUB_ACTIONS="true")
    annotations = [line for line in done.stdout.splitlines() if line.startswith("::error file=v3.yaml,line=")]
    assert annotations
    assert KEY not in done.stdout


def test_a_key_is_in_no_output(run: Run, spoilt: str, tmp_path: Path) -> None:
    done = run("verify", "--scenario", spoilt, "--suite", "examples", "--report", "json,junit,sarif,har,html")
    files = [path.read_text() for path in (tmp_path / "reports").iterdir()]
    assert len(files) == 5
    assert [text for text in (done.stdout, done.stderr, *files) if KEY in text] == []


def test_a_baseline_accepts_what_was_found(command: Command, spoilt: str) -> None:
    check = ("verify", "--scenario", spoilt, "--suite", "examples", "--baseline", "known.yaml")
    assert command(*check, "--write-baseline").exit_code == 0
    assert command(*check).exit_code == 0


def test_a_server_that_is_not_there_cannot_be_checked(command: Command) -> None:
    done = command(
        "verify", "--url", "http://127.0.0.1:9", "--suite", "examples", SMSONLINE_USER_ID="me", SMSONLINE_API_KEY=KEY
    )
    assert done.exit_code == 2
    assert "no response from http://127.0.0.1:9/v3" in done.stderr
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--suite", "exampels"], "there is no suite exampels, did you mean examples?"),
        (["--report", "jsno"], "there is no report format jsno, did you mean json?"),
        (["--reading", "expiri=kept"], "did you mean expiry?"),
        (["--reading", "expiry"], "write NAME=VALUE"),
        (["--url", "ftp://x"], "is not a URL"),
        (["--url", "http://me:secret@127.0.0.1"], "must not contain credentials"),
        (["--credentials", "mine.env"], "--credentials are for a server: add --url, or omit them"),
        (["--allow-orders"], "--allow-orders and --spend-limit require each other"),
        (["--spend-limit", "0.50"], "--allow-orders and --spend-limit require each other"),
        (["--allow-orders", "--spend-limit", "half"], "write an amount in dollars, such as 0.50"),
        (["--allow-orders", "--spend-limit", "0.005"], "write an amount in dollars, such as 0.50"),
        (["--write-baseline"], "--write-baseline requires --baseline FILE"),
        (["--baseline", "none.yaml"], "cannot be read"),
        (["--scenario", "none.yaml"], "none.yaml"),
        (["--scenario", "default", "--url", "http://127.0.0.1:9"], "omit the URL"),
        (["--url", "http://127.0.0.1:9", "--credentials", "none.env"], "cannot be read"),
    ],
)
def test_what_cannot_run_ends_with_two_and_a_message(command: Command, arguments: list[str], message: str) -> None:
    done = command("verify", *arguments)
    assert done.exit_code == 2, done.stdout
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["schemathesis", "hypothesis"])
def test_without_the_extra_it_says_what_to_install(missing: str, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", HIDDEN.format(names={missing}), "verify"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=SECONDS,
    )
    assert (done.returncode, "smsonline-mock[contracts]" in done.stderr) == (2, True)


def test_a_code_is_explained(command: Command) -> None:
    done = command("explain", "money.refund")
    assert done.stdout.startswith("money.refund: A refund is wrong\n")


def test_all_codes_are_listed(command: Command) -> None:
    assert "answer.body" in command("explain").stdout


def test_an_unknown_code_ends_with_two(command: Command) -> None:
    done = command("explain", "money.refunt")
    assert (done.exit_code, "did you mean money.refund?" in done.stderr) == (2, True)
