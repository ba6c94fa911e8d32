"""What the action does in its steps, run as a runner does, but for the installation."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
WORKFLOW = yaml.safe_load((ROOT / "examples" / "github-actions" / "tests.yml").read_text(encoding="utf-8"))
SECONDS = 60


class Runner:
    """A runner's folder and the files in which steps leave what others read; a step is run as the runner runs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]

    def run(self, step: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step with these environment variables."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        script = self._folder / "step.sh"
        # A runner gives the process no name of its own to be ended by.
        script.write_text(STEPS[step]["run"].replace("2>&1 &\n", '2>&1 &\necho $! > "$RUNNER_TEMP/pid"\n'))
        files = {name: str(self._folder / name) for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH")}
        env = {"PATH": path, "RUNNER_TEMP": str(self._folder), **files, **inputs}
        command = [*self._shell, str(script)]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603

    def left(self, name: str) -> dict[str, str]:
        """What steps have left in a file, by name."""
        lines = (self._folder / name).read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def end(self) -> None:
        """End the mock, as a runner does with all that is left."""
        pid = self._folder / "pid"
        if pid.exists():
            subprocess.run(["kill", pid.read_text().strip()], capture_output=True, check=False)  # noqa: S603, S607


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path)
    yield runner
    runner.end()


def start(runner: Runner, **inputs: str) -> subprocess.CompletedProcess[str]:
    defaults = {"SMSONLINE_MOCK_SCENARIO": "default", "SMSONLINE_MOCK_PORT": "0", "SEED": ""}
    return runner.run("Start the mock", **{**defaults, **inputs})


def test_the_mock_answers_the_steps_that_follow(runner: Runner) -> None:
    ran = start(runner)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = runner.left("GITHUB_ENV")
    query = f"apiKey={told['SMSONLINE_API_KEY']}"
    url = f"{told['SMSONLINE_BASE_URL']}/customers/{told['SMSONLINE_USER_ID']}/balance?{query}"
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - our own server
        assert b'"ok":true' in answer.read()


def test_where_the_mock_is_is_an_output(runner: Runner) -> None:
    start(runner)
    assert runner.left("GITHUB_OUTPUT")["url"] == runner.left("GITHUB_ENV")["SMSONLINE_MOCK_URL"]


def test_a_seed_is_passed_on(runner: Runner) -> None:
    assert start(runner, SEED="7").returncode == 0


def test_a_mock_that_does_not_start_fails_the_job_and_says_why(runner: Runner) -> None:
    ran = start(runner, SMSONLINE_MOCK_SCENARIO="no-such")
    assert ran.returncode == 1
    assert "no-such" in ran.stdout


@pytest.mark.parametrize("step", STEPS)
def test_no_input_is_pasted_into_a_script(step: str) -> None:
    assert "${{" not in STEPS[step]["run"]


@pytest.mark.parametrize("name", ACTION["inputs"])
def test_an_input_is_used(name: str) -> None:
    assert f"inputs.{name} " in (ROOT / "action.yml").read_text(encoding="utf-8")


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_the_workflow_uses_inputs_that_the_action_has() -> None:
    [step] = [step for step in steps(WORKFLOW) if "smsonline-mock@" in step.get("uses", "")]
    assert step["with"].keys() <= ACTION["inputs"].keys()


def test_the_workflow_has_no_more_rights_than_reading() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_the_workflow_uploads_reports_whatever_happens() -> None:
    uploads = [step for step in steps(WORKFLOW) if "upload-artifact" in step.get("uses", "")]
    assert [step["if"] for step in uploads] == ["always()", "always()"]
